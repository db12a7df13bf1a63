//! Commands on a host: argument vectors, never a shell.

use async_trait::async_trait;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A program with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argv(Vec<String>);

/// Why a text or list is not a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArgvError {
    /// Nothing to run.
    #[error("the command is empty")]
    Empty,
    /// Too long.
    #[error("the command is longer than 1024 bytes")]
    TooLong,
    /// A character that only a shell would understand, or a control character.
    #[error("the command holds {0:?}, which is refused because no shell runs it")]
    Forbidden(char),
}

impl Argv {
    /// A program with arguments, each passed as it is.
    pub fn new(words: Vec<String>) -> Result<Self, ArgvError> {
        if words.first().is_none_or(String::is_empty) {
            return Err(ArgvError::Empty);
        }
        if words.iter().map(String::len).sum::<usize>() > 1024 {
            return Err(ArgvError::TooLong);
        }
        match words.iter().flat_map(|word| word.chars()).find(|c| c.is_control()) {
            Some(c) => Err(ArgvError::Forbidden(c)),
            None => Ok(Self(words)),
        }
    }

    /// Splits a text at white space. Shell syntax is refused rather than passed on literally.
    pub fn parse(text: &str) -> Result<Self, ArgvError> {
        const SHELL: &str = ";|&$`(){}<>\\\"'";
        match text.chars().find(|c| SHELL.contains(*c) || (c.is_control() && *c != '\t')) {
            Some(c) => Err(ArgvError::Forbidden(c)),
            None => Self::new(text.split_ascii_whitespace().map(ToOwned::to_owned).collect()),
        }
    }

    /// The program.
    pub fn program(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// The arguments.
    pub fn arguments(&self) -> &[String] {
        self.0.get(1..).unwrap_or_default()
    }
}

impl fmt::Display for Argv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandOutput {
    /// Exit status; absent when a signal ended it.
    pub status: Option<i32>,
    /// Standard output and error together, at most 8 KiB, control characters removed.
    pub output: String,
}

impl CommandOutput {
    /// Whether the status is zero.
    pub fn succeeded(&self) -> bool {
        self.status == Some(0)
    }
}

/// Why a command gave no exit status.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It could not be started.
    #[error("cannot start `{program}`")]
    Start {
        /// Program.
        program: String,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// It was killed, with everything it had started, because its time was over.
    #[error("`{program}` did not end within {limit:?}")]
    TimedOut {
        /// Program.
        program: String,
        /// Limit.
        limit: Duration,
    },
    /// The rules of this host do not hold it.
    #[error(
        "`{command}` is not allowed on this host; to allow it, add `name = {entry}` below [commands] in {} \
         and restart the agent",
        rules.display()
    )]
    NotAllowed {
        /// Command.
        command: String,
        /// Its words as a TOML array.
        entry: String,
        /// File with the rules.
        rules: PathBuf,
    },
}

/// Runs commands. The real one is in the `deploy` crate.
#[async_trait]
pub trait CommandRunner: Send + Sync + fmt::Debug {
    /// Refuses what [`run`](Self::run) would refuse by a rule, so that nobody changes anything
    /// before a command that will not run.
    fn permits(&self, _command: &Argv) -> Result<(), CommandError> {
        Ok(())
    }

    /// Runs `command` with a minimal environment and waits for its end, at most `limit`.
    async fn run(&self, command: &Argv, limit: Duration) -> Result<CommandOutput, CommandError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shell_syntax_is_refused() {
        for text in
            ["a; b", "a | b", "a $(b)", "a `b`", "a > b", "a \"b\"", "a 'b'", "a\nb", "a \\b", "", "  "]
        {
            assert!(Argv::parse(text).is_err(), "{text:?}");
        }
        let argv = Argv::parse("nginx -t -c /etc/nginx/nginx.conf").unwrap();
        assert_eq!((argv.program(), argv.arguments().len()), ("nginx", 3));
    }
}
