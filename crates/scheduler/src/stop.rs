//! What a running reconciler is told about the end of its process or of its lease.

use certctl_service_api::engine::StopSignal;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_util::sync::CancellationToken;

/// Says stop when the process winds down or the lease was lost.
#[derive(Debug)]
pub(crate) struct Stop {
    soft: CancellationToken,
    lost: AtomicBool,
}

impl Stop {
    pub(crate) const fn new(soft: CancellationToken) -> Self {
        Self { soft, lost: AtomicBool::new(false) }
    }

    pub(crate) fn lease_lost(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }
}

impl StopSignal for Stop {
    fn stopping(&self) -> bool {
        self.soft.is_cancelled() || self.lost.load(Ordering::Relaxed)
    }
}
