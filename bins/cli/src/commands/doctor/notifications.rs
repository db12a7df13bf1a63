//! What people were not told.

use super::{Finding, failed, ok, total, warning};
use certctl_client::{Client, Request};
use reqwest::Method;
use serde_json::Value;

const PATH: &str = "notifications";
/// More that were given up are no longer single mishaps.
const MANY: u64 = 10;

/// One verdict on what was given up, one on what reached nobody.
pub(super) async fn verdicts(client: &Client) -> [Finding; 2] {
    let dead = match counted(client, ("status", "dead")).await {
        Err(why) => failed("dead", why, ""),
        Ok((0, _)) => ok("dead", "no notifications that were given up".to_owned()),
        Ok((n, since)) => {
            let verdict = if n > MANY { failed } else { warning };
            let hint = "certctl notifications list --status dead; mend what last_error says, then certctl \
                        notifications requeue-all --status dead";
            verdict("dead", format!("{n} notifications were given up{since}"), hint)
        }
    };
    let nobody = match counted(client, ("delivery", "no_notifier")).await {
        Err(why) => failed("no_notifier", why, ""),
        Ok((0, _)) => ok("no_notifier", "no notifications that reached nobody".to_owned()),
        Ok((n, since)) => warning(
            "no_notifier",
            format!("{n} notifications reached nobody, because there was no channel for them{since}"),
            "certctl notifications list --delivery no_notifier; make the channel or give the address that is \
             missing, then certctl notifications requeue-all --delivery no_notifier",
        ),
    };
    [dead, nobody]
}

/// How many match, and since when the oldest exists, as the end of a sentence.
async fn counted(client: &Client, filter: (&str, &str)) -> Result<(u64, String), String> {
    let total = total(client, PATH, filter).await?;
    if total == 0 {
        return Ok((0, String::new()));
    }
    // The newest come first, so the oldest is on the last page.
    let request = Request::new(Method::GET, [PATH])
        .query("per_page", "1")
        .query("page", total.to_string())
        .query(filter.0, filter.1);
    let page = client.request(&request).await.ok().and_then(|answer| answer.json().ok());
    let oldest = page.as_ref().and_then(|page| page.pointer("/data/0/created_at")).and_then(Value::as_str);
    Ok((total, oldest.map(|at| format!("; the oldest is of {at}")).unwrap_or_default()))
}
