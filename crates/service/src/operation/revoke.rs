//! Revocation of many certificates.

use super::action::{BulkAction, Outcome, Step};
use crate::failure::Failure;
use crate::{certificate, revocation};
use certctl_domain::access::Permission;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::revocation::RevocationReason;
use certctl_domain::{JsonText, Timestamp};
use certctl_repository::Tx;
use certctl_service_api::ServiceError;
use certctl_service_api::operation::BULK_REVOKE;
use certctl_service_api::revocation::{RevokeSpec, Scope};
use serde_json::{Map, Value, json};

/// Revokes every valid leaf; certificates that are put away or revoked need nothing.
#[derive(Debug)]
pub(super) struct Revoke;

impl BulkAction for Revoke {
    fn kind(&self) -> &'static str {
        BULK_REVOKE
    }

    fn done_name(&self) -> &'static str {
        "total_revoked"
    }

    fn audit_action(&self) -> &'static str {
        "bulk_revocation_initiated"
    }

    fn permission(&self) -> Permission {
        Permission::CertificateRevokeBulk
    }

    fn check(&self, _: &mut dyn Tx, parameters: &Map<String, Value>) -> Result<(), Failure> {
        Ok(spec(parameters).map(drop)?)
    }

    fn apply(&self, tx: &mut dyn Tx, step: &Step<'_>) -> Result<Outcome, Failure> {
        let skipped = match certificate::get(tx, step.certificate)?.status {
            CertificateStatus::Archived => Some(("archived", "it is archived")),
            CertificateStatus::Revoked => Some(("already_revoked", "it is revoked already")),
            _ => None,
        };
        if let Some((code, message)) = skipped {
            return Ok(Outcome::Skipped { code, message: message.to_owned() });
        }
        let spec = spec(step.parameters)?;
        let done = revocation::revoke(tx, step.ids, step.who, step.certificate, &spec, step.now)?;
        let serials: Vec<_> = done.revocations.iter().map(|row| &row.serial_number).collect();
        let result = JsonText::trusted(json!({ "serials": serials }).to_string());
        Ok(Outcome::Done { result: Some(result), wakes: Vec::new() })
    }
}

/// What the operation was asked to do.
fn spec(parameters: &Map<String, Value>) -> Result<RevokeSpec, ServiceError> {
    let text = |name: &str| parameters.get(name).and_then(Value::as_str);
    let reason = text("reason")
        .ok_or_else(|| ServiceError::invalid("reason", "required", "say why they are revoked"))?;
    let reason = RevocationReason::parse_lenient(reason)
        .map_err(|error| ServiceError::invalid("reason", "unknown_value", error.to_string()))?;
    let invalidity_date = text("invalidity_date")
        .map(|text| {
            Timestamp::parse_rfc3339(text)
                .map_err(|error| ServiceError::invalid("invalidity_date", "invalid_time", error.to_string()))
        })
        .transpose()?;
    Ok(RevokeSpec { reason, scope: Scope::All, invalidity_date })
}
