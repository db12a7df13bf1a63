//! Commands about what relying parties see: `certctl crl get`, `certctl crl inspect` and
//! `certctl ocsp check`.

mod crl;
mod inspect;
mod ocsp;

use clap::{Arg, ArgMatches, Command};

/// Those below the resource `crl`.
pub(crate) fn crl_commands() -> [Command; 2] {
    [crl::command(), inspect::command()]
}

/// Runs one of them; `None` when it is none of them.
pub(crate) async fn run_crl(name: &str, matches: &ArgMatches) -> Option<anyhow::Result<()>> {
    match name {
        "get" => Some(crl::run(matches).await),
        "inspect" => Some(inspect::run(matches).await),
        _ => None,
    }
}

/// `certctl ocsp`.
pub(super) fn ocsp_command() -> Command {
    Command::new("ocsp")
        .about("Ask as relying parties do")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(ocsp::command())
}

pub(super) async fn run_ocsp(matches: &ArgMatches) -> anyhow::Result<()> {
    match matches.subcommand() {
        Some(("check", inner)) => ocsp::run(inner).await,
        _ => Err(anyhow::anyhow!("no command")),
    }
}

/// `--partition` and `--delta`.
fn which() -> [Arg; 2] {
    [
        Arg::new("partition")
            .long("partition")
            .value_name("N")
            .default_value("0")
            .value_parser(clap::value_parser!(u32))
            .help("One partition; 0 is the undivided CRL"),
        Arg::new("delta").long("delta").action(clap::ArgAction::SetTrue).help("The delta CRL"),
    ]
}
