//! Runs a command: one request, its answer shown.

use crate::exit::Usage;
use crate::noun::{Action, Answer, Arg, Kind, Method, Noun, Place, Verb, field};
use crate::session::Session;
use crate::{commands, input, line, nouns, output, wait};
use anyhow::{Context as _, anyhow};
use certctl_api_types::MergePatch;
use certctl_client::{Payload, Request};
use clap::ArgMatches;
use reqwest::Method as Http;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Reading a whole trail, or waiting for a test, takes longer than other calls.
const LONG: Duration = Duration::from_mins(10);

/// Runs what the command line says.
pub(crate) async fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let (name, inner) = matches.subcommand().context("no command")?;
    let Some(noun) = nouns::ALL.iter().find(|noun| noun.name == name) else {
        return commands::run(name, inner).await;
    };
    let (name, matches) = inner.subcommand().context("no command")?;
    if let Some(verb) = noun.verbs.iter().find(|verb| line::verb_name(**verb) == name) {
        return run_verb(noun, *verb, matches).await;
    }
    if let Some(action) = noun.actions.iter().find(|action| action.name == name) {
        return run_action(action, matches).await;
    }
    match commands::pki::run(noun.name, name, matches).await {
        Some(outcome) => outcome,
        None => Err(anyhow!("`{name}` is no command of {}", noun.name)),
    }
}

async fn run_verb(noun: &Noun, verb: Verb, matches: &ArgMatches) -> anyhow::Result<()> {
    let session = Session::open(matches)?;
    let one = |method| -> anyhow::Result<Request> { Ok(Request::new(method, [noun.path, id(matches)?])) };
    match verb {
        Verb::List => {
            let mut request = Request::new(Http::GET, [noun.path]);
            for filter in noun.filters {
                if let Some(value) = matches.get_one::<String>(filter.flag) {
                    request = request.query(field(filter.flag), value);
                }
            }
            return list(&session, request, matches, noun.columns).await;
        }
        Verb::Get => session.printer.object(&session.client.request(&one(Http::GET)?).await?),
        Verb::Create => {
            let body = Payload::Json(Value::Object(input::body(matches, false)?));
            let request = Request::new(Http::POST, [noun.path]).payload(body);
            session.printer.object(&session.client.request(&request).await?)
        }
        Verb::Replace => {
            let body = Payload::Json(Value::Object(input::body(matches, false)?));
            session.printer.object(&session.client.request(&one(Http::PUT)?.payload(body)).await?)
        }
        Verb::Update => {
            let body = Payload::MergePatch(MergePatch(input::body(matches, true)?));
            session.printer.object(&session.client.request(&one(Http::PATCH)?.payload(body)).await?)
        }
        Verb::Delete => {
            let id = id(matches)?;
            let (ask, told) =
                if noun.name == "certs" { ("Archive", "Archived") } else { ("Remove", "Removed") };
            input::confirm(&format!("{ask} {} {id}?", noun.one), session.yes)?;
            let answer = session.client.request(&one(Http::DELETE)?).await?;
            session.printer.done(&answer, &format!("{told} {} {id}.", noun.one))
        }
    }
}

fn id(matches: &ArgMatches) -> anyhow::Result<&str> {
    matches.get_one::<String>("id").map(String::as_str).context("no id")
}

async fn list(
    session: &Session,
    mut request: Request,
    matches: &ArgMatches,
    columns: &[crate::noun::Column],
) -> anyhow::Result<()> {
    let per_page = matches.get_one::<u32>("per-page");
    if !matches.get_flag("all") {
        if let Some(page) = matches.get_one::<u32>("page") {
            request = request.query("page", page.to_string());
        }
        if let Some(rows) = per_page {
            request = request.query("per_page", rows.to_string());
        }
        return session.printer.rows(&session.client.request(&request).await?, "/data", columns);
    }
    let request = request.query("per_page", per_page.unwrap_or(&500).to_string());
    let (mut rows, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = match &cursor {
            Some(cursor) => request.clone().query("cursor", cursor),
            None => request.clone(),
        };
        let mut page = session.client.request(&page).await?.json().context("the answer is not JSON")?;
        if let Some(Value::Array(found)) = page.get_mut("data").map(Value::take) {
            rows.extend(found);
        }
        cursor = page.get("next_cursor").and_then(Value::as_str).map(ToOwned::to_owned);
        if cursor.is_none() {
            let whole = json!({"total": rows.len(), "data": rows});
            return session.printer.row_values(&whole, "/data", columns);
        }
    }
}

async fn run_action(action: &Action, matches: &ArgMatches) -> anyhow::Result<()> {
    let session = Session::open(matches)?;
    if let Some(question) = action.confirm
        && !is_dry_run(action, matches)
    {
        input::confirm(&fill(question, matches), session.yes)?;
    }
    let request = action_request(action, matches)?;
    if let Answer::Page(columns) = action.answer {
        return list(&session, request, matches, columns).await;
    }
    let answer = session.client.request(&request).await?;
    match action.answer {
        Answer::Object if answer.body.is_empty() => {
            session.printer.done(&answer, "Nothing to do: that is its state already.")?;
        }
        Answer::Object => session.printer.object(&answer)?,
        Answer::Parts(parts) => session.printer.parts(&answer, parts)?,
        Answer::Rows(at, columns) => session.printer.rows(&answer, at, columns)?,
        Answer::Done(sentence) => session.printer.done(&answer, &fill(sentence, matches))?,
        Answer::Raw => {
            output::raw(matches.get_one::<String>("out").map_or("-", String::as_str), &answer.body)?;
        }
        Answer::Page(_) => {}
    }
    match matches.try_get_one::<Duration>("wait") {
        Ok(Some(limit)) if action.waits => wait::follow(&session, &answer.json()?, *limit).await,
        _ => Ok(()),
    }
}

fn is_dry_run(action: &Action, matches: &ArgMatches) -> bool {
    action.args.iter().any(|arg| arg.flag == "dry-run") && matches.get_flag("dry-run")
}

/// The sentence with the path's parameters in it.
fn fill(sentence: &str, matches: &ArgMatches) -> String {
    ["id", "agent_id", "version_id"].into_iter().fold(sentence.to_owned(), |text, name| {
        match matches.try_get_one::<String>(name) {
            Ok(Some(value)) => text.replace(&format!("{{{name}}}"), value),
            _ => text,
        }
    })
}

fn action_request(action: &Action, matches: &ArgMatches) -> anyhow::Result<Request> {
    let segments = action.path.split('/').map(|segment| {
        let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        match name {
            None => Ok(segment.to_owned()),
            Some(name) => matches.get_one::<String>(name).cloned().context("a parameter is missing"),
        }
    });
    let method = match action.method {
        Method::Get => Http::GET,
        Method::Post => Http::POST,
        Method::Put => Http::PUT,
        Method::Patch => Http::PATCH,
        Method::Delete => Http::DELETE,
    };
    let mut request = Request::new(method, segments.collect::<anyhow::Result<Vec<_>>>()?);
    if matches!(action.answer, Answer::Raw) {
        request = request.timeout(LONG);
    }
    let mut body = Map::new();
    for arg in action.args {
        let Some(value) = argument(arg, matches)? else { continue };
        match (arg.place, value) {
            // A file is the whole body.
            (Place::Body, Value::Object(fields)) if arg.kind == Kind::File => body.extend(fields),
            (Place::Body, value) => {
                body.insert(arg.field(), value);
            }
            (Place::Query, Value::String(text)) => request = request.query(arg.field(), text),
            (Place::Query, value) => request = request.query(arg.field(), value.to_string()),
        }
    }
    let takes_body = action.args.iter().any(|arg| arg.place == Place::Body);
    Ok(match action.method {
        _ if !takes_body => request,
        Method::Patch => request.payload(Payload::MergePatch(MergePatch(body))),
        _ => request.payload(Payload::Json(Value::Object(body))),
    })
}

fn argument(arg: &Arg, matches: &ArgMatches) -> anyhow::Result<Option<Value>> {
    let text = || matches.get_one::<String>(arg.flag);
    Ok(match arg.kind {
        Kind::Switch => matches.get_flag(arg.flag).then_some(Value::Bool(true)),
        Kind::Choice(choices) => match text() {
            Some(given) => Some(Value::String(choice(arg.flag, given, choices)?.to_owned())),
            None if arg.required => return Err(anyhow!(Usage(menu(arg.flag, "is missing", choices)))),
            None => None,
        },
        Kind::Content => text().map(|name| input::read(name)).transpose()?.map(Value::String),
        Kind::Text => text().map(|text| Value::String(text.clone())),
        Kind::Number => matches.get_one::<u64>(arg.flag).map(|number| json!(number)),
        Kind::List => {
            let values: Vec<&String> = matches.get_many::<String>(arg.flag).into_iter().flatten().collect();
            (!values.is_empty()).then(|| json!(values))
        }
        Kind::File => match text() {
            Some(name) => Some(Value::Object(input::read_object(name)?)),
            None if arg.required => return Err(anyhow!(Usage(format!("--{} FILE is missing", arg.flag)))),
            None => None,
        },
        Kind::Secret => Some(Value::String(input::secret(text().map(String::as_str), arg.help)?)),
    })
}

/// The name that is meant: exactly, or in snake case.
fn choice(flag: &str, given: &str, choices: &[(&'static str, &str)]) -> anyhow::Result<&'static str> {
    let plain = |text: &str| text.replace('_', "").to_lowercase();
    let found = choices.iter().find(|(name, _)| plain(name) == plain(given));
    found.map(|(name, _)| *name).ok_or_else(|| anyhow!(Usage(menu(flag, "is none of these", choices))))
}

/// What a flag takes, with what each value means.
fn menu(flag: &str, wrong: &str, choices: &[(&str, &str)]) -> String {
    let width = choices.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines = choices.iter().map(|(name, about)| format!("\n  {name:width$}  {about}"));
    format!("--{flag} {wrong}:{}", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHOICES: &[(&str, &str)] = &[("keyCompromise", "lost"), ("superseded", "replaced")];

    #[test]
    fn a_choice_is_also_understood_in_snake_case_and_refused_with_the_menu() {
        assert_eq!(choice("reason", "key_compromise", CHOICES).unwrap(), "keyCompromise");
        assert_eq!(choice("reason", "superseded", CHOICES).unwrap(), "superseded");
        let refused = choice("reason", "bored", CHOICES).unwrap_err();
        assert_eq!(crate::exit::code(&refused), crate::exit::USAGE);
        assert_eq!(
            refused.to_string(),
            "--reason is none of these:\n  keyCompromise  lost\n  superseded     replaced"
        );
    }
}
