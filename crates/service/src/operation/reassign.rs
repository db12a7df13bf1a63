//! Another owner, and perhaps another team, for many certificates.

use super::action::{BulkAction, Outcome, Step};
use crate::certificate;
use crate::failure::Failure;
use crate::issuance::Trigger;
use certctl_domain::access::Permission;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::id::{OwnerId, TeamId};
use certctl_repository::Tx;
use certctl_service_api::certificate::CertificateSpec;
use certctl_service_api::operation::BULK_REASSIGN;
use certctl_service_api::{FieldError, ServiceError};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Changes owner and team; certificates that have them already need nothing.
#[derive(Debug)]
pub(super) struct Reassign;

#[derive(Debug, Deserialize)]
struct To {
    owner_id: OwnerId,
    #[serde(default)]
    team_id: Option<TeamId>,
}

fn read(parameters: &Map<String, Value>) -> Result<To, Failure> {
    let read = To::deserialize(Value::Object(parameters.clone()));
    read.map_err(|error| {
        Failure::Service(ServiceError::invalid("owner_id", "invalid_value", error.to_string()))
    })
}

impl BulkAction for Reassign {
    fn kind(&self) -> &'static str {
        BULK_REASSIGN
    }

    fn done_name(&self) -> &'static str {
        "total_reassigned"
    }

    fn audit_action(&self) -> &'static str {
        "bulk_reassignment_initiated"
    }

    fn permission(&self) -> Permission {
        Permission::CertificateWrite
    }

    fn check(&self, tx: &mut dyn Tx, parameters: &Map<String, Value>) -> Result<(), Failure> {
        let to = read(parameters)?;
        let mut problems = Vec::new();
        let mut missing = |field: &str, id: &str| {
            problems.push(FieldError::new(field, "unknown_reference", format!("{id} does not exist")));
        };
        if tx.owners().find(&to.owner_id)?.is_none() {
            missing("owner_id", to.owner_id.as_str());
        }
        if let Some(team) = &to.team_id
            && tx.teams().find(team)?.is_none()
        {
            missing("team_id", team.as_str());
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Failure::Service(ServiceError::Unprocessable(problems)))
        }
    }

    fn apply(&self, tx: &mut dyn Tx, step: &Step<'_>) -> Result<Outcome, Failure> {
        let to = read(step.parameters)?;
        let row = certificate::get(tx, step.certificate)?;
        let skipped = |code, message: &str| Ok(Outcome::Skipped { code, message: message.to_owned() });
        if row.status == CertificateStatus::Archived {
            return skipped("archived", "it is archived");
        }
        if row.owner_id == to.owner_id && to.team_id.as_ref().is_none_or(|team| row.team_id == *team) {
            return skipped("unchanged", "it has this owner and team already");
        }
        let trigger = Trigger::new(step.who, "changed", step.gate, *step.guards);
        let edit = |view: &_| {
            let before = certificate::unchanged(view);
            Ok(CertificateSpec {
                owner_id: to.owner_id.clone(),
                team_id: to.team_id.clone().unwrap_or_else(|| before.team_id.clone()),
                ..before
            })
        };
        certificate::change(tx, step.ids, &trigger, step.certificate, &edit, None, step.now)?;
        Ok(Outcome::Done { result: None, wakes: Vec::new() })
    }
}
