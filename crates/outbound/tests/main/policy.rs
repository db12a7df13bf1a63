//! Where the client does not go.

use crate::{address, to_loopback};
use async_trait::async_trait;
use certctl_outbound::{EgressPolicy, Outbound, OutboundError, Resolver};
use certctl_test_support::{FakeReceiver, Reply};
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A name server of the test: every name has these addresses, the next ones at each question.
#[derive(Default)]
struct FakeNames {
    answers: Vec<Vec<&'static str>>,
    asked: AtomicUsize,
}

impl FakeNames {
    fn new(answers: &[&[&'static str]]) -> Arc<Self> {
        Arc::new(Self { answers: answers.iter().map(|one| one.to_vec()).collect(), ..Self::default() })
    }
}

#[async_trait]
impl Resolver for FakeNames {
    async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        Ok(self.answers[turn].iter().map(|text| text.parse().unwrap()).collect())
    }
}

/// The address that was refused.
async fn refused(outbound: &Outbound, url: &str) -> String {
    match outbound.get(&address(url)).await {
        Err(OutboundError::Refused(refused)) => refused.address.to_string(),
        other => panic!("{url}: {other:?}"),
    }
}

#[tokio::test]
async fn reserved_addresses_are_refused_in_every_spelling() {
    let outbound = Outbound::builder().build().unwrap();
    let receiver = FakeReceiver::start().unwrap();
    let port = receiver.address().port();
    for (host, meant) in [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("169.254.169.254", "169.254.169.254"),
        ("[::1]", "::1"),
        ("[::]", "::"),
        ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1"),
        ("[::ffff:a9fe:a9fe]", "::ffff:169.254.169.254"),
        ("[64:ff9b::7f00:1]", "64:ff9b::7f00:1"),
        ("[fd00:ec2::254]", "fd00:ec2::254"),
        ("user:pw@127.0.0.1", "127.0.0.1"),
    ] {
        assert_eq!(refused(&outbound, &format!("http://{host}:{port}/")).await, meant, "{host}");
    }
    // Resolved by the operating system.
    let localhost = refused(&outbound, &format!("http://localhost:{port}/")).await;
    assert!(["127.0.0.1", "::1"].contains(&localhost.as_str()), "{localhost}");
    assert_eq!(receiver.received(), []);
}

#[tokio::test]
async fn a_name_is_judged_by_its_addresses() {
    let names = FakeNames::new(&[&["169.254.169.254", "::1"]]);
    let outbound = Outbound::builder().resolver(names).build().unwrap();
    assert_eq!(refused(&outbound, "http://metadata.example.com/").await, "169.254.169.254");
    assert_eq!(refused(&outbound, "https://metadata.example.com/").await, "169.254.169.254");
}

#[tokio::test]
async fn a_connection_goes_only_to_the_allowed_addresses_of_a_name() {
    let receiver = FakeReceiver::start().unwrap();
    let names = FakeNames::new(&[&["::1", "127.0.0.2", "127.0.0.1"]]);
    let outbound = to_loopback().resolver(names).build().unwrap();
    let url = format!("http://hooks.example.com:{}/x", receiver.address().port());
    assert_eq!(outbound.get(&address(&url)).await.unwrap().status, 200);
    let host = format!("hooks.example.com:{}", receiver.address().port());
    assert_eq!(receiver.received()[0].header("host"), Some(host.as_str()));
}

#[tokio::test]
async fn a_name_that_changes_its_mind_gains_nothing() {
    let receiver = FakeReceiver::start().unwrap();
    // Allowed when it is looked at, reserved when a second look would connect.
    let names = FakeNames::new(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let outbound = to_loopback().resolver(Arc::clone(&names) as Arc<dyn Resolver>).build().unwrap();
    let url = format!("http://rebind.example.com:{}/", receiver.address().port());
    assert_eq!(outbound.get(&address(&url)).await.unwrap().status, 200);
    assert_eq!(names.asked.load(Ordering::SeqCst), 1);

    let outbound = to_loopback().resolver(names).build().unwrap();
    assert_eq!(refused(&outbound, &url).await, "127.0.0.2");
}

#[tokio::test]
async fn a_name_without_addresses_is_a_network_failure() {
    let outbound = Outbound::builder().resolver(FakeNames::new(&[&[]])).build().unwrap();
    let error = outbound.get(&address("http://nowhere.example.com/")).await.unwrap_err();
    assert!(
        matches!(&error, OutboundError::Network { source, .. } if source.to_string() == "the name has no address")
    );
}

#[tokio::test]
async fn redirects_are_answers_and_are_not_followed() {
    let receiver = FakeReceiver::start().unwrap();
    let outbound = to_loopback().build().unwrap();
    for target in ["http://169.254.169.254/latest/meta-data/", "/elsewhere", "file:///etc/passwd"] {
        receiver.answer(Reply::status(307).header(format!("location: {target}")));
        let answer = outbound.get(&address(&receiver.url("/"))).await.unwrap();
        assert_eq!((answer.status, answer.is_success()), (307, false));
    }
    assert_eq!(receiver.received().len(), 3);
}

#[tokio::test]
async fn what_the_operator_allows_is_reached() {
    let receiver = FakeReceiver::start().unwrap();
    let policy = EgressPolicy::allowing(vec!["127.0.0.0/8".parse().unwrap()]);
    let outbound = Outbound::builder().policy(policy).build().unwrap();
    assert_eq!(outbound.get(&address(&receiver.url("/"))).await.unwrap().status, 200);
}
