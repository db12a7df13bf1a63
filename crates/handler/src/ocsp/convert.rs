//! Between responders and their JSON bodies.

use certctl_api_types::ocsp as api;
use certctl_domain::ocsp::OcspResponder;
use certctl_service_api::ocsp::OcspResponders;

pub(super) fn responders(found: OcspResponders) -> api::OcspResponders {
    let responders: Vec<_> = found.rows.into_iter().map(responder).collect();
    api::OcspResponders {
        row_count: u64::try_from(responders.len()).unwrap_or(u64::MAX),
        responders,
        generated_at: found.generated_at,
    }
}

/// Without the sealed key, which is for the server alone.
fn responder(row: OcspResponder) -> api::OcspResponder {
    api::OcspResponder {
        id: row.id,
        issuer_id: row.issuer_id,
        authority: row.authority,
        current: row.superseded_at.is_none(),
        serial_number: row.serial_number,
        key_algorithm: row.key_algorithm,
        not_before: row.not_before,
        not_after: row.not_after,
        rotated_from: row.rotated_from,
        superseded_at: row.superseded_at,
        created_at: row.created_at,
        certificate_pem: row.certificate_pem,
    }
}
