//! A renewal sweep over a large inventory in which nothing is due.

use crate::core::Core;
use crate::fill::{self, References};
use crate::load::quantile;
use crate::place::{Place, Postgres};
use crate::table;
use anyhow::{Result, ensure};
use certctl_service::reconcile::RenewalSweep;
use certctl_service_api::engine::{Reconciler, StopSignal};
use certctl_testkit::{build, seed_basics};
use std::sync::Arc;
use std::time::{Duration, Instant};

const ACTIVATIONS: usize = 200;

struct Never;

impl StopSignal for Never {
    fn stopping(&self) -> bool {
        false
    }
}

/// Measures both engines and prints the table.
pub(crate) async fn measure(count: u32) -> Result<()> {
    let server = Postgres::start()?;
    let mut rows = Vec::new();
    for (name, place) in [("SQLite", Place::sqlite()?), ("PostgreSQL", Place::postgres(&server)?)] {
        for certificates in [0, count] {
            let (first, p50, p99) = sweep(&place, certificates).await?;
            rows.push(vec![
                format!("{name}, {certificates} certificates"),
                table::time(first),
                table::time(p50),
                table::time(p99),
            ]);
        }
    }
    table::print("Renewal sweep, nothing due", &["one activation", "first", "p50", "p99"], &rows)
}

async fn sweep(place: &Place, certificates: u32) -> Result<(Duration, Duration, Duration)> {
    let core = Core::open(place.url.clone()).await?;
    if certificates == 0 {
        seed_basics(&core.base.store).await;
    } else {
        let references = References {
            owner: build::OWNER,
            team: build::TEAM,
            issuer: build::ISSUER,
            policy: build::POLICY,
        };
        fill::certificates(&place.url, certificates, references).await?;
    }
    let sweep = RenewalSweep::new(core.base.clone(), Arc::clone(&core.wakeups));
    let mut times = Vec::new();
    for _ in 0..ACTIVATIONS {
        let begun = Instant::now();
        let report = sweep.activate(&Never).await;
        times.push(begun.elapsed());
        ensure!(report.error.is_none(), "the sweep failed: {report:?}");
    }
    core.base.store.close().await;
    let first = times.first().copied().unwrap_or_default();
    times.sort_unstable();
    Ok((first, quantile(&times, 50), quantile(&times, 99)))
}
