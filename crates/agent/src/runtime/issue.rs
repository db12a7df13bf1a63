//! Issuance: a key and a request for it.

use super::{Agent, job, report};
use crate::{AgentError, pace};
use certctl_api_types::work::{CsrRequest, JobReport, WorkItem};
use certctl_domain::id::CertificateId;
use certctl_domain::profile::KeySpec;
use certctl_domain::san::San;
use certctl_pki::RequestTemplate;

/// Attempts to hand in a request within one lease.
const SUBMISSIONS: u32 = 4;

/// What a work item orders.
struct Order {
    certificate: CertificateId,
    key: KeySpec,
    template: RequestTemplate,
}

impl Order {
    /// Reads a work item; the error says what is missing or malformed.
    fn of(item: &WorkItem) -> Result<Self, String> {
        let certificate = item.certificate_id.clone().ok_or("the job names no certificate")?;
        let sans = item.sans.as_deref().unwrap_or_default();
        let sans = sans
            .iter()
            .map(|text| San::parse(text))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| error.to_string())?;
        let common_name = item.common_name.clone().filter(|name| !name.is_empty());
        if sans.is_empty() && common_name.is_none() {
            return Err("the job names neither a common name nor a subject alternative name".to_owned());
        }
        let key = match (item.key_algorithm, item.key_size) {
            (None, _) => KeySpec::P256,
            (Some(algorithm), size) => KeySpec { algorithm, size: size.unwrap_or(KeySpec::P256.size) },
        };
        let template = RequestTemplate {
            common_name,
            sans,
            extended_key_usages: item.ekus.clone().unwrap_or_default(),
            must_staple: item.must_staple.unwrap_or_default(),
        };
        Ok(Self { certificate, key, template })
    }
}

impl Agent {
    /// Makes or finds the key, hands in the request. The server goes on from there, so success is
    /// not reported.
    pub(super) async fn issue(&self, item: &WorkItem) -> Option<JobReport> {
        let order = match Order::of(item) {
            Ok(order) => order,
            Err(reason) => return Some(report::failed(item, reason, false)),
        };
        let Order { certificate, key, template } = order;
        let (of, job) = (certificate.clone(), item.id.clone());
        let request = self.blocking("key", move |inner| inner.keys.request(&of, &job, &template, key)).await;
        let csr_pem = match request {
            Ok(pem) => pem,
            Err(error) => {
                let lasting = matches!(error, AgentError::Key { .. } | AgentError::Request { .. });
                return Some(report::failed(item, error.chain(), !lasting));
            }
        };
        self.submit(item, &CsrRequest { csr_pem, certificate_id: certificate, job_id: Some(item.id.clone()) })
            .await
    }

    async fn submit(&self, item: &WorkItem, request: &CsrRequest) -> Option<JobReport> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let error = match self.api().submit_csr(request).await {
                Ok(accepted) => {
                    tracing::info!("the CSR of job {} was taken ({})", item.id, accepted.status);
                    return None;
                }
                Err(error) => error,
            };
            self.heed(&error);
            match error.status() {
                Some(410) => return None,
                // The lease is gone, or the job is further than we know: nothing of ours to report.
                Some(409) => {
                    tracing::warn!(
                        error = error.chain(),
                        "the CSR of job {} is not wanted any more",
                        item.id,
                    );
                    return None;
                }
                _ if job::is_refusal(&error) || attempt >= SUBMISSIONS => {
                    return Some(Self::request_failed(item, &error));
                }
                _ => tokio::time::sleep(pace::reconnect(attempt, error.class(), &*self.inner().ids)).await,
            }
        }
    }
}
