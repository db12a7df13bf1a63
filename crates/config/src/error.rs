//! What is wrong with a configuration, all of it at once.

use std::fmt;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ConfigError {
    /// The variable, the key in the file, or the file.
    pub place: String,
    /// What is wrong with it and what is allowed. Shows the value unless it is secret.
    pub problem: String,
    /// What to do about it, a full sentence.
    pub hint: Option<String>,
}

/// Everything that is wrong, never empty. A binary exits with code 64 and prints [`Self::hints`]
/// after the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// `Err` when there is at least one error.
    pub(crate) fn check(errors: Vec<ConfigError>) -> Result<(), Self> {
        if errors.is_empty() { Ok(()) } else { Err(Self(errors)) }
    }

    /// The errors, in the order of the reference page.
    pub fn errors(&self) -> &[ConfigError] {
        &self.0
    }

    /// The hints of all errors, each once.
    pub fn hints(&self) -> Vec<String> {
        let mut hints: Vec<String> = Vec::new();
        for hint in self.0.iter().filter_map(|error| error.hint.as_ref()) {
            if !hints.contains(hint) {
                hints.push(hint.clone());
            }
        }
        hints
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [only] => write!(f, "the configuration is wrong: {only}"),
            several => {
                write!(f, "the configuration has {} errors", several.len())?;
                several.iter().try_for_each(|error| write!(f, "\n  - {error}"))
            }
        }
    }
}

impl std::error::Error for ConfigErrors {}
