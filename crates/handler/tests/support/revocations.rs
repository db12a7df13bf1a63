//! Revocations in memory.

use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::id::CertificateId;
use certctl_domain::revocation::{IssuerNotice, Revocation, RevocationReason};
use certctl_service_api::certificate::CertificateView;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::revocation::{
    AffectedTarget, Culprit, PlannedRevocation, RevocationPreview, RevocationQuery, RevocationService,
    RevokeSpec, Revoked, Scope, Sibling,
};
use certctl_service_api::{Actor, ConflictCode, ServiceError};

/// Knows `sample-1`, which is valid, `sample-2`, which is on hold, and `sample-3`, which is archived.
pub(crate) struct Revocations;

pub(crate) fn row(id: &str, reason: RevocationReason) -> Revocation {
    Revocation {
        id: sample::id(id),
        issuer_id: sample::id("iss-1"),
        serial_number: "3a7f01".to_owned(),
        certificate_id: Some(sample::id("sample-1")),
        reason,
        invalidity_date: None,
        revoked_by: "ops".to_owned(),
        revoked_at: sample::time(1),
        not_after: sample::time(90),
        released_at: None,
        crl_shard: 2,
        generation: 7,
        notice: IssuerNotice {
            notified: false,
            attempts: 3,
            next_attempt_at: Some(sample::time(2)),
            last_error: Some("the CA did not answer in time".to_owned()),
        },
        created_at: sample::time(1),
    }
}

fn find(id: &CertificateId) -> Result<CertificateView, ServiceError> {
    match id.as_str() {
        "sample-1" | "sample-2" => Ok(sample::certificate(id.as_str())),
        "sample-3" => Err(ServiceError::conflict(ConflictCode::InvalidState, "it is archived")),
        _ => Err(ServiceError::not_found("certificate", id)),
    }
}

fn check(date: Option<Timestamp>) -> Result<(), ServiceError> {
    match date {
        Some(date) if date > sample::time(1) => {
            Err(ServiceError::invalid("invalidity_date", "in_the_future", "must be in the past"))
        }
        _ => Ok(()),
    }
}

fn sibling() -> Sibling {
    Sibling {
        issuer_id: sample::id("iss-2"),
        serial_number: "99".to_owned(),
        certificate_id: None,
        not_after: Some(sample::time(30)),
    }
}

#[async_trait]
impl RevocationService for Revocations {
    async fn revoke(&self, _: &Actor, id: &CertificateId, spec: RevokeSpec) -> Result<Revoked, ServiceError> {
        let certificate = find(id)?;
        check(spec.invalidity_date)?;
        if matches!(&spec.scope, Scope::Serial(serial) if serial != "3a7f01") {
            return Err(ServiceError::unprocessable("serial", "unknown_serial", "no leaf has it"));
        }
        let row = Revocation { invalidity_date: spec.invalidity_date, ..row("sample-1", spec.reason) };
        Ok(Revoked { certificate: Some(certificate), revocations: vec![row], siblings: vec![sibling()] })
    }

    async fn preview(
        &self,
        _: &Actor,
        id: &CertificateId,
        spec: RevokeSpec,
    ) -> Result<RevocationPreview, ServiceError> {
        find(id)?;
        check(spec.invalidity_date)?;
        Ok(RevocationPreview {
            status_after: CertificateStatus::Revoked,
            leaves: vec![PlannedRevocation {
                version_id: sample::id("cv-1"),
                issuer_id: sample::id("iss-1"),
                serial_number: "3a7f01".to_owned(),
                agent_id: Some(sample::id("agent-1")),
                not_after: sample::time(90),
                already_revoked: false,
            }],
            targets: vec![AffectedTarget {
                target_id: sample::id("tgt-1"),
                name: "web".to_owned(),
                version_id: sample::id("cv-1"),
            }],
            siblings: vec![sibling()],
        })
    }

    async fn unhold(&self, _: &Actor, id: &CertificateId) -> Result<Revoked, ServiceError> {
        let certificate = find(id)?;
        if id.as_str() != "sample-2" {
            return Err(ServiceError::conflict(ConflictCode::InvalidState, "it is not on hold"));
        }
        let row = Revocation {
            released_at: Some(sample::time(3)),
            ..row("sample-2", RevocationReason::CertificateHold)
        };
        Ok(Revoked { certificate: Some(certificate), revocations: vec![row], siblings: Vec::new() })
    }

    async fn revoke_one(
        &self,
        _: &Actor,
        culprit: Culprit,
        reason: RevocationReason,
        invalidity_date: Option<Timestamp>,
    ) -> Result<Revoked, ServiceError> {
        check(invalidity_date)?;
        if matches!(&culprit, Culprit::Serial { serial, .. } if serial != "3a7f01") {
            return Err(ServiceError::unprocessable("serial", "unknown_serial", "it was never issued"));
        }
        let row = Revocation { certificate_id: None, ..row("sample-1", reason) };
        Ok(Revoked { certificate: None, revocations: vec![row], siblings: Vec::new() })
    }

    async fn list(
        &self,
        _: &Actor,
        query: RevocationQuery,
        page: ListRequest,
    ) -> Result<Listing<Revocation>, ServiceError> {
        let rows: Vec<_> =
            [row("rev-1", RevocationReason::KeyCompromise), row("rev-2", RevocationReason::Superseded)]
                .into_iter()
                .filter(|row| query.reason.is_none_or(|reason| reason == row.reason))
                .filter(|row| query.issuer_notified.is_none_or(|notified| notified == row.notice.notified))
                .filter(|row| query.in_force.is_none_or(|held| held == row.in_force()))
                .collect();
        page_of(&rows, &page)
    }

    async fn of_certificate(&self, _: &Actor, id: &CertificateId) -> Result<Vec<Revocation>, ServiceError> {
        find(id)?;
        Ok(vec![row("rev-1", RevocationReason::KeyCompromise)])
    }
}
