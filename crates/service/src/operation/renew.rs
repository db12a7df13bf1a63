//! Renewal of many certificates.

use super::action::{BulkAction, Outcome, Step};
use crate::certificate;
use crate::failure::Failure;
use crate::issuance::Trigger;
use certctl_domain::JsonText;
use certctl_domain::access::Permission;
use certctl_domain::certificate::CertificateStatus;
use certctl_repository::Tx;
use certctl_service_api::certificate::RenewOptions;
use certctl_service_api::operation::BULK_RENEW;
use serde_json::{Map, Value, json};

/// Queues an issuance; certificates that are put away, revoked or being renewed need none.
#[derive(Debug)]
pub(super) struct Renew;

impl BulkAction for Renew {
    fn kind(&self) -> &'static str {
        BULK_RENEW
    }

    fn done_name(&self) -> &'static str {
        "total_enqueued"
    }

    fn audit_action(&self) -> &'static str {
        "bulk_renewal_initiated"
    }

    fn permission(&self) -> Permission {
        Permission::CertificateRenew
    }

    fn check(&self, _: &mut dyn Tx, _: &Map<String, Value>) -> Result<(), Failure> {
        Ok(())
    }

    fn apply(&self, tx: &mut dyn Tx, step: &Step<'_>) -> Result<Outcome, Failure> {
        let row = certificate::get(tx, step.certificate)?;
        let skipped = match row.status {
            CertificateStatus::Archived => Some(("archived", "it is archived")),
            CertificateStatus::Revoked => Some(("revoked", "it is revoked")),
            CertificateStatus::RenewalInProgress => Some(("already_renewing", "it is being renewed already")),
            _ => None,
        };
        if let Some((code, message)) = skipped {
            return Ok(Outcome::Skipped { code, message: message.to_owned() });
        }
        let trigger = Trigger::new(step.who, "requested", step.gate, *step.guards);
        let queued = certificate::renew(tx, step.ids, &trigger, row, &RenewOptions::default(), step.now)?;
        let jobs: Vec<_> =
            queued.iter().map(|job| json!({"job_id": job.job_id, "agent_id": job.agent_id})).collect();
        Ok(Outcome::Done {
            result: Some(JsonText::trusted(json!({ "jobs": jobs }).to_string())),
            wakes: queued.into_iter().map(|job| job.agent_id).collect(),
        })
    }
}
