//! The command line.

use crate::commands;
use crate::{Environment, run};
use certctl_config::{OsEnv, ServerConfig};
use certctl_domain::Timestamp;
use certctl_domain::access::Role;
use certctl_lifecycle::Failure;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

/// Control plane for TLS certificates: issues, deploys, proves what is served, renews in time.
///
/// Without a command it runs the server. Configuration comes from CERTCTL_* variables or a TOML
/// file; with none at all it uses SQLite in ./certctl-data, a certificate of its own, and prints
/// the first API key once.
#[derive(Debug, Parser)]
#[command(name = "certctl-server", version, max_term_width = 100)]
struct Cli {
    /// TOML file with settings; CERTCTL_* variables win over it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server (the default).
    Run,
    /// Run a server to try things out: data in a directory that is removed at the end.
    Demo {
        /// Begin with ninety days of an invented company, in every state there is.
        #[arg(long)]
        seed: bool,
    },
    /// Bring the database schema up to date.
    Migrate {
        /// Only say whether migrations are pending; exit code 1 if so.
        #[arg(long)]
        check: bool,
    },
    /// Manage API keys.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Print a one-time token with which an agent enrols.
    EnrollToken {
        /// How long the token is valid, for example 1h.
        #[arg(long, default_value = "1h", value_parser = parse_span)]
        validity: Duration,
    },
    /// Print the effective settings, secrets redacted.
    CheckConfig,
    /// Write a consistent copy of the SQLite database to a new file.
    Backup {
        /// File to create.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Prove, export and prune the audit trail.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Seal all stored secrets with a new master key.
    RotateKey,
    /// Print the version.
    Version,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Print the public key that checks the signed checkpoints.
    PublicKey,
    /// Compute the whole chain again and check every signature; exit code 1 at the first difference.
    Verify {
        /// Public key that was kept elsewhere; without, the database's own is believed.
        #[arg(long, value_name = "FILE")]
        public_key: Option<PathBuf>,
        /// Answer of GET /api/v1/audit/checkpoint that was kept elsewhere.
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
    },
    /// Write the events before a time to a new file, for `prune`.
    Export {
        /// Day or RFC 3339 time, for example 2026-01-01.
        #[arg(long, value_parser = parse_time)]
        until: Timestamp,
        /// File to create.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Remove the events before a time, which a file of `export` must hold exactly.
    Prune {
        /// The same time as for `export`.
        #[arg(long, value_parser = parse_time)]
        until: Timestamp,
        /// The file that `export` wrote.
        #[arg(long, value_name = "FILE")]
        export: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Make a key and print its token, which is shown only once.
    Create {
        /// Name; it becomes the actor in audit events.
        #[arg(long)]
        name: String,
        /// viewer, operator, approver, admin or metrics.
        #[arg(long, default_value = "operator")]
        role: Role,
        /// Person or machine behind the key; the name when left out. Keys of one person cannot
        /// approve each other's requests.
        #[arg(long)]
        identity: Option<String>,
        /// End of validity from now, for example 90d.
        #[arg(long, value_parser = parse_span)]
        expires: Option<Duration>,
    },
    /// List all keys.
    List,
    /// Revoke a key at once.
    Revoke {
        /// Id of the key.
        id: String,
    },
}

fn parse_span(text: &str) -> Result<Duration, String> {
    certctl_connector_api::schema::parse_duration(text)
        .ok_or_else(|| "use a time span such as 90s, 5m, 12h or 30d".to_owned())
}

fn parse_time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text)
        .or_else(|_| Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")))
        .map_err(|_not_a_time| {
            "use a day such as 2026-01-01 or a time such as 2026-01-01T00:00:00Z".to_owned()
        })
}

/// Reads the command line and does what it says.
pub async fn main() -> anyhow::Result<()> {
    let cli = Cli::try_parse().unwrap_or_else(|error| {
        // Exits 0 for --help and --version, 64 (EX_USAGE) for a wrong command line.
        let code = if error.use_stderr() { 64 } else { 0 };
        let _ = error.print();
        std::process::exit(code)
    });
    // rustls finds the provider through this process-wide default.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    if matches!(cli.command, Some(Command::Version)) {
        return crate::output::line(&format!("certctl-server {}", env!("CARGO_PKG_VERSION")));
    }
    let config = ServerConfig::load(&OsEnv, cli.config.as_deref()).map_err(|errors| {
        let hints = errors.hints();
        Failure::configuration(errors).with_hints(hints)
    })?;
    let environment = Environment::system();
    match cli.command.unwrap_or(Command::Run) {
        Command::Run => run::run(config, environment).await,
        Command::Demo { seed } => commands::demo::run(config, environment, seed).await,
        Command::Migrate { check } => commands::migrate::run(&config, check),
        Command::Key(KeyCommand::Create { name, role, identity, expires }) => {
            commands::key::create(&config, &environment, name, role, identity, expires).await
        }
        Command::Key(KeyCommand::List) => commands::key::list(&config, &environment).await,
        Command::Key(KeyCommand::Revoke { id }) => commands::key::revoke(&config, &environment, &id).await,
        Command::EnrollToken { validity } => {
            commands::enroll_token::run(&config, &environment, validity).await
        }
        Command::CheckConfig => commands::check_config::run(&config),
        Command::Backup { to } => commands::backup::run(&config, &to).await,
        Command::Audit(command) => audit(command, &config, &environment).await,
        Command::RotateKey => commands::rotate_key::run(&config, &environment).await,
        Command::Version => Ok(()),
    }
}

async fn audit(
    command: AuditCommand,
    config: &ServerConfig,
    environment: &Environment,
) -> anyhow::Result<()> {
    match command {
        AuditCommand::PublicKey => commands::audit::public_key(config, environment).await,
        AuditCommand::Verify { public_key, checkpoint } => {
            commands::audit::verify(config, environment, public_key.as_deref(), checkpoint.as_deref()).await
        }
        AuditCommand::Export { until, out } => {
            commands::audit::export(config, environment, until, &out).await
        }
        AuditCommand::Prune { until, export } => {
            commands::audit::prune(config, environment, until, &export).await
        }
    }
}
