//! The watcher outside, reached over HTTP.

use async_trait::async_trait;
use certctl_connector_api::{ConnectorError, ErrorKind};
use certctl_outbound::{Address, Outbound, OutboundError};
use certctl_service::reconcile::Watcher;

/// Fetches a URL; any answer of 2xx will do.
#[derive(Debug)]
pub(crate) struct HttpWatcher {
    address: Address,
    outbound: Outbound,
}

impl HttpWatcher {
    /// At this address, through this client.
    pub(crate) const fn new(address: Address, outbound: Outbound) -> Self {
        Self { address, outbound }
    }
}

#[async_trait]
impl Watcher for HttpWatcher {
    async fn beat(&self) -> Result<(), ConnectorError> {
        let answer = self.outbound.get(&self.address).await.map_err(|error| {
            let message = match &error {
                OutboundError::Refused(_) => {
                    "CERTCTL_HEARTBEAT_URL leads where certctl does not connect to; allow the network with \
                     CERTCTL_EGRESS_ALLOW, or name another watcher"
                }
                _ => "the watcher that CERTCTL_HEARTBEAT_URL names cannot be reached",
            };
            ConnectorError::transient(ErrorKind::Network, message).caused_by(error)
        })?;
        if answer.is_success() {
            return Ok(());
        }
        let message = format!(
            "the watcher that CERTCTL_HEARTBEAT_URL names answered HTTP {}; check its URL",
            answer.status
        );
        Err(ConnectorError::transient(ErrorKind::Upstream4xx, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use certctl_outbound::EgressPolicy;
    use certctl_test_support::{FakeReceiver, Reply};

    fn watcher(url: &str, policy: EgressPolicy) -> HttpWatcher {
        let outbound = Outbound::builder().policy(policy).build().unwrap();
        HttpWatcher::new(Address::parse(url).unwrap(), outbound)
    }

    fn loopback() -> EgressPolicy {
        EgressPolicy::allowing(vec!["127.0.0.1/32".parse().unwrap()])
    }

    #[tokio::test]
    async fn the_url_is_fetched_as_it_is_configured() {
        let outside = FakeReceiver::start().unwrap();
        watcher(&outside.url("/ping/hush?rid=1"), loopback()).beat().await.unwrap();
        let [heard] = &outside.received()[..] else { panic!("one request") };
        assert_eq!((&*heard.method, &*heard.target), ("GET", "/ping/hush?rid=1"));
    }

    #[tokio::test]
    async fn a_heartbeat_that_is_not_taken_fails_without_telling_the_secret() {
        let outside = FakeReceiver::start().unwrap();
        outside.answer(Reply::with_body(404, "hush is unknown"));
        let url = outside.url("/ping/hush");
        let refused = watcher(&url, loopback()).beat().await.unwrap_err().chain();
        assert!(refused.contains("answered HTTP 404"), "{refused}");
        let forbidden = watcher(&url, EgressPolicy::default()).beat().await.unwrap_err().chain();
        assert!(forbidden.contains("CERTCTL_EGRESS_ALLOW"), "{forbidden}");
        drop(outside);
        let gone = watcher(&url, loopback()).beat().await.unwrap_err().chain();
        assert!(gone.contains("cannot be reached"), "{gone}");
        assert!(![refused, forbidden, gone].iter().any(|told| told.contains("hush")));
    }
}
