//! `certctl context`: saved servers.

use crate::contexts;
use crate::exit::Usage;
use crate::{output, session};
use anyhow::{Context as _, anyhow};
use clap::{Arg, ArgMatches, Command};
use serde_json::json;

pub(super) fn command() -> Command {
    let name = || Arg::new("name").required(true).value_name("NAME");
    Command::new("context")
        .about("Saved servers and keys")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(Command::new("list").about("List the contexts"))
        .subcommand(Command::new("use").about("Use a context from now on").arg(name()))
        .subcommand(Command::new("delete").about("Forget a context and its key").arg(name()))
}

pub(super) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let (verb, matches) = matches.subcommand().context("no command")?;
    let path = contexts::path(matches).context("there is no home directory; name one with --config-dir")?;
    let mut file = contexts::load(&path)?;
    if verb == "list" {
        let rows: Vec<_> = file
            .contexts
            .iter()
            .map(|(name, saved)| {
                let current = file.current.as_ref() == Some(name);
                json!({"name": name, "server": saved.server, "current": current})
            })
            .collect();
        let columns = [
            crate::noun::text("NAME", "/name"),
            crate::noun::text("SERVER", "/server"),
            crate::noun::text("CURRENT", "/current"),
        ];
        return session::printer(matches).row_values(&json!({"data": rows}), "/data", &columns);
    }
    let name = matches.get_one::<String>("name").context("no name")?;
    if !file.contexts.contains_key(name) {
        return Err(anyhow!(Usage(format!(
            "there is no context {name}; `certctl context list` shows them all"
        ))));
    }
    if verb == "use" {
        file.current = Some(name.clone());
    } else {
        file.contexts.remove(name);
        file.current = file.current.filter(|current| current != name);
    }
    contexts::save(&path, &file)?;
    let told = if verb == "use" { "Using" } else { "Forgot" };
    output::write(&format!("{told} context {name}.\n"))
}
