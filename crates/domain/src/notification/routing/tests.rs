use super::*;
use crate::notification::NotificationChannel as N;
use crate::renewal::Weekday;
use AlertSeverity::{Critical, Informational, Warning};
use NotificationType::{DeploymentSuccess, RenewalFailure, Revocation};

fn input(
    kind: NotificationType,
    severity: AlertSeverity,
    policy: &BTreeMap<AlertSeverity, Vec<ChannelRef>>,
) -> RoutingInput<'_> {
    RoutingInput { kind, severity, policy, team: None, owner: None }
}

fn told(routing: &Routing, of: RoutingInput<'_>) -> Vec<String> {
    routing.channels(of).iter().map(ToString::to_string).collect()
}

#[test]
fn a_cell_stands_before_the_defaults_and_a_policy_before_both() {
    let (none, routing) = (BTreeMap::new(), Routing::default());
    let of = |kind, severity| input(kind, severity, &none);
    assert_eq!(told(&routing, of(RenewalFailure, Critical)), ["Email"]);
    assert_eq!(told(&routing, of(Revocation, Warning)), ["Email", "Webhook"]);
    assert!(told(&routing, of(DeploymentSuccess, Informational)).is_empty());

    let policy = BTreeMap::from([(Critical, vec![ChannelRef::Kind(N::PagerDuty)])]);
    assert_eq!(told(&routing, input(RenewalFailure, Critical, &policy)), ["PagerDuty"]);
    assert!(
        told(&routing, input(Revocation, Warning, &policy)).is_empty(),
        "a policy that names none for it"
    );
}

#[test]
fn teams_and_owners_hear_of_what_is_theirs_beside_the_others() {
    let (team, owner): (TeamId, OwnerId) = ("t-web".parse().unwrap(), "o-ada".parse().unwrap());
    let mut routing = Routing::default();
    let theirs =
        Recipients { channels: vec!["nc-web".parse().unwrap()], emails: vec!["web@a.example".into()] };
    routing.teams.insert(team.clone(), theirs);
    let hers = Recipients { channels: vec![], emails: vec!["ada@a.example".into()] };
    routing.owners.insert(owner.clone(), hers);
    let none = BTreeMap::new();
    let base = input(NotificationType::JobDead, AlertSeverity::Warning, &none);
    assert_eq!(told(&routing, base), ["Email"]);
    let of = RoutingInput { team: Some(&team), owner: Some(&owner), ..base };
    assert_eq!(told(&routing, of), ["Email", "nc-web"]);
    assert_eq!(routing.emails(of), BTreeSet::from(["ada@a.example", "web@a.example"]));
}

#[test]
fn only_informational_ones_wait_for_the_end_of_quiet_hours() {
    let night = |start: &str, end: &str| MaintenanceWindow {
        days: Weekday::ALL.to_vec(),
        start: start.parse().unwrap(),
        end: end.parse().unwrap(),
        timezone: "Europe/Paris".parse().unwrap(),
    };
    let at = |text| Timestamp::parse_rfc3339(text).unwrap();
    let windows = vec![night("22:00", "06:00"), night("06:00", "07:00")];
    let routing = Routing { quiet_hours: QuietHours(windows), ..Routing::default() };
    let (evening, morning) = (at("2026-11-21T22:00:00Z"), at("2026-11-22T06:00:00Z"));
    assert_eq!(routing.not_before(AlertSeverity::Informational, evening), morning);
    assert_eq!(routing.not_before(AlertSeverity::Informational, morning), morning);
    assert_eq!(routing.not_before(AlertSeverity::Critical, evening), evening);

    let always = Routing { quiet_hours: QuietHours(vec![night("00:00", "24:00")]), ..Routing::default() };
    assert_eq!(always.not_before(AlertSeverity::Informational, evening), evening, "never is not a time");
}
