//! Heartbeats.

use super::Agent;
use crate::pace;
use certctl_client::ClientError;

impl Agent {
    /// Sends heartbeats until the soft stop.
    pub(super) async fn heartbeats(&self) {
        let inner = self.inner();
        let mut failures = 0;
        while !self.is_retired() && !inner.tasks.soft().is_cancelled() {
            let interval = pace::jittered(inner.options.heartbeat_interval, &*inner.ids);
            let pause = match self.heartbeat().await {
                Ok(()) => {
                    failures = 0;
                    interval
                }
                Err(error) => {
                    failures += 1;
                    pace::reconnect(failures, error.class(), &*inner.ids)
                }
            };
            self.rest(pause).await;
        }
    }

    /// Sends one heartbeat.
    pub(super) async fn heartbeat(&self) -> Result<(), ClientError> {
        let inner = self.inner();
        let facts = inner.facts.heartbeat(&inner.client).await;
        match self.api().heartbeat(&facts).await {
            Ok(_acknowledged) => {
                tracing::debug!(agent.id = %inner.id, "heartbeat of {} recorded", inner.id);
                Ok(())
            }
            Err(error) => {
                self.heed(&error);
                tracing::warn!(
                    agent.id = %inner.id, error = error.chain(),
                    "heartbeat of {} failed", inner.id,
                );
                Err(error)
            }
        }
    }
}
