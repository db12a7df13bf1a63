//! Judging what an issuer returned, and noting what was refused.

use crate::failure::Failure;
use crate::support::Foundation;
use certctl_connector_api::issuer::{IssuanceOrder, IssuedCertificate};
use certctl_domain::Timestamp;
use certctl_domain::id::CertificateId;
use certctl_domain::ledger::{Issuance, IssuanceState};
use certctl_pki::{Certificate, CertificateKind, Finding, LintParameters};
use certctl_service_api::ServiceError;
use std::time::Duration;

/// A leaf with less to live cannot be deployed in time.
const SHORTEST_REST: Duration = Duration::from_secs(10);
/// How far the clock of a CA may be ahead of ours.
const CLOCK_SKEW: Duration = Duration::from_mins(5);

/// Whether the leaf can be used now and long enough to be deployed; otherwise what is wrong with it.
pub(super) fn check_validity(leaf: &Certificate, now: Timestamp) -> Result<(), String> {
    if leaf.not_after() <= now {
        return Err("has expired already".to_owned());
    }
    if leaf.not_after() <= now.plus(SHORTEST_REST) {
        return Err("expires within seconds".to_owned());
    }
    if leaf.not_before() > now.plus(CLOCK_SKEW) {
        return Err(format!("is not valid before {}", leaf.not_before()));
    }
    Ok(())
}

const fn judged_by<'a>(
    issuer: &'a Certificate,
    order: &'a IssuanceOrder,
    max_validity: Option<Duration>,
) -> LintParameters<'a> {
    LintParameters {
        kind: CertificateKind::EndEntity,
        issuer: Some(issuer),
        max_validity,
        allowed_ekus: order.ekus.as_slice(),
        expected_names: Some(&order.names),
    }
}

/// Logs what is allowed about a certificate to be, and yet deserves a look.
pub(super) fn tell_doubts(
    tbs_der: &[u8],
    issuer: &Certificate,
    order: &IssuanceOrder,
    certificate: &CertificateId,
) {
    for doubt in certctl_pki::lint(tbs_der, &judged_by(issuer, order, None)) {
        if doubt.severity == certctl_pki::Severity::Warning {
            tracing::info!(cert.id = %certificate, "certificate {certificate}: {doubt}");
        }
    }
}

/// The rules of X.509 and of the order that a certificate breaks.
pub(super) fn broken_rules(
    tbs_der: &[u8],
    issuer: &Certificate,
    order: &IssuanceOrder,
    max_validity: Option<Duration>,
) -> Option<String> {
    said(&certctl_pki::lint(tbs_der, &judged_by(issuer, order, max_validity)))
}

/// The same for what an authority returned. Limits of the profile are judged apart: what others issue
/// for a span ends a second after it by X.509's count, and without a profile nobody forbids the
/// usages that an authority adds to the ordered ones.
pub(super) fn broken_rules_of_issued(
    tbs_der: &[u8],
    issuer: &Certificate,
    order: &IssuanceOrder,
) -> Option<String> {
    let mut findings = certctl_pki::lint(tbs_der, &judged_by(issuer, order, None));
    findings.retain(|finding| finding.code != "eku_not_allowed");
    said(&findings)
}

fn said(findings: &[Finding]) -> Option<String> {
    let texts: Vec<_> = findings.iter().map(ToString::to_string).collect();
    certctl_pki::has_errors(findings).then(|| texts.join("; "))
}

/// Notes the certificate that was not accepted, so that it counts as issued for its names. Without
/// that note nothing but the count is wrong, so a failure is only logged.
pub(super) async fn note_refused(base: &Foundation, intent: Issuance, issued: &IssuedCertificate) {
    let row = Issuance {
        state: IssuanceState::Abandoned,
        fingerprint_sha256: Some(certctl_crypto::sha256_hex(&issued.leaf_der)),
        finished_at: Some(base.clock.now()),
        ..intent
    };
    let id = row.id.clone();
    let noted = base.store.write("issuance.refused", move |tx| Ok::<_, Failure>(tx.ledger().finish(&row)?));
    if let Err(failure) = noted.await {
        let error = ServiceError::from(failure);
        tracing::warn!(issuance.id = %id, error = &error as &dyn std::error::Error, "cannot note the refused certificate of issuance {id}");
    }
}
