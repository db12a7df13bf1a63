//! `certctl events`: what changes, as it changes.

use crate::output::{self, Format};
use crate::session::Session;
use certctl_client::Watched;
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::json;

pub(super) fn command() -> Command {
    Command::new("events")
        .about("Watch changes as they happen, until interrupted")
        .arg(
            Arg::new("resource")
                .long("resource")
                .action(ArgAction::Append)
                .value_delimiter(',')
                .value_name("KINDS")
                .help("Only objects of these kinds, for example certificate,job"),
        )
        .arg(
            Arg::new("after")
                .long("after")
                .value_name("ID")
                .help("Go on after this event; it is in the JSON form of the one before"),
        )
        .arg(
            Arg::new("count")
                .long("count")
                .value_name("N")
                .value_parser(clap::value_parser!(u64))
                .help("End after so many changes"),
        )
}

pub(super) async fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let session = Session::open(matches)?;
    let kinds: Vec<&str> =
        matches.get_many::<String>("resource").into_iter().flatten().map(String::as_str).collect();
    let mut left = matches.get_one::<u64>("count").copied();
    let mut position = matches.get_one::<String>("after").cloned();
    loop {
        let mut stream = session.client.events().watch(&kinds, position.as_deref()).await?;
        // The server ends a stream now and then; the next one goes on where it ended.
        while let Some(watched) = stream.next().await? {
            show(session.printer.format, &watched, stream.position())?;
            if let Some(left) = &mut left {
                *left -= 1;
                if *left == 0 {
                    return Ok(());
                }
            }
        }
        position = stream.position().map(ToOwned::to_owned);
    }
}

/// One line for each change: for people, or as JSON.
fn show(format: Format, watched: &Watched, position: Option<&str>) -> anyhow::Result<()> {
    let line = match (format, watched) {
        (Format::Table | Format::Csv, Watched::Event(event)) => {
            format!("{} {} {} {}", event.at, event.kind, event.resource, event.id)
        }
        (Format::Table | Format::Csv, Watched::Reset(reset)) => {
            format!("changes were left out ({}); read everything again", reset.reason)
        }
        (_, Watched::Event(event)) => json!({
            "position": position, "resource": event.resource, "id": event.id, "kind": event.kind, "at": event.at.to_string(),
        })
        .to_string(),
        (_, Watched::Reset(reset)) => json!({"position": position, "reset": reset.reason}).to_string(),
    };
    output::write(&format!("{line}\n"))
}
