//! What an issuance job carries.

use certctl_domain::job::Job;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Payload of an issuance job once its CSR was accepted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct IssuancePayload {
    /// PKCS#10 request, PEM in canonical form.
    pub(crate) csr_pem: String,
}

impl IssuancePayload {
    pub(crate) fn of(job: &Job) -> Option<Self> {
        serde_json::from_str(job.payload.as_str()).ok()
    }

    pub(crate) fn to_json(&self) -> String {
        json!({"csr_pem": self.csr_pem}).to_string()
    }
}
