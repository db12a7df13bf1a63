//! Halting, resuming and stopping an operation. Whoever may do the action may.

use super::action::{self, BulkAction};
use super::{Operations, get, whole};
use crate::support::audit_event;
use certctl_domain::access::Permission;
use certctl_domain::id::OperationId;
use certctl_service_api::operation::OperationView;
use certctl_service_api::{Actor, ServiceError};
use serde_json::json;
use std::sync::Arc;

/// What somebody does to an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Pause,
    Resume,
    Cancel,
}

impl Turn {
    const fn name(self) -> &'static str {
        match self {
            Self::Pause => "operation.pause",
            Self::Resume => "operation.resume",
            Self::Cancel => "operation.cancel",
        }
    }

    const fn audit_action(self) -> &'static str {
        match self {
            Self::Pause => "operation_paused",
            Self::Resume => "operation_resumed",
            Self::Cancel => "operation_cancelled",
        }
    }
}

impl Operations {
    pub(super) async fn turn(
        &self,
        who: &Actor,
        id: &OperationId,
        turn: Turn,
    ) -> Result<OperationView, ServiceError> {
        let known = self.read(id).await?;
        let demanded = action::action(&known.operation.kind);
        who.require(demanded.map_or(Permission::CertificateWrite, BulkAction::permission))?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let turned = self.base.store.write(turn.name(), move |tx| {
            let mut operation = get(tx, &id)?;
            let changed = match turn {
                Turn::Pause => operation.pause(now)?,
                Turn::Resume => operation.resume()?,
                Turn::Cancel => operation.cancel(now)?,
            };
            if changed {
                let mut details = json!({ "kind": operation.kind });
                if turn == Turn::Cancel {
                    let left = tx.operations().cancel_pending(&id, now)?;
                    details = json!({ "kind": operation.kind, "cancelled_items": left });
                }
                tx.operations().update(&operation)?;
                let subject = ("operation", id.as_str());
                tx.audit().append(&audit_event(&*ids, &who, now, turn.audit_action(), subject, &details))?;
            }
            whole(tx, operation)
        });
        let turned = turned.await?;
        match turn {
            Turn::Pause => {}
            Turn::Resume => self.wakeups.wake_operations(),
            Turn::Cancel => self.wakeups.operation_ended(),
        }
        Ok(turned)
    }
}
