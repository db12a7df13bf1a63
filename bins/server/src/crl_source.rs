//! CRLs of CAs outside certctl, fetched over HTTP.

use async_trait::async_trait;
use certctl_connector_api::{ConnectorError, ErrorKind};
use certctl_outbound::{Address, Outbound, OutboundError};
use certctl_service::reconcile::CrlSource;

/// Fetches URLs that stand in certificates, which anybody may have written.
#[derive(Debug)]
pub(crate) struct HttpCrlSource(pub(crate) Outbound);

#[async_trait]
impl CrlSource for HttpCrlSource {
    async fn fetch(&self, url: &str) -> Result<Vec<u8>, ConnectorError> {
        let network = |message: &str| ConnectorError::transient(ErrorKind::Network, message);
        let address =
            Address::parse(url).map_err(|error| network("the URL cannot be used").caused_by(error))?;
        let answer = self.0.get(&address).await.map_err(|error| {
            let message = match &error {
                OutboundError::Refused(_) => {
                    "the URL leads where certctl does not connect to; allow the network with CERTCTL_EGRESS_ALLOW"
                }
                _ => "the server does not answer",
            };
            network(message).caused_by(error)
        })?;
        if !answer.is_success() {
            let message = format!("the server answered HTTP {}", answer.status);
            return Err(ConnectorError::transient(ErrorKind::Upstream4xx, message));
        }
        answer.complete_body().map(<[u8]>::to_vec).ok_or_else(|| network("the CRL is larger than 32 MiB"))
    }
}
