//! Queues the digest when it is due.

use crate::notification::{Digests, Run};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};

/// The digest reconciler.
#[derive(Debug)]
pub struct Digest {
    digests: Digests,
}

impl Digest {
    /// Of these digests.
    pub const fn new(digests: Digests) -> Self {
        Self { digests }
    }
}

#[async_trait]
impl Reconciler for Digest {
    fn name(&self) -> &'static str {
        "digest"
    }

    async fn activate(&self, _stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        match self.digests.send_due().await {
            Ok(Run::NotYet) => report,
            Ok(Run::Queued(0)) => {
                tracing::warn!(
                    "a digest is due and nobody gets one; name addresses in CERTCTL_DIGEST_RECIPIENTS, or give an \
                     owner of certificates a mail address"
                );
                report
            }
            Ok(Run::Queued(queued)) => {
                report.add("queued", queued);
                report
            }
            Ok(Run::NoChannel) => {
                report.error =
                    Some("a digest is due and there is no enabled channel of type Email".to_owned());
                report
            }
            Err(error) => report.failed(&error),
        }
    }

    async fn next_due(&self) -> Option<Timestamp> {
        // A failure is told by the next activation.
        self.digests.due_at().await.ok().flatten()
    }
}
