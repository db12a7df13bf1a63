//! Addresses that others are told, and that others are told at.

use crate::support::{load, only_error};

#[test]
fn the_public_address_loses_the_slash_at_its_end() {
    assert_eq!(load([]).unwrap().http.public_url, None);
    let config = load([("CERTCTL_PUBLIC_URL", "https://certctl.example.com/")]).unwrap();
    assert_eq!(config.http.public_url.as_deref(), Some("https://certctl.example.com"));
    let told = only_error([("CERTCTL_PUBLIC_URL", "certctl.example.com")]);
    assert!(told.contains("expected an address such as `https://certctl.example.com`"), "{told}");
}

#[test]
fn a_heartbeat_goes_to_a_web_address_that_no_error_shows() {
    assert!(load([]).unwrap().monitoring.heartbeat_url.is_none());
    let url = "https://watch.example.com/ping/hush";
    let config = load([("CERTCTL_HEARTBEAT_URL", url)]).unwrap();
    assert_eq!(config.monitoring.heartbeat_url.unwrap().expose(), url);
    for wrong in ["watch.example.com/hush", "ftp://watch.example.com/hush"] {
        let told = only_error([("CERTCTL_HEARTBEAT_URL", wrong)]);
        assert!(told.contains("`https://`") && !told.contains("hush"), "{told}");
    }
}
