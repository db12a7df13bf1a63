//! `cargo xtask demo`: a certificate is issued, deployed, served and renewed before your eyes.

use certctl_e2e::demo::{self, Options};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let options = Options::parse();
    certctl_lifecycle::entry(|| demo::run(options))
}
