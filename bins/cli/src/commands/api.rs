//! `certctl api`: any route, for what has no command of its own.

use crate::exit::Usage;
use crate::session::Session;
use crate::{input, output};
use anyhow::{Context as _, anyhow};
use certctl_api_types::MergePatch;
use certctl_client::{Payload, Request};
use clap::{Arg, ArgMatches, Command};
use reqwest::Method;
use serde_json::Value;

pub(super) fn command() -> Command {
    Command::new("api")
        .about("Send a request to any route and print the answer unchanged")
        .arg(Arg::new("method").required(true).value_name("METHOD").help("GET, POST, PUT, PATCH or DELETE"))
        .arg(
            Arg::new("path")
                .required(true)
                .value_name("PATH")
                .help("Path below /api/v1 with its query, for example certificates?status=Failed"),
        )
        .arg(
            Arg::new("file")
                .long("file")
                .short('f')
                .value_name("FILE")
                .help("Body, JSON or YAML; - reads standard input"),
        )
}

pub(super) async fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let session = Session::open(matches)?;
    let method = matches.get_one::<String>("method").context("no method")?.to_uppercase();
    let method = match method.as_str() {
        "GET" => Method::GET,
        "POST" => Method::POST,
        "PUT" => Method::PUT,
        "PATCH" => Method::PATCH,
        "DELETE" => Method::DELETE,
        other => {
            return Err(anyhow!(Usage(format!("{other} is no method; use GET, POST, PUT, PATCH or DELETE"))));
        }
    };
    let whole = matches.get_one::<String>("path").context("no path")?;
    let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
    let path = path.trim_start_matches('/').trim_start_matches("api/v1/");
    let mut request = Request::new(method.clone(), path.split('/'));
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        request = request.query(name, value);
    }
    if let Some(file) = matches.get_one::<String>("file") {
        let body = input::read_object(file)?;
        request = request.payload(if method == Method::PATCH {
            Payload::MergePatch(MergePatch(body))
        } else {
            Payload::Json(Value::Object(body))
        });
    }
    let answer = session.client.request(&request).await?;
    output::raw("-", &answer.body)
}
