//! The digest.

use crate::support::{load, only_error};
use std::time::Duration;

#[test]
fn digests_are_off_and_daily_and_for_owners_unless_it_is_said_otherwise() {
    let digest = load([]).unwrap().digest;
    assert!(!digest.enabled && digest.owners && digest.recipients.is_empty() && digest.hour.is_none());
    assert_eq!(digest.interval, Duration::from_hours(24));
    let digest = load([
        ("CERTCTL_DIGEST_ENABLED", "true"),
        ("CERTCTL_DIGEST_INTERVAL", "168h"),
        ("CERTCTL_DIGEST_HOUR", "7"),
        ("CERTCTL_DIGEST_RECIPIENTS", "ops@Example.com, sec@example.com"),
        ("CERTCTL_DIGEST_OWNERS", "no"),
    ]);
    let digest = digest.unwrap().digest;
    assert_eq!((digest.enabled, digest.owners, digest.hour), (true, false, Some(7)));
    assert_eq!(digest.recipients, ["ops@example.com", "sec@example.com"]);
}

#[test]
fn a_bad_address_and_an_hour_of_a_short_interval_are_refused() {
    let told = only_error([("CERTCTL_DIGEST_RECIPIENTS", "ops@example.com,nobody")]);
    assert!(told.contains("CERTCTL_DIGEST_RECIPIENTS") && told.contains("`nobody`"), "{told}");
    let told = only_error([("CERTCTL_DIGEST_HOUR", "7"), ("CERTCTL_DIGEST_INTERVAL", "6h")]);
    assert!(told.contains("CERTCTL_DIGEST_HOUR") && told.contains("a day or more"), "{told}");
    assert!(load([("CERTCTL_DIGEST_HOUR", "24")]).is_err());
}
