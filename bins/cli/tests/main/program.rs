//! Runs the program with an environment of its own.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// `certctl WORDS` with contexts in `directory` and no variable from outside.
pub(crate) fn certctl(directory: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_certctl"));
    command.env_clear().env("CERTCTL_CONFIG_DIR", directory).args(words).stdin(Stdio::null());
    command
}

pub(crate) fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
