//! Making an operation: its set is fixed in the transaction that makes it.

use super::action::action;
use super::{Operations, actor, bare};
use crate::failure::Failure;
use crate::support::audit_event;
use certctl_domain::JsonText;
use certctl_domain::id::{CertificateId, OperationId};
use certctl_domain::operation::{Operation, OperationState};
use certctl_repository::{CertificateFilter, Tx};
use certctl_service_api::operation::{OperationSpec, OperationView, Selection};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Operations {
    pub(super) async fn begin(
        &self,
        who: &Actor,
        spec: OperationSpec,
    ) -> Result<OperationView, ServiceError> {
        let Some(action) = action(spec.kind) else {
            return Err(ServiceError::internal(format!("there is no action {}", spec.kind)));
        };
        who.require(action.permission())?;
        let OperationSpec { selection, parameters, dry_run, expected_count, .. } = spec;
        if selection.certificate_ids.is_empty() && !selection.has_criteria() {
            return Err(ServiceError::invalid(
                "certificate_ids",
                "required",
                "name certificates, or at least one criterion",
            ));
        }
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let row = Operation {
            id: OperationId::mint(&*ids),
            kind: action.kind().to_owned(),
            state: OperationState::Pending,
            dry_run,
            criteria: JsonText::trusted(shown(&selection).to_string()),
            parameters: JsonText::trusted(Value::Object(parameters.clone()).to_string()),
            requested_by: who.name().to_owned(),
            actor: actor::store(&who)?,
            total_matched: 0,
            total_done: 0,
            total_skipped: 0,
            total_failed: 0,
            created_at: now,
            started_at: None,
            paused_at: None,
            finished_at: None,
        };
        let begun = self.base.store.write("operation.start", move |tx| {
            action.check(tx, &parameters)?;
            let mut operation = row.clone();
            tx.operations().insert(&operation)?;
            operation.total_matched = select(tx, &operation.id, &selection)?;
            if let Some(expected) = expected_count
                && expected != operation.total_matched
            {
                return Err(mismatch(expected, operation.total_matched));
            }
            if operation.total_matched == 0 {
                operation.complete(now);
            }
            tx.operations().update(&operation)?;
            let details = json!({
                "operation_id": operation.id, "criteria": shown(&selection), "parameters": parameters,
                "dry_run": dry_run, "total_matched": operation.total_matched,
            });
            let subject = ("certificate", "bulk");
            tx.audit().append(&audit_event(&*ids, &who, now, action.audit_action(), subject, &details))?;
            Ok(operation)
        });
        let begun = begun.await?;
        self.wakeups.wake_operations();
        Ok(bare(begun))
    }
}

/// Writes down which certificates are meant; says how many.
fn select(tx: &mut dyn Tx, id: &OperationId, selection: &Selection) -> Result<u64, Failure> {
    let named: BTreeSet<&CertificateId> = selection.certificate_ids.iter().collect();
    let named: Vec<CertificateId> = named.into_iter().cloned().collect();
    let filter = CertificateFilter {
        profile_id: selection.profile_id.clone(),
        owner_id: selection.owner_id.clone(),
        agent_id: selection.agent_id.clone(),
        issuer_id: selection.issuer_id.clone(),
        team_id: selection.team_id.clone(),
        without_archived: named.is_empty(),
        ..CertificateFilter::default()
    };
    if named.is_empty() {
        return Ok(tx.operations().insert_matching(id, &filter, None)?);
    }
    if !selection.has_criteria() {
        return Ok(tx.operations().insert_ids(id, &named)?);
    }
    // Ids that nothing has are told apart from those that do not match: they become failed items.
    let unknown = tx.operations().unknown(&named)?;
    let matching = tx.operations().insert_matching(id, &filter, Some(&named))?;
    Ok(matching + tx.operations().insert_ids(id, &unknown)?)
}

fn mismatch(expected: u64, actual: u64) -> Failure {
    Failure::Service(ServiceError::Conflict {
        code: ConflictCode::CountMismatch,
        message: format!("{actual} certificates match, {expected} were expected; nothing was done"),
        details: Some(json!({"expected": expected, "actual": actual})),
    })
}

/// The selection for people: ids are counted, because the items name them.
fn shown(selection: &Selection) -> Value {
    let mut shown = Map::new();
    let criteria = [
        ("profile_id", selection.profile_id.as_ref().map(ToString::to_string)),
        ("owner_id", selection.owner_id.as_ref().map(ToString::to_string)),
        ("agent_id", selection.agent_id.as_ref().map(ToString::to_string)),
        ("issuer_id", selection.issuer_id.as_ref().map(ToString::to_string)),
        ("team_id", selection.team_id.as_ref().map(ToString::to_string)),
    ];
    for (name, value) in criteria {
        if let Some(value) = value {
            shown.insert(name.to_owned(), value.into());
        }
    }
    if !selection.certificate_ids.is_empty() {
        shown.insert("certificate_ids".to_owned(), selection.certificate_ids.len().into());
    }
    Value::Object(shown)
}
