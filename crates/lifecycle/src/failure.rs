//! Errors that tell an operator what to do next and a supervisor how the process ended.

use std::error::Error;
use std::fmt;

/// How a process that failed exits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Something went wrong while running: code 1. A restart may help.
    Runtime,
    /// The configuration or command line is wrong: code 64, `EX_USAGE` of `sysexits.h`. A restart
    /// cannot help, so units set `RestartPreventExitStatus=64`.
    Configuration,
}

impl Exit {
    /// The process exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Runtime => 1,
            Self::Configuration => 64,
        }
    }
}

/// An error with an exit code and hints. It reads exactly like the error it wraps, so it can sit
/// anywhere in a chain; [`crate::entry`] finds it there.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    hints: Vec<String>,
    cause: anyhow::Error,
}

impl Failure {
    /// A failure that exits with `exit`.
    pub fn new(exit: Exit, cause: impl Into<anyhow::Error>) -> Self {
        Self { exit, hints: Vec::new(), cause: cause.into() }
    }

    /// A configuration failure.
    pub fn configuration(cause: impl Into<anyhow::Error>) -> Self {
        Self::new(Exit::Configuration, cause)
    }

    /// Adds hints, printed after the cause chain, one line each.
    pub fn with_hints<H: Into<String>>(mut self, hints: impl IntoIterator<Item = H>) -> Self {
        self.hints.extend(hints.into_iter().map(Into::into));
        self
    }

    /// How the process should exit.
    pub const fn exit(&self) -> Exit {
        self.exit
    }

    /// What the operator can do.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// The failure that `error` is, or a new one around it with the exit code it already carries.
    fn wrap(error: anyhow::Error) -> Self {
        // A plain downcast would reach through context layers and lose them.
        let exit = match error.chain().next() {
            Some(top) if top.is::<Self>() => {
                return error.downcast().unwrap_or_else(|error| Self::new(Exit::Runtime, error));
            }
            _ => failures(&error).first().map_or(Exit::Runtime, |inner| inner.exit),
        };
        Self::new(exit, error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.cause, f)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.source()
    }
}

/// Attaches hints and exit codes to the error of a result.
pub trait Explain<T> {
    /// Adds a hint, a full sentence that says what to do.
    fn hint(self, hint: impl Into<String>) -> anyhow::Result<T>;
    /// Sets the exit code.
    fn exit_with(self, exit: Exit) -> anyhow::Result<T>;
}

impl<T, E: Into<anyhow::Error>> Explain<T> for Result<T, E> {
    fn hint(self, hint: impl Into<String>) -> anyhow::Result<T> {
        self.map_err(|error| Failure::wrap(error.into()).with_hints([hint]).into())
    }

    fn exit_with(self, exit: Exit) -> anyhow::Result<T> {
        self.map_err(|error| Failure { exit, ..Failure::wrap(error.into()) }.into())
    }
}

/// Every failure in the chain of `error`, outermost first. A failure hides the error it wraps
/// behind its own text, so that error's own layers are looked at too.
pub(crate) fn failures(error: &anyhow::Error) -> Vec<&Failure> {
    let mut found = Vec::new();
    collect(error, &mut found);
    found
}

fn collect<'e>(error: &'e anyhow::Error, found: &mut Vec<&'e Failure>) {
    for layer in error.chain() {
        if let Some(failure) = layer.downcast_ref::<Failure>() {
            found.push(failure);
            collect(&failure.cause, found);
            return;
        }
    }
}
