//! The routing of notifications.

use crate::bench::{ServiceBench, operator, to, viewer};
use certctl_domain::notification::{
    AlertSeverity as Severity, Cell, ChannelRef, NotificationChannel as Kind, NotificationType as Type,
    QuietHours, Recipients, Routing,
};
use certctl_domain::renewal::{MaintenanceWindow, Weekday};
use certctl_service::Routings;
use certctl_service_api::ServiceError;
use certctl_service_api::routing::RoutingService;
use certctl_testkit::build;

fn routings(t: &ServiceBench) -> Routings {
    Routings::new(t.base.clone())
}

fn window(days: Vec<Weekday>, start: &str, end: &str) -> MaintenanceWindow {
    MaintenanceWindow {
        days,
        start: start.parse().unwrap(),
        end: end.parse().unwrap(),
        timezone: "Europe/Paris".parse().unwrap(),
    }
}

fn cell(kind: Type, channels: Vec<ChannelRef>) -> Cell {
    Cell { kind, severity: Severity::Critical, channels }
}

/// Everything set.
fn full() -> Routing {
    let one = || ChannelRef::Channel(build::id("nc-one"));
    Routing {
        cells: vec![
            cell(Type::JobDead, vec![one(), Kind::PagerDuty.into()]),
            cell(Type::Revocation, Vec::new()),
        ],
        defaults: [(Severity::Warning, vec![Kind::Slack.into()])].into(),
        emails: vec!["ops@example.com".to_owned()],
        teams: [(build::id(build::TEAM), Recipients { channels: vec![one()], emails: Vec::new() })].into(),
        owners: [(
            build::id(build::OWNER),
            Recipients { channels: Vec::new(), emails: vec!["boss@example.com".to_owned()] },
        )]
        .into(),
        quiet_hours: QuietHours(vec![window(vec![Weekday::Sat, Weekday::Sun], "00:00", "24:00")]),
    }
}

async fn refused(t: &ServiceBench, routing: Routing) -> Vec<(String, &'static str)> {
    match routings(t).change(&operator(), to(routing), None).await.unwrap_err() {
        ServiceError::Unprocessable(fields) | ServiceError::Invalid(fields) => {
            fields.into_iter().map(|field| (field.field, field.code)).collect()
        }
        other => panic!("not about fields: {other:?}"),
    }
}

#[tokio::test]
async fn the_routing_begins_with_mail_and_every_field_survives_a_change() {
    for t in ServiceBench::both().await {
        t.write(|tx| tx.channels().insert(&build::channel("nc-one"))).await;
        let first = routings(&t).get(&viewer()).await.unwrap();
        assert_eq!((first.routing.clone(), first.revision()), (Routing::default(), 0));
        let changed = routings(&t).change(&operator(), to(full()), Some(0)).await.unwrap();
        assert_eq!(changed.routing, full());
        assert_eq!(routings(&t).get(&viewer()).await.unwrap(), changed);
        let stale = routings(&t).change(&operator(), to(Routing::default()), Some(0)).await.unwrap_err();
        assert_eq!(stale.code(), "stale");
        let again =
            routings(&t).change(&operator(), to(Routing::default()), Some(changed.revision())).await.unwrap();
        assert_eq!(again.routing, Routing::default());
        assert!(again.revision() > changed.revision());
        let trail = t.audit().await;
        assert_eq!(t.audited().await, ["notification_routing_updated"; 2]);
        assert!(!format!("{trail:?}").contains("ops@"), "{trail:?}");
        let forbidden = routings(&t).change(&viewer(), to(full()), None).await.unwrap_err();
        assert_eq!(forbidden.code(), "forbidden");
    }
}

#[tokio::test]
async fn lists_are_tidied() {
    let t = ServiceBench::new().await;
    let twice = Routing {
        emails: vec!["Ops@EXAMPLE.com".to_owned(), "Ops@example.com".to_owned()],
        defaults: [(Severity::Warning, vec![Kind::Slack.into(), Kind::Email.into(), Kind::Slack.into()])]
            .into(),
        quiet_hours: QuietHours(vec![window(
            vec![Weekday::Sun, Weekday::Sat, Weekday::Sun],
            "22:00",
            "06:00",
        )]),
        ..Routing::default()
    };
    let kept = routings(&t).change(&operator(), to(twice), None).await.unwrap().routing;
    assert_eq!(kept.emails, ["Ops@example.com"]);
    assert_eq!(kept.defaults[&Severity::Warning], [Kind::Slack.into(), Kind::Email.into()]);
    assert_eq!(kept.quiet_hours.0[0].days, [Weekday::Sat, Weekday::Sun]);
}

#[tokio::test]
async fn every_mistake_is_named_at_once_with_its_place() {
    let t = ServiceBench::new().await;
    let wrong = Routing {
        cells: vec![cell(Type::JobDead, Vec::new()), cell(Type::JobDead, vec![Kind::Email.into()])],
        emails: vec!["ops@example.com".to_owned(), "nobody".to_owned()],
        teams: [(
            build::id(build::TEAM),
            Recipients {
                channels: Vec::new(),
                emails: vec!["a@example.com\r\nBcc: b@example.com".to_owned()],
            },
        )]
        .into(),
        quiet_hours: QuietHours(vec![window(Vec::new(), "08:00", "08:00")]),
        ..Routing::default()
    };
    let team = format!("teams.{}.emails[0]", build::TEAM);
    let expected = [
        ("cells[1]", "duplicate_entry"),
        ("emails[1]", "invalid_value"),
        (&*team, "invalid_value"),
        ("quiet_hours[0].days", "invalid_value"),
        ("quiet_hours[0].end", "invalid_value"),
    ];
    assert_eq!(refused(&t, wrong).await, expected.map(|(field, code)| (field.to_owned(), code)));
    let many =
        Routing { emails: (0..101).map(|n| format!("o{n}@example.com")).collect(), ..Routing::default() };
    assert_eq!(refused(&t, many).await, [("emails".to_owned(), "too_many")]);
    assert!(t.audit().await.is_empty());
}

#[tokio::test]
async fn channels_teams_and_owners_must_exist_when_they_are_named_first() {
    let t = ServiceBench::new().await;
    let unknown = Routing {
        owners: [(build::id("o-none"), Recipients::default())].into(),
        teams: [(build::id("t-none"), Recipients::default())].into(),
        ..full()
    };
    let missing = |field: &str| (field.to_owned(), "unknown_reference");
    assert_eq!(
        refused(&t, unknown).await,
        [missing("cells[0].channels[0]"), missing("teams.t-none"), missing("owners.o-none")]
    );
    // What went meanwhile stands in the way of nothing else.
    t.write(|tx| tx.channels().insert(&build::channel("nc-one"))).await;
    routings(&t).change(&operator(), to(full()), None).await.unwrap();
    t.write(|tx| tx.channels().delete(&build::id("nc-one"))).await;
    let more = Routing { emails: Vec::new(), ..full() };
    routings(&t).change(&operator(), to(more), None).await.unwrap();
}
