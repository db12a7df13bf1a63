//! What a check found.

use anyhow::{Result, ensure};

/// The result of one check: what must be mended and what is worth a look.
#[derive(Debug, Default)]
pub struct Findings {
    /// Violations; one is enough to fail.
    pub failures: Vec<String>,
    /// Remarks that fail nothing.
    pub notes: Vec<String>,
}

impl Findings {
    pub(crate) fn fail(&mut self, message: impl Into<String>) {
        self.failures.push(message.into());
    }

    pub(crate) fn note(&mut self, message: impl Into<String>) {
        self.notes.push(message.into());
    }

    /// Prints everything; an error when something must be mended.
    pub fn conclude(self, check: &str) -> Result<()> {
        for note in &self.notes {
            println!("note: {note}");
        }
        for failure in &self.failures {
            println!("{check}: {failure}");
        }
        ensure!(self.failures.is_empty(), "{check}: {} to mend", self.failures.len());
        Ok(())
    }
}
