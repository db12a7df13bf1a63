//! The `certctl` program: the whole control plane from a terminal or a script.

mod commands;
mod contexts;
mod exit;
mod input;
mod line;
mod noun;
mod nouns;
mod output;
mod reference;
mod run;
mod session;
mod wait;

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let matches = match line::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(exit::USAGE) } else { ExitCode::SUCCESS };
        }
    };
    // rustls finds the provider through this process-wide default.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return failed(&anyhow::Error::new(error).context("the asynchronous runtime cannot start"));
        }
    };
    match runtime.block_on(run::run(&matches)) {
        Ok(()) => ExitCode::SUCCESS,
        // A reader such as `head` has seen enough.
        Err(error) if exit::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

/// Tells the error with what to do next, on standard error.
fn failed(error: &anyhow::Error) -> ExitCode {
    let mut text = certctl_lifecycle::render(error);
    if let Some(hint) = exit::hint(error) {
        text.push_str("\nhint: ");
        text.push_str(hint);
        text.push('\n');
    }
    let _ = std::io::stderr().write_all(text.as_bytes());
    ExitCode::from(exit::code(error))
}
