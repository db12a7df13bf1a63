//! `certctl crl get`: the CRL itself, as relying parties get it.

use crate::output;
use crate::session::Session;
use anyhow::Context as _;
use certctl_domain::id::IssuerId;
use certctl_pki::crl::Crl;
use clap::{Arg, ArgAction, ArgMatches, Command};

pub(super) fn command() -> Command {
    Command::new("get")
        .about("Write a CRL as relying parties get it, DER or PEM")
        .arg(Arg::new("id").required(true).value_name("ISSUER"))
        .args(super::which())
        .arg(Arg::new("pem").long("pem").action(ArgAction::SetTrue).help("PEM instead of DER"))
        .arg(
            Arg::new("out")
                .long("out")
                .value_name("FILE")
                .default_value("-")
                .help("Where to write; - is standard output. New files are private (0600)"),
        )
}

pub(super) async fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let session = Session::open(matches)?;
    let der = fetch(&session, matches).await?;
    let out = matches.get_one::<String>("out").map_or("-", String::as_str);
    if matches.get_flag("pem") {
        return output::raw(out, Crl::parse(&der)?.to_pem().as_bytes());
    }
    output::raw(out, &der)
}

/// Reads the CRL that the command line names from the server.
pub(super) async fn fetch(session: &Session, matches: &ArgMatches) -> anyhow::Result<Vec<u8>> {
    let issuer: IssuerId = matches.get_one::<String>("id").context("no issuer")?.parse()?;
    let partition = matches.get_one::<u32>("partition").copied().unwrap_or(0);
    Ok(session.client.relying_party().crl(&issuer, partition, matches.get_flag("delta")).await?)
}
