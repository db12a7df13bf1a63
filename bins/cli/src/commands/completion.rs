//! `certctl completion`: scripts for shells.

use crate::{line, output};
use anyhow::Context as _;
use clap::builder::EnumValueParser;
use clap::{Arg, ArgMatches, Command};
use clap_complete::Shell;

pub(super) fn command() -> Command {
    Command::new("completion")
        .about("Print the completion script of a shell, for example for /etc/bash_completion.d/certctl")
        .arg(
            Arg::new("shell")
                .required(true)
                .value_name("SHELL")
                .value_parser(EnumValueParser::<Shell>::new()),
        )
}

pub(super) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let shell = *matches.get_one::<Shell>("shell").context("no shell")?;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut line::command(), "certctl", &mut script);
    output::raw("-", &script)
}
