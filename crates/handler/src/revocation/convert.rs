//! Between revocations and their JSON bodies.

use crate::certificate::convert::certificate;
use certctl_api_types::revocation as api;
use certctl_domain::revocation::{Revocation, RevocationReason};
use certctl_service_api::ServiceError;
use certctl_service_api::revocation::{
    AffectedTarget, Culprit, PlannedRevocation, RevocationPreview, RevokeSpec, Revoked, Scope, Sibling,
};

/// What is recorded when no reason is given.
pub(super) const NO_REASON: RevocationReason = RevocationReason::Unspecified;

pub(super) fn spec(request: api::RevokeRequest) -> Result<RevokeSpec, ServiceError> {
    let scope = match (request.scope, request.serial) {
        (None | Some(api::RevokeScope::All), None) => Scope::All,
        (Some(api::RevokeScope::Latest), None) => Scope::Latest,
        (None | Some(api::RevokeScope::Serial), Some(serial)) => Scope::Serial(serial),
        (Some(api::RevokeScope::Serial), None) => {
            return Err(ServiceError::invalid("serial", "required", "name the serial number"));
        }
        (Some(_), Some(_)) => {
            let message = "goes with the scope `serial` only";
            return Err(ServiceError::invalid("serial", "not_applicable", message));
        }
    };
    Ok(RevokeSpec {
        reason: request.reason.unwrap_or(NO_REASON),
        scope,
        invalidity_date: request.invalidity_date,
    })
}

pub(super) fn culprit(request: api::RevocationRequest) -> Result<Culprit, ServiceError> {
    match (request.issuer_id, request.serial, request.certificate_pem) {
        (Some(issuer_id), Some(serial), None) => Ok(Culprit::Serial { issuer_id, serial }),
        (None, None, Some(pem)) => Ok(Culprit::Pem(pem)),
        (None, Some(_), None) => Err(ServiceError::invalid("issuer_id", "required", "name the issuer too")),
        (Some(_), None, None) => {
            Err(ServiceError::invalid("serial", "required", "name the serial number too"))
        }
        _ => Err(ServiceError::invalid(
            "certificate_pem",
            "required",
            "give either the certificate, or its issuer and serial number",
        )),
    }
}

pub(crate) fn revocation(row: Revocation) -> api::Revocation {
    api::Revocation {
        in_force: row.in_force(),
        id: row.id,
        issuer_id: row.issuer_id,
        serial_number: row.serial_number,
        certificate_id: row.certificate_id,
        reason: row.reason,
        reason_code: row.reason.code(),
        invalidity_date: row.invalidity_date,
        revoked_by: row.revoked_by,
        revoked_at: row.revoked_at,
        not_after: row.not_after,
        released_at: row.released_at,
        crl_partition: row.crl_shard,
        issuer_notified: row.notice.notified,
        notify_attempts: row.notice.attempts,
        next_notify_at: row.notice.next_attempt_at,
        last_notify_error: row.notice.last_error,
        created_at: row.created_at,
    }
}

fn sibling(sibling: Sibling) -> api::Sibling {
    let Sibling { issuer_id, serial_number, certificate_id, not_after } = sibling;
    api::Sibling { issuer_id, serial_number, certificate_id, not_after }
}

pub(super) fn done(status: &str, done: Revoked) -> api::RevokeResult {
    api::RevokeResult {
        status: status.to_owned(),
        certificate: done.certificate.map(certificate),
        revocations: done.revocations.into_iter().map(revocation).collect(),
        siblings: done.siblings.into_iter().map(sibling).collect(),
    }
}

pub(super) fn preview(preview: RevocationPreview) -> api::RevocationPreview {
    let leaf = |leaf: PlannedRevocation| api::PlannedRevocation {
        version_id: leaf.version_id,
        issuer_id: leaf.issuer_id,
        serial_number: leaf.serial_number,
        agent_id: leaf.agent_id,
        not_after: leaf.not_after,
        already_revoked: leaf.already_revoked,
    };
    let target = |target: AffectedTarget| api::AffectedTarget {
        target_id: target.target_id,
        name: target.name,
        version_id: target.version_id,
    };
    api::RevocationPreview {
        status: "preview".to_owned(),
        status_after: preview.status_after,
        leaves: preview.leaves.into_iter().map(leaf).collect(),
        targets: preview.targets.into_iter().map(target).collect(),
        siblings: preview.siblings.into_iter().map(sibling).collect(),
    }
}
