//! `certctl explain`: what happens next with a certificate, and why, in sentences.

use crate::output::{self, Format};
use crate::session::Session;
use anyhow::Context as _;
use certctl_client::Request;
use clap::{Arg, ArgMatches, Command};
use reqwest::Method;
use serde_json::Value;
use std::fmt::Write as _;

pub(super) fn command() -> Command {
    Command::new("explain")
        .about("Say what happens next with a certificate, when, and what blocks it")
        .arg(Arg::new("id").required(true).value_name("ID"))
}

pub(super) async fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let session = Session::open(matches)?;
    let id = matches.get_one::<String>("id").context("no id")?;
    let answer =
        session.client.request(&Request::new(Method::GET, ["certificates", id.as_str(), "explain"])).await?;
    match session.printer.format {
        Format::Table => output::write(&told(id, &answer.json()?)),
        _ => session.printer.object(&answer),
    }
}

fn told(id: &str, answer: &Value) -> String {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
    let list = |name: &str| answer.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut out = format!("{id}: next {}", text(answer, "action"));
    if let Some(at) = answer.get("at").and_then(Value::as_str) {
        let _ = write!(out, " at {at}");
    }
    let _ = writeln!(out, " ({})\n  {}", text(answer, "rule"), text(answer, "message"));
    for blocker in list("blockers") {
        let _ = writeln!(out, "blocked by {}: {}", text(&blocker, "code"), text(&blocker, "message"));
    }
    for holder in list("key_holders") {
        let _ = writeln!(
            out,
            "agent {}: {} ({}) {}",
            text(&holder, "agent_id"),
            text(&holder, "action"),
            text(&holder, "rule"),
            text(&holder, "message")
        );
    }
    out
}
