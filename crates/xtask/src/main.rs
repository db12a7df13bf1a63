//! `cargo xtask`: see `cargo xtask --help`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to its terminal")]

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use std::process::ExitCode;
use std::time::Instant;
use xtask::generated::{API, CONFIGURATION, Mode, OPENAPI};
use xtask::suite::{Scope, Suite};
use xtask::workspace::Workspace;
use xtask::{delegate, layers, migration, packages, tidy, web};

/// The repository's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Everything that must pass: packages, formatting, lints, layers, tidy, all tests
    Test {
        /// Only what needs no PostgreSQL and no second process: the end-to-end tests stay out
        #[arg(long)]
        quick: bool,
        /// Lint and test only this crate; `pki` means `certctl-pki`
        #[arg(value_name = "CRATE")]
        package: Option<String>,
    },
    /// What `test` does before it tests: formatting, lints, layers, tidy
    Check,
    /// Install the Debian packages that building and testing need
    Setup,
    /// Check the edges between crates against layers.toml
    Layers,
    /// Check the rules of the house that no compiler knows
    Tidy,
    /// Write docs/reference/openapi.json from the code
    Openapi(Output),
    /// Write docs/reference/api.md from the code
    ApiDocs(Output),
    /// Write docs/reference/configuration.md from the code
    ConfigDocs(Output),
    /// Build the web console, which the server holds or, in a debug build, reads; needs Node.js
    Web,
    /// Build server and agent and show a certificate being issued, deployed and renewed
    Demo {
        /// End after the first round instead of staying up
        #[arg(long)]
        once: bool,
        /// Further arguments for the demo
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARG")]
        rest: Vec<String>,
    },
    /// Write docs/images: what the main pages of the web console look like, on the demo's data
    Screenshots,
    /// Build the release programs and measure them
    Bench {
        /// Arguments for the benchmark
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARG")]
        rest: Vec<String>,
    },
    /// Create a migration for both databases
    MigrateNew {
        /// What it does, in words parted by `_`, for example `add_target_labels`
        name: String,
    },
}

#[derive(Debug, Args)]
struct Output {
    /// Print the document instead of writing it
    #[arg(long, conflicts_with = "check")]
    stdout: bool,
    /// Fail when the checked-in file is not what the code says
    #[arg(long)]
    check: bool,
}

impl Output {
    fn mode(&self) -> Mode {
        match self {
            Self { stdout: true, .. } => Mode::Print,
            Self { check: true, .. } => Mode::Check,
            Self { .. } => Mode::Write,
        }
    }
}

fn main() -> ExitCode {
    let started = Instant::now();
    let command = Cli::parse().command;
    let timed = matches!(command, Command::Test { .. } | Command::Check);
    let outcome = run(command);
    if let Err(error) = &outcome {
        eprintln!("error: {error:#}");
    }
    if timed {
        let verdict = if outcome.is_ok() { "passed" } else { "FAILED" };
        println!("== {verdict}, {:.1} s in total", started.elapsed().as_secs_f64());
    }
    if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(command: Command) -> Result<()> {
    let workspace = Workspace::current()?;
    match command {
        Command::Test { quick, package } => {
            let scope =
                package.map_or(Scope::Workspace, |name| Scope::Package(workspace.package_name(&name)));
            Suite::new(&workspace, scope, quick).test()
        }
        Command::Check => Suite::new(&workspace, Scope::Workspace, false).check(),
        Command::Setup => packages::ensure(),
        Command::Layers => layers::check(&workspace)?.conclude("layers"),
        Command::Tidy => tidy::check(workspace.root())?.conclude("tidy"),
        Command::Openapi(output) => OPENAPI.run(&workspace, output.mode()),
        Command::ApiDocs(output) => API.run(&workspace, output.mode()),
        Command::ConfigDocs(output) => CONFIGURATION.run(&workspace, output.mode()),
        Command::Web => web::build(&workspace),
        Command::Demo { once, rest } => delegate::demo(&workspace, once, &rest),
        Command::Screenshots => delegate::screenshots(&workspace),
        Command::Bench { rest } => delegate::bench(&workspace, &rest),
        Command::MigrateNew { name } => migration::create(workspace.root(), &name),
    }
}
