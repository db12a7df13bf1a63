//! The `certctl-agent` program: keys, requests and deployments on one host.

mod args;
mod commands;
mod settings;
mod world;

use args::{Args, Command};
use settings::Settings;
use std::process::ExitCode;

fn main() -> ExitCode {
    certctl_lifecycle::entry(|| Box::pin(run()))
}

async fn run() -> anyhow::Result<()> {
    let Some(args) = Args::read() else { return Ok(()) };
    // rustls finds the provider through this process-wide default.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    if matches!(args.command, Some(Command::Version)) {
        return commands::print(&format!("certctl-agent {}\n", env!("CARGO_PKG_VERSION")));
    }
    let settings = Settings::load(args.options)?;
    settings.start_logging()?;
    match args.command.unwrap_or(Command::Run { once: args.once }) {
        Command::Run { once } => commands::run(settings, once || args.once).await,
        Command::Enroll(order) => commands::enroll(settings, order).await,
        Command::CheckConfig => commands::check_config(&settings),
        Command::Version => Ok(()),
    }
}
