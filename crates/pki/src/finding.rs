//! What hygiene rules and lints report.

use std::fmt;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; issuance goes on.
    Warning,
    /// Must not be issued.
    Error,
}

/// One broken rule. Displays as `code: message`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable `snake_case` code.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong with this input.
    pub message: String,
}

impl Finding {
    pub(crate) fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, message: message.into() }
    }

    pub(crate) fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Warning, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

/// Whether anything in `findings` forbids issuance.
pub fn has_errors(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}
