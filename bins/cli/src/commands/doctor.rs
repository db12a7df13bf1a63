//! `certctl doctor`: looks at the way to the server, the key and the state of the control plane,
//! one by one, and says what to do.

use crate::contexts;
use crate::output::{self, Format};
use crate::session::{Connection, printer};
use anyhow::anyhow;
use certctl_client::{Client, ClientError, Request};
use clap::{ArgMatches, Command};
use reqwest::Method;
use serde_json::{Value, json};

mod notifications;

pub(super) fn command() -> Command {
    Command::new("doctor")
        .about("Check connection, key and the state of the control plane, and say what to do")
}

/// What a check found.
struct Finding {
    check: &'static str,
    /// `ok`, `warning` or `failed`.
    result: &'static str,
    text: String,
    hint: &'static str,
}

const fn ok(check: &'static str, text: String) -> Finding {
    Finding { check, result: "ok", text, hint: "" }
}

const fn warning(check: &'static str, text: String, hint: &'static str) -> Finding {
    Finding { check, result: "warning", text, hint }
}

const fn failed(check: &'static str, text: String, hint: &'static str) -> Finding {
    Finding { check, result: "failed", text, hint }
}

pub(super) async fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let findings = examine(matches).await;
    let rows: Vec<_> = findings
        .iter()
        .map(|finding| {
            json!({"check": finding.check, "result": finding.result, "message": finding.text, "hint": finding.hint})
        })
        .collect();
    let printer = printer(matches);
    if printer.format == Format::Table {
        for finding in &findings {
            output::write(&format!("{:<8} {:<12} {}\n", finding.result, finding.check, finding.text))?;
            if !finding.hint.is_empty() {
                output::write(&format!("{:<21} hint: {}\n", "", finding.hint))?;
            }
        }
    } else {
        let columns = [
            crate::noun::text("CHECK", "/check"),
            crate::noun::text("RESULT", "/result"),
            crate::noun::text("MESSAGE", "/message"),
            crate::noun::text("HINT", "/hint"),
        ];
        printer.row_values(&json!({"data": rows}), "/data", &columns)?;
    }
    let broken = findings.iter().filter(|finding| finding.result == "failed").count();
    if broken > 0 { Err(anyhow!("{broken} checks failed")) } else { Ok(()) }
}

/// Each check needs what the ones before it found in order.
async fn examine(matches: &ArgMatches) -> Vec<Finding> {
    let mut findings = Vec::new();
    let connection = match Connection::of(matches) {
        Ok(connection) => connection,
        Err(error) => {
            findings.push(failed("settings", format!("{error:#}"), "log in again with `certctl login`"));
            return findings;
        }
    };
    let source = contexts::path(matches).map_or_else(String::new, |path| path.display().to_string());
    findings.push(ok("settings", format!("server {}, contexts in {source}", connection.server)));
    if connection.insecure {
        findings.push(warning(
            "trust",
            "the server's certificate is not verified".to_owned(),
            "name its CA with --ca-bundle and leave --insecure away",
        ));
    }
    let client = match connection.client() {
        Ok(client) => client,
        Err(error) => {
            findings.push(failed("client", format!("{error:#}"), "check the URL and the CA bundle"));
            return findings;
        }
    };
    if let Err(error) = client.system().health().await {
        findings.push(unreachable(&error));
        return findings;
    }
    findings.push(ok("connection", "the server answers, and its certificate is trusted".to_owned()));
    findings.push(readiness(&client).await);
    findings.push(version(&client).await);
    findings.push(scheduler(&client).await);
    let key = key(&client).await;
    let usable = key.result == "ok";
    findings.push(key);
    if usable {
        findings.extend(state(&client).await);
        findings.extend(notifications::verdicts(&client).await);
    }
    findings
}

fn unreachable(error: &ClientError) -> Finding {
    let hint = if error.is_untrusted_certificate() {
        "name the server's CA with --ca-bundle FILE; `certctl-server` prints where its own certificate lies"
    } else {
        "check host, port and firewall; the server tells its address when it starts"
    };
    failed("connection", error.chain(), hint)
}

async fn readiness(client: &Client) -> Finding {
    match client.system().ready().await {
        Ok(_) => ok("readiness", "the database is reachable".to_owned()),
        Err(error) => {
            failed("readiness", error.chain(), "look at the server's log; its database does not answer")
        }
    }
}

/// Silence is never success: a task that should have run and did not is a failure.
async fn scheduler(client: &Client) -> Finding {
    let health = match client.system().scheduler().await {
        Ok(health) => health,
        Err(error) => return failed("scheduler", error.chain(), "look at the server's log"),
    };
    let late: Vec<_> = health.loops.iter().filter(|one| one.status != "on_time").collect();
    if late.is_empty() {
        return ok("scheduler", format!("{} periodic tasks get through", health.loops.len()));
    }
    let told = late.iter().map(|one| match &one.last_success_at {
        Some(at) => format!("{} (last success {})", one.name, at.to_rfc3339()),
        None => format!("{} (never)", one.name),
    });
    failed(
        "scheduler",
        format!("periodic tasks are late: {}", told.collect::<Vec<_>>().join(", ")),
        "look for their names in the server's log",
    )
}

async fn version(client: &Client) -> Finding {
    let own = env!("CARGO_PKG_VERSION");
    match client.system().version().await {
        Ok(server) if server.version == own => ok("version", format!("both are {own}")),
        Ok(server) => warning(
            "version",
            format!("this program is {own}, the server {}", server.version),
            "use programs of the server's version",
        ),
        Err(error) => {
            failed("version", error.chain(), "the server is no certctl, or something stands before it")
        }
    }
}

async fn key(client: &Client) -> Finding {
    match client.system().auth_check().await {
        Ok(identity) => ok("key", format!("accepted, as {}", identity.user)),
        Err(error) => failed("key", error.chain(), "log in with `certctl login`"),
    }
}

/// What an operator should look at.
async fn state(client: &Client) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (check, path, name, value, what, hint) in [
        (
            "issuance",
            "certificates",
            "status",
            "Failed",
            "certificates whose issuance failed",
            "certctl certs list --status Failed, then certctl explain ID",
        ),
        (
            "expiry",
            "certificates",
            "status",
            "Expired",
            "certificates that have expired",
            "certctl certs list --status Expired, then certctl explain ID",
        ),
        (
            "agents",
            "agents",
            "status",
            "Offline",
            "agents that are offline",
            "certctl agents list --status Offline; start the agent on its host",
        ),
        (
            "approvals",
            "approvals",
            "state",
            "pending",
            "issuances that wait for approval",
            "certctl approvals list --state pending",
        ),
        (
            "policies",
            "violations",
            "open",
            "true",
            "certificates that break policy rules",
            "certctl violations list --open true",
        ),
        (
            "jobs",
            "jobs",
            "status",
            "Failed",
            "jobs that failed",
            "certctl jobs list --status Failed, then certctl jobs timeline ID",
        ),
    ] {
        findings.push(match total(client, path, (name, value)).await {
            Ok(0) => ok(check, format!("no {what}")),
            Ok(n) => warning(check, format!("{n} {what}"), hint),
            Err(why) => failed(check, why, ""),
        });
    }
    findings
}

/// How many entries of a list match a filter, or why nobody knows.
async fn total(client: &Client, path: &str, (name, value): (&str, &str)) -> Result<u64, String> {
    let request = Request::new(Method::GET, [path]).query("per_page", "1").query(name, value);
    let page = client.request(&request).await.map_err(|error| error.chain())?.json().ok();
    page.and_then(|page| page.get("total").and_then(Value::as_u64))
        .ok_or_else(|| "the server's answer is not a list".to_owned())
}
