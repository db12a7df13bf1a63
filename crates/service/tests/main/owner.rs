//! Owners.

use crate::bench::{ServiceBench, operator, viewer};
use certctl_domain::id::OwnerId;
use certctl_domain::organisation::Owner;
use certctl_service::Owners;
use certctl_service_api::ServiceError;
use certctl_service_api::edit::Edit;
use certctl_service_api::list::ListRequest;
use certctl_service_api::owner::{OwnerService, OwnerSpec};
use certctl_testkit::build;

pub(crate) fn owners(t: &ServiceBench) -> Owners {
    Owners::new(t.base.clone())
}

pub(crate) fn spec(name: &str, email: &str, team: &str) -> OwnerSpec {
    OwnerSpec { name: name.to_owned(), email: email.to_owned(), team_id: build::id(team) }
}

fn to(spec: OwnerSpec) -> Edit<Owner, OwnerSpec> {
    Box::new(move |_| Ok(spec.clone()))
}

fn field(error: &ServiceError) -> (&str, &'static str) {
    match error {
        ServiceError::Invalid(fields) | ServiceError::Unprocessable(fields) => {
            (fields[0].field.as_str(), fields[0].code)
        }
        other => panic!("not about fields: {other:?}"),
    }
}

#[tokio::test]
async fn every_field_survives_creation_and_change_on_both_engines() {
    for t in ServiceBench::both().await {
        t.write(|tx| tx.teams().insert(&build::team("t-new"))).await;
        let id: OwnerId = build::id("o-web");
        let new = spec("Web", "Web@Example.com", build::TEAM);
        let created = owners(&t).create(&operator(), Some(id.clone()), new).await.unwrap();
        assert_eq!(owners(&t).get(&viewer(), &id).await.unwrap(), created);
        assert_eq!((&*created.name, &*created.email), ("Web", "Web@example.com"));
        let new = spec("Edge", "edge@example.com", "t-new");
        let changed = owners(&t).change(&operator(), &id, to(new.clone()), None).await.unwrap();
        assert_eq!(owners(&t).get(&viewer(), &id).await.unwrap(), changed);
        assert_eq!(
            (&*changed.name, &*changed.email, changed.team_id.as_str()),
            ("Edge", "edge@example.com", "t-new")
        );
        assert_eq!(changed.created_at, created.created_at);
        let stale = owners(&t).change(&operator(), &id, to(new), Some(created.revision())).await;
        assert_eq!(stale.unwrap_err().code(), "stale");
        let of_team = owners(&t).list(&viewer(), Some(build::id("t-new")), ListRequest::default()).await;
        assert_eq!(of_team.unwrap().items, [changed]);
        assert_eq!(t.audited().await, ["owner_created", "owner_updated"]);
    }
}

#[tokio::test]
async fn mail_addresses_are_checked_and_kept_out_of_the_audit_trail() {
    let t = ServiceBench::new().await;
    for email in ["", "ops", "Ops <ops@example.com>", "ops@example.com\nbcc: x@example.com"] {
        let refusal =
            owners(&t).create(&operator(), None, spec("Ops", email, build::TEAM)).await.unwrap_err();
        assert_eq!(field(&refusal).0, "email", "{email:?}");
        assert!(email.is_empty() || !refusal.to_string().contains(email));
    }
    let row =
        owners(&t).create(&operator(), None, spec("Ops", "ops@example.com", build::TEAM)).await.unwrap();
    let moved = spec("Ops", "other@example.com", build::TEAM);
    owners(&t).change(&operator(), &row.id, to(moved), None).await.unwrap();
    owners(&t).delete(&operator(), &row.id).await.unwrap();
    let events = t.audit().await;
    assert!(!format!("{events:?}").contains("example.com"));
    assert!(events[1].details.as_str().contains(r#""changed":["email"]"#), "{events:?}");
}

#[tokio::test]
async fn only_the_owner_of_the_first_start_may_stay_without_an_address() {
    let t = ServiceBench::new().await;
    t.write(|tx| tx.owners().insert(&Owner { email: String::new(), ..build::owner("o-default") })).await;
    let id: OwnerId = build::id("o-default");
    let renamed = owners(&t).change(&operator(), &id, to(spec("Everyone", "", build::TEAM)), None).await;
    let renamed = renamed.unwrap();
    assert_eq!((&*renamed.name, &*renamed.email), ("Everyone", ""));
    let with = spec("Everyone", "all@example.com", build::TEAM);
    owners(&t).change(&operator(), &id, to(with), None).await.unwrap();
    let without = owners(&t).change(&operator(), &id, to(spec("Everyone", "", build::TEAM)), None).await;
    assert_eq!(field(&without.unwrap_err()), ("email", "required"));
}

#[tokio::test]
async fn an_unknown_team_is_named_and_viewers_write_nothing() {
    for t in ServiceBench::both().await {
        let new = || spec("Ops", "ops@example.com", "t-none");
        let refusal = owners(&t).create(&operator(), None, new()).await.unwrap_err();
        assert_eq!((refusal.code(), field(&refusal)), ("unprocessable", ("team_id", "unknown_reference")));
        let id: OwnerId = build::id(build::OWNER);
        let refusal = owners(&t).change(&operator(), &id, to(new()), None).await.unwrap_err();
        assert_eq!(field(&refusal), ("team_id", "unknown_reference"));
        let refusal = owners(&t).create(&operator(), None, spec("", "x", build::TEAM)).await.unwrap_err();
        let ServiceError::Invalid(fields) = refusal else { panic!("{refusal:?}") };
        assert_eq!(fields.iter().map(|field| field.field.as_str()).collect::<Vec<_>>(), ["name", "email"]);
        let refusal = owners(&t).create(&viewer(), None, new()).await.unwrap_err();
        assert_eq!(refusal.code(), "forbidden");
        assert!(t.audit().await.is_empty());
    }
}

#[tokio::test]
async fn an_owner_of_certificates_stays() {
    for t in ServiceBench::both().await {
        let id: OwnerId = build::id(build::OWNER);
        t.write(|tx| tx.certificates().insert(&build::certificate("mc-web"))).await;
        let refusal = owners(&t).delete(&operator(), &id).await.unwrap_err();
        let ServiceError::Conflict { details: Some(details), .. } = &refusal else { panic!("{refusal:?}") };
        assert_eq!(refusal.code(), "in_use");
        assert_eq!(details["counts"], serde_json::json!({"certificates": 1}));
        assert_eq!(t.certificate("mc-web").await.owner_id, id);
        let missing = owners(&t).delete(&operator(), &build::id("o-none")).await.unwrap_err();
        assert_eq!(missing.code(), "not_found");
    }
}
