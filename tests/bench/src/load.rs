//! Closed-loop load: each connection sends its next request when the last one is answered.

use anyhow::{Result, ensure};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Connections at the same time.
pub(crate) const CONNECTIONS: usize = 16;

/// What one kind of request achieved.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p95: Duration,
    pub(crate) p99: Duration,
    pub(crate) longest: Duration,
}

/// Sends what `make` builds (from a client and a number that never repeats) over and over for
/// `span`, after a short warm-up. Anything but a success ends the measurement.
pub(crate) async fn measure<F>(clients: &[reqwest::Client], span: Duration, make: F) -> Result<Measured>
where
    F: Fn(&reqwest::Client, u64) -> reqwest::RequestBuilder + Clone + Send + 'static,
{
    drive(clients, span.min(Duration::from_millis(500)), 1 << 40, make.clone()).await?;
    let begun = Instant::now();
    let mut times = drive(clients, span, 0, make).await?;
    let elapsed = begun.elapsed();
    times.sort_unstable();
    ensure!(!times.is_empty(), "no request was answered");
    Ok(Measured {
        per_second: f64::from(u32::try_from(times.len())?) / elapsed.as_secs_f64(),
        p50: quantile(&times, 50),
        p95: quantile(&times, 95),
        p99: quantile(&times, 99),
        longest: times.last().copied().unwrap_or_default(),
    })
}

async fn drive<F>(clients: &[reqwest::Client], span: Duration, first: u64, make: F) -> Result<Vec<Duration>>
where
    F: Fn(&reqwest::Client, u64) -> reqwest::RequestBuilder + Clone + Send + 'static,
{
    let mut connections = JoinSet::new();
    for (lane, client) in clients.iter().cloned().enumerate() {
        let make = make.clone();
        let mut number = first + (u64::try_from(lane)? << 32);
        connections.spawn(async move {
            let mut times = Vec::new();
            let end = Instant::now() + span;
            while Instant::now() < end {
                let sent = Instant::now();
                let answer = make(&client, number).send().await?;
                let (status, body) = (answer.status(), answer.bytes().await?);
                ensure!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&body));
                times.push(sent.elapsed());
                number += 1;
            }
            Ok(times)
        });
    }
    let mut all = Vec::new();
    while let Some(times) = connections.join_next().await {
        all.extend(times??);
    }
    Ok(all)
}

/// The value below which `percent` of the sorted times lie.
pub(crate) fn quantile(sorted: &[Duration], percent: usize) -> Duration {
    let index = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(index).copied().unwrap_or_default()
}
