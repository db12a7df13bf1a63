//! What the audience sees.

use anyhow::{Context, Result};
use std::io::Write;
use std::time::Instant;

/// Standard output with a clock.
#[derive(Debug)]
pub(super) struct Screen {
    started: Instant,
}

impl Screen {
    /// The clock starts now.
    pub(super) fn new() -> Self {
        Self { started: Instant::now() }
    }

    /// One line without a time.
    pub(super) fn line(text: &str) -> Result<()> {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{text}").and_then(|()| out.flush()).context("cannot write to standard output")
    }

    /// One thing that happened: `[  3.2s] issued     …`.
    pub(super) fn step(&self, what: &str, text: &str) -> Result<()> {
        Self::line(&format!("[{:>6.1}s] {what:<10} {text}", self.started.elapsed().as_secs_f64()))
    }
}
