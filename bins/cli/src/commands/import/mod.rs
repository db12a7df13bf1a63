//! `certctl import`: existing certificates from files, directories and certbot.

mod find;

use crate::exit::Usage;
use crate::output;
use crate::session::Session;
use anyhow::{Context as _, anyhow};
use certctl_client::{ClientError, Payload, Request};
use clap::{Arg, ArgAction, ArgMatches, Command};
use find::Found;
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// Flags that become fields of every imported certificate.
const FIELDS: [(&str, bool, &str); 6] = [
    ("owner-id", true, "Owner of the certificates"),
    ("team-id", true, "Team of the certificates"),
    ("renewal-policy-id", true, "Renewal policy of the certificates"),
    ("issuer-id", true, "Issuer that renews them"),
    ("certificate-profile-id", false, "Profile of the certificates"),
    ("environment", false, "Environment of the certificates [default: imported]"),
];

pub(super) fn command() -> Command {
    let fields = FIELDS.iter().map(|(flag, required, help)| {
        Arg::new(*flag).long(*flag).value_name("VALUE").required(*required).help(*help)
    });
    Command::new("import")
        .about("Take existing certificates into the inventory: PEM files, directories, certbot's /etc/letsencrypt")
        .args(fields)
        .arg(
            Arg::new("name-template")
                .long("name-template")
                .value_name("TEMPLATE")
                .default_value("{cn}")
                .help("Names of the certificates; {cn}, {serial} and {file} are filled in"),
        )
        .arg(
            Arg::new("dry-run")
                .long("dry-run")
                .action(ArgAction::SetTrue)
                .help("Say what would be imported, change nothing"),
        )
        .arg(Arg::new("paths").required(true).num_args(1..).value_name("PATH").value_parser(clap::value_parser!(PathBuf)))
}

/// How it ended for one certificate.
#[derive(Debug)]
enum Outcome {
    Imported(String),
    Known(String),
    Failed(String),
}

pub(super) async fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let session = Session::open(matches)?;
    let paths = matches.get_many::<PathBuf>("paths").context("no path")?;
    let search = find::search(paths)?;
    for note in &search.notes {
        output::note(note);
    }
    if search.found.is_empty() {
        return Err(anyhow!(Usage("no certificate was found".to_owned())));
    }
    let template = matches.get_one::<String>("name-template").context("no template")?;
    let mut common = Map::new();
    for (flag, _, _) in FIELDS {
        if let Some(value) = matches.get_one::<String>(flag) {
            common.insert(crate::noun::field(flag), Value::String(value.clone()));
        }
    }
    common.entry("environment").or_insert_with(|| Value::String("imported".to_owned()));
    let dry_run = matches.get_flag("dry-run");
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {elapsed}");
    let bar = ProgressBar::new(u64::try_from(search.found.len())?);
    let bar = if let Ok(style) = style { bar.with_style(style) } else { bar };
    let (mut rows, mut failed) = (Vec::new(), 0);
    for found in &search.found {
        let name = found.name(template);
        let outcome = if dry_run {
            Outcome::Imported("-".to_owned())
        } else {
            send(&session, found, &name, &common).await?
        };
        let (result, id, error) = match outcome {
            Outcome::Imported(id) => ("imported", id, String::new()),
            Outcome::Known(why) => ("known", String::new(), why),
            Outcome::Failed(why) => {
                failed += 1;
                ("failed", String::new(), why)
            }
        };
        let file = found.file.display().to_string();
        rows.push(json!({"file": file, "name": name, "result": result, "id": id, "error": error}));
        bar.inc(1);
    }
    bar.finish_and_clear();
    let columns = [
        crate::noun::text("RESULT", "/result"),
        crate::noun::text("ID", "/id"),
        crate::noun::text("NAME", "/name"),
        crate::noun::text("FILE", "/file"),
        crate::noun::text("ERROR", "/error"),
    ];
    session.printer.row_values(&json!({"total": rows.len(), "data": rows}), "/data", &columns)?;
    if failed > 0 { Err(anyhow!("{failed} certificates were not imported")) } else { Ok(()) }
}

/// Imports one. A refusal concerns this certificate alone; without an answer nothing else would
/// work either.
async fn send(
    session: &Session,
    found: &Found,
    name: &str,
    common: &Map<String, Value>,
) -> anyhow::Result<Outcome> {
    let mut body = common.clone();
    body.insert("name".to_owned(), Value::String(name.to_owned()));
    body.insert("pem".to_owned(), Value::String(found.pem.clone()));
    let request =
        Request::new(Method::POST, ["certificates", "import"]).payload(Payload::Json(Value::Object(body)));
    match session.client.request(&request).await {
        Ok(answer) => {
            let id = answer.json()?.get("id").and_then(Value::as_str).unwrap_or("-").to_owned();
            Ok(Outcome::Imported(id))
        }
        Err(error @ ClientError::Api { status: 401 | 403 | 429 | 503, .. }) => Err(error.into()),
        Err(ClientError::Api { status: 409, body, .. }) => Ok(Outcome::Known(body.message)),
        Err(ClientError::Api { body, .. }) => Ok(Outcome::Failed(body.message)),
        Err(error) => Err(error.into()),
    }
}
