//! Teams.

use crate::bench::{ServiceBench, operator, viewer};
use certctl_domain::id::TeamId;
use certctl_domain::organisation::Team;
use certctl_service::Teams;
use certctl_service_api::ServiceError;
use certctl_service_api::edit::Edit;
use certctl_service_api::team::{TeamService, TeamSpec};
use certctl_testkit::build;

fn teams(t: &ServiceBench) -> Teams {
    Teams::new(t.base.clone())
}

fn spec(name: &str, description: &str) -> TeamSpec {
    TeamSpec { name: name.to_owned(), description: description.to_owned() }
}

fn to(spec: TeamSpec) -> Edit<Team, TeamSpec> {
    Box::new(move |_| Ok(spec.clone()))
}

#[tokio::test]
async fn every_field_survives_creation_and_change_on_both_engines() {
    for t in ServiceBench::both().await {
        let id: TeamId = build::id("t-web");
        let created = teams(&t).create(&operator(), Some(id.clone()), spec("Web", "one\ntwo")).await.unwrap();
        assert_eq!(teams(&t).get(&viewer(), &id).await.unwrap(), created);
        assert_eq!((&*created.name, &*created.description), ("Web", "one\ntwo"));
        let changed = teams(&t).change(&operator(), &id, to(spec("Edge", "")), None).await.unwrap();
        assert_eq!(teams(&t).get(&viewer(), &id).await.unwrap(), changed);
        assert_eq!((&*changed.name, &*changed.description), ("Edge", ""));
        assert_eq!(changed.created_at, created.created_at);
        let stale = teams(&t).change(&operator(), &id, to(spec("x", "")), Some(created.revision())).await;
        assert_eq!(stale.unwrap_err().code(), "stale");
        let same = teams(&t).create(&operator(), None, spec("Edge", "")).await.unwrap_err();
        assert_eq!(same.code(), "already_exists");
        assert_eq!(t.audited().await, ["team_created", "team_updated"]);
    }
}

#[tokio::test]
async fn a_team_needs_a_readable_name_and_viewers_write_nothing() {
    let t = ServiceBench::empty().await;
    for name in ["", "  ", "a\nb", "\u{202e}evil", "zero\u{200b}width"] {
        let refusal = teams(&t).create(&operator(), None, spec(name, "")).await.unwrap_err();
        assert_eq!(refusal.code(), "invalid_request", "{name:?}");
    }
    let refusal = teams(&t).create(&viewer(), None, spec("Web", "")).await.unwrap_err();
    assert_eq!(refusal.code(), "forbidden");
    assert!(t.audit().await.is_empty());
}

#[tokio::test]
async fn a_team_in_use_stays_with_all_that_belongs_to_it() {
    for t in ServiceBench::both().await {
        let id: TeamId = build::id(build::TEAM);
        t.write(|tx| tx.certificates().insert(&build::certificate("mc-web"))).await;
        let refusal = teams(&t).delete(&operator(), &id).await.unwrap_err();
        let ServiceError::Conflict { details: Some(details), .. } = &refusal else { panic!("{refusal:?}") };
        assert_eq!(refusal.code(), "in_use");
        assert_eq!(details["counts"], serde_json::json!({"owners": 1, "certificates": 1}));
        assert_eq!(t.certificate("mc-web").await.team_id, id);

        let free = teams(&t).create(&operator(), None, spec("Free", "")).await.unwrap();
        teams(&t).delete(&operator(), &free.id).await.unwrap();
        assert_eq!(teams(&t).get(&viewer(), &free.id).await.unwrap_err().code(), "not_found");
    }
}
