//! `--wait`: follows jobs and operations to their end.

use crate::exit::WaitedInVain;
use crate::output;
use crate::session::Session;
use anyhow::{Context as _, anyhow};
use certctl_client::Request;
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::Method;
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::Instant;

const PAUSE: Duration = Duration::from_millis(500);
const PAUSE_LIMIT: Duration = Duration::from_secs(5);

/// What an answer names to be followed.
#[derive(Debug, PartialEq, Eq)]
enum Followed {
    Jobs(BTreeSet<String>),
    Operation(String),
}

/// Waits until what `answer` names has ended; an error when it did not end well, or not within `limit`.
pub(crate) async fn follow(session: &Session, answer: &Value, limit: Duration) -> anyhow::Result<()> {
    let until = Instant::now() + limit;
    match followed(answer) {
        Some(Followed::Operation(id)) => operation(session, &id, until).await,
        Some(Followed::Jobs(ids)) => jobs(session, ids, until).await,
        None => {
            output::note("nothing to wait for");
            Ok(())
        }
    }
}

fn followed(answer: &Value) -> Option<Followed> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
    if answer.get("total_matched").is_some() {
        return text(answer, "id").map(Followed::Operation);
    }
    let listed =
        ["jobs", "enqueued_jobs"].into_iter().filter_map(|name| answer.get(name)?.as_array()).flatten();
    let ids: BTreeSet<String> =
        listed.filter_map(|job| text(job, "job_id")).chain(text(answer, "job_id")).collect();
    (!ids.is_empty()).then_some(Followed::Jobs(ids))
}

/// A bar on terminals, nothing elsewhere.
fn bar(length: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {elapsed}");
    let bar = ProgressBar::new(length).with_message(what);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

async fn get(session: &Session, path: [&str; 2]) -> anyhow::Result<Value> {
    let answer = session.client.request(&Request::new(Method::GET, path)).await?;
    answer.json().context("the answer is not JSON")
}

/// Sleeps, ever longer, until the deadline.
async fn pause(pause: &mut Duration, until: Instant, what: &str) -> anyhow::Result<()> {
    if Instant::now() >= until {
        return Err(anyhow!(WaitedInVain(format!("{what} has not ended in time; it goes on by itself"))));
    }
    tokio::time::sleep(*pause).await;
    *pause = (*pause * 3 / 2).min(PAUSE_LIMIT);
    Ok(())
}

async fn jobs(session: &Session, mut waiting: BTreeSet<String>, until: Instant) -> anyhow::Result<()> {
    let bar = bar(u64::try_from(waiting.len())?, "jobs");
    let (mut failed, mut nap) = (Vec::new(), PAUSE);
    while !waiting.is_empty() {
        for id in waiting.clone() {
            let job = get(session, ["jobs", &id]).await?;
            let status = job.get("status").and_then(Value::as_str).unwrap_or_default();
            if !matches!(status, "Completed" | "Failed" | "Cancelled") {
                continue;
            }
            if status != "Completed" {
                let why = job.get("last_error").and_then(Value::as_str).unwrap_or("no reason given");
                failed.push(format!("job {id} is {}: {why}", status.to_lowercase()));
            }
            waiting.remove(&id);
            bar.inc(1);
        }
        if !waiting.is_empty() {
            let left: Vec<_> = waiting.iter().map(String::as_str).collect();
            pause(&mut nap, until, &format!("job {}", left.join(", "))).await?;
        }
    }
    bar.finish_and_clear();
    if failed.is_empty() { Ok(()) } else { Err(anyhow!(WaitedInVain(failed.join("; ")))) }
}

async fn operation(session: &Session, id: &str, until: Instant) -> anyhow::Result<()> {
    let count = |operation: &Value, name: &str| operation.get(name).and_then(Value::as_u64).unwrap_or(0);
    let bar = bar(0, "certificates");
    let mut nap = PAUSE;
    loop {
        let operation = get(session, ["operations", id]).await?;
        let done = ["total_done", "total_skipped", "total_failed"];
        bar.set_length(count(&operation, "total_matched"));
        bar.set_position(done.iter().map(|name| count(&operation, name)).sum());
        let failed = count(&operation, "total_failed");
        match operation.get("state").and_then(Value::as_str) {
            Some("completed") if failed == 0 => {
                bar.finish_and_clear();
                return Ok(());
            }
            Some("completed") => {
                return Err(anyhow!(WaitedInVain(format!(
                    "operation {id} failed for {failed} certificates; `certctl operations items {id}` shows why"
                ))));
            }
            Some("cancelled") => return Err(anyhow!(WaitedInVain(format!("operation {id} was cancelled")))),
            _ => pause(&mut nap, until, &format!("operation {id}")).await?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn jobs_and_operations_are_found_in_answers() {
        let jobs = |ids: &[&str]| Some(Followed::Jobs(ids.iter().map(|id| (*id).to_owned()).collect()));
        assert_eq!(followed(&json!({"status": "renewal_triggered", "job_id": "job-1"})), jobs(&["job-1"]));
        let many = json!({"job_id": "job-1", "jobs": [{"job_id": "job-1"}, {"job_id": "job-2"}]});
        assert_eq!(followed(&many), jobs(&["job-1", "job-2"]));
        let bulk = json!({"id": "op-1", "total_matched": 3, "enqueued_jobs": [{"job_id": "job-1"}]});
        assert_eq!(followed(&bulk), Some(Followed::Operation("op-1".to_owned())));
        assert_eq!(followed(&json!({"status": "done"})), None);
    }
}
