//! Going through a proxy.

use crate::{address, to_loopback};
use certctl_outbound::{Outbound, OutboundError};
use certctl_test_support::FakeReceiver;

#[tokio::test]
async fn a_proxy_is_used_only_when_it_is_given_and_not_for_the_hosts_it_is_not_for() {
    let (proxy, receiver) = (FakeReceiver::start().unwrap(), FakeReceiver::start().unwrap());
    // The proxy is on an address that the policy refuses: the operator chose it.
    let outbound = Outbound::builder().proxy(proxy.url(""), "internal.example.com").build().unwrap();
    let answer = outbound.get(&address("http://hooks.example.com/x")).await.unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(proxy.received()[0].target, "http://hooks.example.com/x");

    let outbound = to_loopback().proxy(proxy.url(""), "127.0.0.0/8").build().unwrap();
    assert_eq!(outbound.get(&address(&receiver.url("/direct"))).await.unwrap().status, 200);
    assert_eq!((proxy.received().len(), receiver.received().len()), (1, 1));
}

#[tokio::test]
async fn the_policy_holds_behind_a_proxy_for_addresses_and_for_this_host() {
    let proxy = FakeReceiver::start().unwrap();
    let outbound = Outbound::builder().proxy(proxy.url(""), "").build().unwrap();
    for url in ["http://169.254.169.254/", "http://localhost/", "http://a.localhost./", "http://[::1]/"] {
        let refused = outbound.get(&address(url)).await;
        assert!(matches!(refused, Err(OutboundError::Refused(_))), "{url}: {refused:?}");
    }
    assert_eq!(proxy.received(), []);
}

#[test]
fn a_bad_proxy_is_refused_without_repeating_its_password() {
    let error = Outbound::builder().proxy("http://user:hunter2@:99999", "").build().unwrap_err();
    assert!(!format!("{error:?} {error}").contains("hunter2"), "{error:?}");
}
