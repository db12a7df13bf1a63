//! Raw ECDSA P-256 signatures, the limit that everything which signs is compared with.

use anyhow::Result;
use certctl_crypto::{KeyPair, Signer};
use certctl_domain::profile::KeySpec;
use std::time::{Duration, Instant};

const SPAN: Duration = Duration::from_millis(500);

/// Cores of this machine.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Signatures per second with `threads` threads: the best of three looks.
pub(crate) fn per_second(threads: usize) -> Result<f64> {
    let mut best = 0.0_f64;
    for _ in 0..3 {
        best = best.max(once(threads)?);
    }
    Ok(best)
}

fn once(threads: usize) -> Result<f64> {
    let work = move || -> Result<u32> {
        let key = KeyPair::generate(KeySpec::P256)?;
        let end = Instant::now() + SPAN;
        let mut signed = 0;
        while Instant::now() < end {
            key.sign(b"a certificate of the usual size has a few hundred bytes")?;
            signed += 1;
        }
        Ok(signed)
    };
    let threads: Vec<_> = (0..threads).map(|_| std::thread::spawn(work)).collect();
    let mut total = 0;
    for thread in threads {
        total += thread.join().map_err(|_panic| anyhow::anyhow!("a signing thread panicked"))??;
    }
    Ok(f64::from(total) / SPAN.as_secs_f64())
}
