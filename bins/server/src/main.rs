//! The `certctl-server` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    certctl_lifecycle::entry(certctl_server::main)
}
