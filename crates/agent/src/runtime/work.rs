//! The long poll that turns leased jobs into tasks.

use super::Agent;
use crate::{AgentError, pace};
use certctl_api_types::work::WorkItem;
use certctl_client::ClientError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

/// Most jobs that the server leases in one answer.
const MOST_ITEMS: u32 = 50;

/// Pause after an empty answer that came before its time: the server is about to stop.
const AFTER_EMPTY: Duration = Duration::from_secs(1);

/// Permits for the jobs of one claim.
type Slots = Vec<OwnedSemaphorePermit>;

impl Agent {
    /// Asks for work until the soft stop, and starts what comes.
    pub(super) async fn work(&self) {
        let inner = self.inner();
        let mut failures = 0;
        while !self.is_retired() && !inner.tasks.soft().is_cancelled() {
            let asked_at = Instant::now();
            let asked = async {
                let slots = self.free_slots().await;
                self.resend_reports().await;
                let items = self.claim(inner.options.poll_wait, slots.len()).await?;
                Ok::<_, ClientError>((items, slots))
            };
            let outcome = tokio::select! {
                () = inner.tasks.soft().cancelled() => return,
                outcome = asked => outcome,
            };
            match outcome {
                Ok((items, slots)) => {
                    failures = 0;
                    let nothing = items.is_empty();
                    let _tasks = self.launch(items, slots);
                    if nothing && asked_at.elapsed() < inner.options.poll_wait / 2 {
                        self.rest(pace::jittered(AFTER_EMPTY, &*inner.ids)).await;
                    }
                }
                Err(error) => {
                    failures += 1;
                    let pause = pace::reconnect(failures, error.class(), &*inner.ids);
                    tracing::warn!(
                        agent.id = %inner.id, error = error.chain(),
                        "agent {} could not ask for work and tries again in {pause:.0?}", inner.id,
                    );
                    self.rest(pause).await;
                }
            }
        }
    }

    /// Sleeps, at most until the soft stop.
    pub(super) async fn rest(&self, pause: Duration) {
        tokio::select! {
            () = self.inner().tasks.soft().cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }

    /// Does everything that is due now, then returns: one heartbeat, unsent reports, all jobs that
    /// can be had without waiting.
    pub async fn run_once(&self) -> Result<(), AgentError> {
        self.once()
            .await
            .map_err(|error| if self.is_retired() { AgentError::Retired } else { AgentError::Server(error) })
    }

    async fn once(&self) -> Result<(), ClientError> {
        let inner = self.inner();
        self.heartbeat().await?;
        self.resend_reports().await;
        while !inner.tasks.soft().is_cancelled() {
            let slots = self.free_slots().await;
            let items = self.claim(Duration::ZERO, slots.len()).await?;
            if items.is_empty() {
                break;
            }
            for task in self.launch(items, slots) {
                // The spawner has logged the panic of a lost task.
                let _ = task.await;
            }
        }
        Ok(())
    }

    /// Waits for a free job slot and takes all that are free.
    async fn free_slots(&self) -> Slots {
        let slots = &self.inner().slots;
        let mut taken: Slots = Arc::clone(slots).acquire_owned().await.into_iter().collect();
        while let Ok(slot) = Arc::clone(slots).try_acquire_owned() {
            taken.push(slot);
        }
        taken
    }

    async fn claim(&self, wait: Duration, limit: usize) -> Result<Vec<WorkItem>, ClientError> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX).min(MOST_ITEMS);
        match self.api().claim(&self.inner().instance, wait, limit).await {
            Ok(list) => Ok(list.jobs),
            Err(error) => {
                self.heed(&error);
                Err(error)
            }
        }
    }

    /// Starts one task per item; slots that are left over become free again.
    fn launch(&self, items: Vec<WorkItem>, slots: Slots) -> Vec<certctl_lifecycle::Task<()>> {
        let mut started = Vec::with_capacity(items.len());
        for (item, slot) in items.into_iter().zip(slots) {
            if !self.inner().running.lock().insert(item.id.clone()) {
                // Its lease ran out while it runs. The running attempt will notice and stop.
                tracing::warn!(job.id = %item.id, "job {} was handed out again while it runs", item.id);
                continue;
            }
            let agent = self.clone();
            started.push(self.inner().tasks.spawn("job", async move {
                let id = item.id.clone();
                agent.run_job(item).await;
                agent.inner().running.lock().remove(&id);
                drop(slot);
            }));
        }
        started
    }
}
