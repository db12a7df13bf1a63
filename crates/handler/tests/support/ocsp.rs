//! OCSP responders.

use super::sample;
use async_trait::async_trait;
use certctl_domain::ocsp::OcspResponder;
use certctl_service_api::ocsp::{OcspResponders, OcspService};
use certctl_service_api::{Actor, ServiceError};

pub(crate) struct Responders;

#[async_trait]
impl OcspService for Responders {
    async fn responders(&self, _: &Actor) -> Result<OcspResponders, ServiceError> {
        let current = OcspResponder {
            id: sample::id("ocspr-2"),
            issuer_id: sample::id("sample-1"),
            authority: "aa".repeat(32),
            certificate_pem: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n".to_owned(),
            serial_number: "3a7f02".to_owned(),
            key_algorithm: "ECDSA-256".to_owned(),
            sealed_key: b"the key".to_vec(),
            not_before: sample::time(2),
            not_after: sample::time(90),
            rotated_from: Some("3a7f01".to_owned()),
            superseded_at: None,
            created_at: sample::time(2),
        };
        let former = OcspResponder {
            id: sample::id("ocspr-1"),
            serial_number: "3a7f01".to_owned(),
            rotated_from: None,
            superseded_at: Some(sample::time(2)),
            created_at: sample::time(1),
            not_before: sample::time(1),
            ..current.clone()
        };
        Ok(OcspResponders { rows: vec![current, former], generated_at: sample::time(3) })
    }
}
