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
    let list = |name: &str| answer.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut out = format!("{id}: {}\n", step(answer.get("next").unwrap_or(&Value::Null)));
    for holder in list("holders") {
        let next = step(holder.get("next").unwrap_or(&Value::Null));
        let _ = writeln!(out, "  agent {}: {next}", text(&holder, "agent_id"));
    }
    for blocker in list("blockers") {
        let _ = writeln!(out, "  blocked ({}): {}", text(&blocker, "code"), text(&blocker, "message"));
        let _ = writeln!(out, "    {}", text(&blocker, "next"));
    }
    out
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or("-")
}

/// `renew at 2026-12-01T10:00:00Z (window): …`
fn step(next: &Value) -> String {
    let at = next.get("at").and_then(Value::as_str).map_or_else(String::new, |at| format!(" at {at}"));
    format!("{}{at} ({}): {}", text(next, "action"), text(next, "rule"), text(next, "message"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_next_step_the_key_holders_and_what_blocks_are_told() {
        let next =
            json!({"action": "wait", "at": "2026-12-01T10:00:00Z", "rule": "freeze", "message": "Frozen."});
        let answer = json!({
            "next": next,
            "holders": [{"agent_id": "agent-1", "next": next}],
            "blockers": [{"code": "freeze", "message": "Nothing starts.", "next": "Renew with force.", "ids": []}],
        });
        let expected = "mc-1: wait at 2026-12-01T10:00:00Z (freeze): Frozen.\n  \
            agent agent-1: wait at 2026-12-01T10:00:00Z (freeze): Frozen.\n  \
            blocked (freeze): Nothing starts.\n    Renew with force.\n";
        assert_eq!(told("mc-1", &answer), expected);
    }
}
