//! Commands about what relying parties see: `certctl crl get`, `certctl crl inspect` and
//! `certctl ocsp check`.

mod crl;
mod inspect;
mod ocsp;

use clap::{Arg, ArgMatches, Command};

/// Those below a resource, beside its requests.
pub(crate) fn beside(noun: &str) -> Vec<Command> {
    match noun {
        "crl" => vec![crl::command(), inspect::command()],
        "ocsp" => vec![ocsp::command()],
        _ => Vec::new(),
    }
}

/// Runs one of them; `None` when it is none of them.
pub(crate) async fn run(noun: &str, name: &str, matches: &ArgMatches) -> Option<anyhow::Result<()>> {
    match (noun, name) {
        ("crl", "get") => Some(crl::run(matches).await),
        ("crl", "inspect") => Some(inspect::run(matches).await),
        ("ocsp", "check") => Some(ocsp::run(matches).await),
        _ => None,
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
