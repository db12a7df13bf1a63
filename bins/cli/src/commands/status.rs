//! `certctl status` and `certctl version`.

use crate::session::Session;
use crate::{output, session};
use certctl_client::Request;
use clap::{ArgMatches, Command};
use reqwest::Method;
use serde_json::{Value, json};

pub(super) fn command() -> Command {
    Command::new("status").about("Health of the server, who you are, and the figures of the dashboard")
}

pub(super) async fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let session = Session::open(matches)?;
    let health = session.client.system().health().await?;
    let identity = session.client.system().auth_check().await?;
    let version = session.client.system().version().await?;
    let summary = session.client.request(&Request::new(Method::GET, ["stats", "summary"])).await?.json()?;
    let mut shown = json!({
        "server": session.client.server().as_str(),
        "status": health.status,
        "version": version.version,
        "user": identity.user,
    });
    if let (Value::Object(shown), Value::Object(summary)) = (&mut shown, summary) {
        shown.extend(summary);
    }
    session.printer.object_value(&shown)
}

pub(super) async fn version(matches: &ArgMatches) -> anyhow::Result<()> {
    let own = env!("CARGO_PKG_VERSION");
    let server = match Session::open(matches) {
        Ok(session) => session.client.system().version().await.map(|version| version.version).ok(),
        Err(_) => None,
    };
    let printer = session::printer(matches);
    if printer.format == output::Format::Table {
        let server = server.as_deref().unwrap_or("not reachable");
        return output::write(&format!("certctl {own}\nserver  {server}\n"));
    }
    printer.object_value(&json!({"version": own, "server_version": server}))
}
