//! What `main` does in every binary: runtime, run, explain, exit code.

use crate::failure::{Exit, Failure, failures};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

/// Blocking work that ignores the shutdown is abandoned after this time.
const ABANDON_AFTER: Duration = Duration::from_secs(2);

/// Builds the runtime, runs `run` and turns its result into an exit code: 0, or the code of the
/// outermost [`crate::Failure`] in the error (64 configuration), else 1. The error goes to
/// standard error as by [`render`].
pub fn entry<F, R>(run: F) -> ExitCode
where
    F: FnOnce() -> R,
    R: Future<Output = anyhow::Result<()>>,
{
    let outcome = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let outcome = runtime.block_on(run());
            runtime.shutdown_timeout(ABANDON_AFTER);
            outcome
        }
        Err(error) => Err(anyhow::Error::new(error).context("the asynchronous runtime cannot start")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when standard error is closed.
            let _ = std::io::stderr().write_all(render(&error).as_bytes());
            let exit = failures(&error).first().map_or(Exit::Runtime, |outermost| outermost.exit());
            ExitCode::from(exit.code())
        }
    }
}

/// The text an operator sees: `error:` and the message, one `caused by:` line per source, then a
/// blank line and the `hint:` lines, each once.
pub fn render(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for (depth, layer) in error.chain().enumerate() {
        let label = if depth == 0 { "error" } else { "  caused by" };
        let _ = writeln!(text, "{label}: {layer}");
    }
    let mut hints: Vec<&str> = Vec::new();
    for hint in failures(error).into_iter().flat_map(Failure::hints) {
        if !hints.contains(&hint.as_str()) {
            hints.push(hint);
        }
    }
    if !hints.is_empty() {
        text.push('\n');
    }
    for hint in hints {
        let _ = writeln!(text, "hint: {hint}");
    }
    text
}
