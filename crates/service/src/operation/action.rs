//! What an operation can do to each of its certificates. A new action is a file beside this one and
//! a line in [`ACTIONS`].

use super::{reassign, renew, revoke};
use crate::approval::ApprovalGate;
use crate::failure::Failure;
use crate::issuance::guard::Guards;
use certctl_domain::access::Permission;
use certctl_domain::id::{AgentId, CertificateId, IdSource};
use certctl_domain::{JsonText, Timestamp};
use certctl_repository::Tx;
use certctl_service_api::Actor;
use serde_json::{Map, Value};
use std::fmt;

/// Every action.
pub(crate) const ACTIONS: &[&dyn BulkAction] = &[&renew::Renew, &reassign::Reassign, &revoke::Revoke];

/// The action with this name.
pub(crate) fn action(kind: &str) -> Option<&'static dyn BulkAction> {
    ACTIONS.iter().copied().find(|action| action.kind() == kind)
}

/// One action on certificates. It does what the single use case does, in the name of who asked.
pub(crate) trait BulkAction: Send + Sync + fmt::Debug {
    /// Its name.
    fn kind(&self) -> &'static str;
    /// What it calls the items that are done, for example `total_enqueued`.
    fn done_name(&self) -> &'static str;
    /// Action of the one audit event of the whole operation.
    fn audit_action(&self) -> &'static str;
    /// What it demands.
    fn permission(&self) -> Permission;
    /// Refuses parameters that could succeed for no certificate.
    fn check(&self, tx: &mut dyn Tx, parameters: &Map<String, Value>) -> Result<(), Failure>;
    /// How many items may share a transaction: enough that the commit does not count, few enough that
    /// others do not wait for it.
    fn together(&self) -> usize {
        25
    }
    /// Does it for one certificate. In a dry run the transaction is undone afterwards.
    fn apply(&self, tx: &mut dyn Tx, step: &Step<'_>) -> Result<Outcome, Failure>;
    /// Does it for several, and returns their outcomes in this order. An error undoes all of them, and
    /// each is tried alone.
    fn apply_all(&self, tx: &mut dyn Tx, steps: &[Step<'_>]) -> Result<Vec<Outcome>, Failure> {
        steps.iter().map(|step| self.apply(tx, step)).collect()
    }
}

/// One item's turn.
pub(crate) struct Step<'a> {
    pub(crate) ids: &'a dyn IdSource,
    pub(crate) who: &'a Actor,
    pub(crate) gate: &'a ApprovalGate,
    /// Limits of what happens by itself.
    pub(crate) guards: &'a Guards,
    pub(crate) certificate: &'a CertificateId,
    pub(crate) parameters: &'a Map<String, Value>,
    pub(crate) now: Timestamp,
}

/// How an item's turn ended, unless it failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done {
        /// What it gave, for people and programs.
        result: Option<JsonText>,
        /// Agents that have work now.
        wakes: Vec<AgentId>,
    },
    Skipped {
        code: &'static str,
        message: String,
    },
}
