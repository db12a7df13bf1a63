//! Following the revocations: what changed anywhere is forgotten here.

use super::Ocsp;
use super::authority::IssuerState;
use crate::failure::Failure;
use certctl_pki::Serial;
use certctl_service_api::ServiceError;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How often the database is asked what changed. It bounds how long a replica goes on saying "good".
const PERIOD: Duration = Duration::from_millis(500);
/// Changes that are read at once.
const PAGE: u32 = 1_000;

impl Ocsp {
    /// Follows until dropped.
    pub async fn follow(&self) {
        loop {
            let looked = Instant::now();
            if let Err(error) = self.look().await {
                tracing::warn!(error = %error, "cannot ask for changes of revocations");
            }
            if let Err(error) = self.write_down().await {
                tracing::warn!(error = %error, "OCSP answers could not be written down and will be signed again");
            }
            tokio::time::sleep_until(looked + PERIOD).await;
        }
    }

    /// Forgets what changed since the last look.
    pub async fn look(&self) -> Result<(), ServiceError> {
        let states: Vec<Arc<IssuerState>> = self.0.states.read().values().cloned().collect();
        for state in states {
            while let Some(before) = state.knowledge.generation() {
                let issuer = state.id.clone();
                let read = self.0.base.store.read("ocsp.changes", move |tx| {
                    // Usually nothing changed, and that is one row.
                    if tx.revocations().generation(&issuer)? <= before {
                        return Ok::<_, Failure>(Vec::new());
                    }
                    Ok(tx.revocations().changed_since(&issuer, before, PAGE)?)
                });
                let changes = read.await?;
                let Some(last) = changes.iter().map(|change| change.generation).max() else { break };
                let serials: Vec<Serial> =
                    changes.iter().filter_map(|change| change.serial_number.parse().ok()).collect();
                state.knowledge.forget(&serials, last);
            }
        }
        Ok(())
    }
}
