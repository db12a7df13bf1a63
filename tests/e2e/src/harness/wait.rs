//! Waiting for something to become true, never for time to pass.

use anyhow::{Result, bail};
use std::time::{Duration, Instant};

/// What anything may take before it counts as stuck. Generous: on a machine that also builds, a step
/// of a second may take half a minute, and only a test that fails waits this long.
pub const PATIENCE: Duration = Duration::from_mins(3);

const PAUSE: Duration = Duration::from_millis(50);

/// Asks `look` until it gives a value; fails after `limit` or when `look` does. `what` completes
/// the sentence "… did not happen within".
pub async fn until<T>(
    what: &str,
    limit: Duration,
    mut look: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(value) = look().await? {
            return Ok(value);
        }
        if Instant::now() >= deadline {
            bail!("{what} did not happen within {} s", limit.as_secs());
        }
        tokio::time::sleep(PAUSE).await;
    }
}
