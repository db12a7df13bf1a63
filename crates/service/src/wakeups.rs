//! Wake-ups inside one process: a hint that new work may exist. Polling stays the truth.

use certctl_domain::id::AgentId;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::{Arc, Weak};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// Wakes workers, long-polling agents, the renewal sweep, the policy evaluation, and the routing and
/// delivery of what people are told.
#[derive(Debug, Default)]
pub struct Wakeups {
    workers: Notify,
    sweep: Notify,
    operations: Notify,
    operation_ended: Notify,
    policies: Notify,
    alerts: Notify,
    notifications: Notify,
    revocations: Notify,
    notices: Notify,
    agents: Mutex<HashMap<AgentId, Weak<Notify>>>,
}

impl Wakeups {
    /// New work for the server's workers.
    pub fn wake_workers(&self) {
        self.workers.notify_one();
    }

    /// Returns when workers were woken since the last return.
    pub async fn workers_woken(&self) {
        self.workers.notified().await;
    }

    /// A certificate is due now.
    pub fn wake_sweep(&self) {
        self.sweep.notify_one();
    }

    /// Returns when the sweep was woken since the last return.
    pub async fn sweep_woken(&self) {
        self.sweep.notified().await;
    }

    /// An operation has begun.
    pub fn wake_operations(&self) {
        self.operations.notify_one();
    }

    /// Returns when an operation has begun since the last return.
    pub async fn operations_woken(&self) {
        self.operations.notified().await;
    }

    /// An operation has come to its end.
    pub fn operation_ended(&self) {
        self.operation_ended.notify_waiters();
    }

    /// Resolves when an operation has come to its end. Enable it, look, then wait.
    pub(crate) fn end_of_operation(&self) -> Notified<'_> {
        self.operation_ended.notified()
    }

    /// A compliance rule has changed.
    pub fn wake_policies(&self) {
        self.policies.notify_one();
    }

    /// Returns when a compliance rule changed since the last return.
    pub async fn policies_woken(&self) {
        self.policies.notified().await;
    }

    /// An alert waits for its routing.
    pub fn wake_alerts(&self) {
        self.alerts.notify_one();
    }

    /// Returns when an alert was written since the last return.
    pub async fn alerts_woken(&self) {
        self.alerts.notified().await;
    }

    /// A notification waits for its delivery.
    pub fn wake_notifications(&self) {
        self.notifications.notify_one();
    }

    /// Returns when a notification was made since the last return.
    pub async fn notifications_woken(&self) {
        self.notifications.notified().await;
    }

    /// Something was revoked, or released from a hold.
    pub fn wake_revocations(&self) {
        self.revocations.notify_one();
        self.notices.notify_one();
    }

    /// Returns when something was revoked since the last return.
    pub async fn revocations_woken(&self) {
        self.revocations.notified().await;
    }

    /// Returns when a CA may have to be told of a revocation since the last return.
    pub async fn notices_woken(&self) {
        self.notices.notified().await;
    }

    /// New work for an agent.
    pub fn wake_agent(&self, agent: &AgentId) {
        let waiting = self.agents.lock().get(agent).and_then(Weak::upgrade);
        if let Some(waiting) = waiting {
            waiting.notify_waiters();
        }
    }

    /// A handle to wait for work of an agent. Take it, call `enable` on its future, then look, then wait.
    pub fn agent(&self, agent: &AgentId) -> Arc<Notify> {
        let mut agents = self.agents.lock();
        if let Some(known) = agents.get(agent).and_then(Weak::upgrade) {
            return known;
        }
        // Entries of agents that no longer wait are dropped whenever a new one comes.
        agents.retain(|_, handle| handle.strong_count() > 0);
        let fresh = Arc::new(Notify::new());
        agents.insert(agent.clone(), Arc::downgrade(&fresh));
        fresh
    }
}
