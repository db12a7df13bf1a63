//! Revocation of many certificates.

use super::action::{BulkAction, Outcome, Step};
use crate::failure::Failure;
use crate::revocation;
use certctl_domain::Timestamp;
use certctl_domain::access::Permission;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::revocation::RevocationReason;
use certctl_repository::Tx;
use certctl_service_api::ServiceError;
use certctl_service_api::operation::BULK_REVOKE;
use certctl_service_api::revocation::{RevokeSpec, Scope};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::slice;

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

    fn together(&self) -> usize {
        200
    }

    fn apply(&self, tx: &mut dyn Tx, step: &Step<'_>) -> Result<Outcome, Failure> {
        let outcome = self.apply_all(tx, slice::from_ref(step))?.pop();
        outcome
            .ok_or_else(|| Failure::Service(ServiceError::internal("a revocation ended without an outcome")))
    }

    fn apply_all(&self, tx: &mut dyn Tx, steps: &[Step<'_>]) -> Result<Vec<Outcome>, Failure> {
        let Some(first) = steps.first() else { return Ok(Vec::new()) };
        let spec = spec(first.parameters)?;
        let ids: Vec<_> = steps.iter().map(|step| step.certificate.clone()).collect();
        let mut rows: HashMap<_, _> =
            tx.certificates().find_all(&ids)?.into_iter().map(|row| (row.id.clone(), row)).collect();
        let (mut outcomes, mut valid) = (Vec::with_capacity(ids.len()), Vec::with_capacity(ids.len()));
        for id in &ids {
            let row = rows
                .remove(id)
                .ok_or_else(|| Failure::Service(ServiceError::not_found("certificate", id)))?;
            outcomes.push(match row.status {
                CertificateStatus::Archived => skipped("archived", "it is archived"),
                CertificateStatus::Revoked => skipped("already_revoked", "it is revoked already"),
                _ => {
                    valid.push(row);
                    // The revocations name the certificate; repeating their numbers here would only cost.
                    Outcome::Done { result: None, wakes: Vec::new() }
                }
            });
        }
        revocation::revoke_all(tx, first.ids, first.who, &mut valid, &spec, first.now)?;
        Ok(outcomes)
    }
}

fn skipped(code: &'static str, message: &str) -> Outcome {
    Outcome::Skipped { code, message: message.to_owned() }
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
