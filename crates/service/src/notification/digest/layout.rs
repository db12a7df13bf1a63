//! The parts of a digest, the same for HTML and text.

use super::collect::Contents;
use certctl_domain::{Day, Timestamp};
use certctl_repository::{ExpiringCertificate, FailedJob, PendingApproval, Top};

/// Longest error text that is shown, in characters.
const LONGEST: usize = 200;

/// How much a value wants to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Good,
    Warning,
    Danger,
}

/// A figure with its label.
pub(super) struct Figure {
    pub(super) label: &'static str,
    pub(super) value: u64,
    pub(super) tone: Tone,
}

/// A list with its heading.
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) columns: [&'static str; 3],
    pub(super) rows: Vec<Row>,
    /// How many more there are than rows.
    pub(super) more: u64,
    /// What stands there when there are none.
    pub(super) empty: &'static str,
}

/// Three cells, and how urgent the last one is.
pub(super) struct Row {
    pub(super) cells: [String; 3],
    pub(super) tone: Tone,
}

pub(super) fn title(contents: &Contents) -> String {
    format!("Certificate digest of {}", Day::of(contents.at))
}

pub(super) fn introduction(contents: &Contents) -> String {
    let about = if contents.owners.is_empty() {
        "All certificates".to_owned()
    } else {
        format!("Certificates of {}", contents.owners.join(", "))
    };
    format!(
        "{about} as of {}. Failures and completed work since {}.",
        minute(contents.at),
        minute(contents.since)
    )
}

pub(super) const FOOTER: &str = "Times are UTC. Who gets this mail and when is set by CERTCTL_DIGEST_* in the configuration of the server.";

pub(super) fn figures(contents: &Contents) -> Vec<Figure> {
    let plain = |label, value| Figure { label, value, tone: Tone::Plain };
    let toned =
        |label, value, tone| Figure { label, value, tone: if value == 0 { Tone::Good } else { tone } };
    let certificates = contents.certificates;
    let mut figures = vec![
        plain("Certificates", certificates.total),
        toned("Expiring within 30 days", certificates.expiring, Tone::Warning),
        toned("Expired", certificates.expired, Tone::Danger),
        plain("Jobs under way", contents.jobs.pending),
        toned("Jobs failed", contents.jobs.failed, Tone::Danger),
        plain("Jobs completed", contents.jobs.completed),
    ];
    if let Some(installation) = contents.installation {
        figures.push(plain("Agents online", installation.active_agents));
        figures.push(toned("Agents offline", installation.offline_agents, Tone::Warning));
        figures.push(toned("Notifications given up", installation.dead_notifications, Tone::Danger));
    }
    figures
}

pub(super) fn sections(contents: &Contents) -> [Section; 3] {
    [
        section(
            "Expiring soon",
            ["Certificate", "Expires", "Left"],
            &contents.ending,
            "No certificate ends within 30 days.",
            |row| ending(row, contents.at),
        ),
        section("Failed", ["What", "When", "Why"], &contents.failures, "Nothing failed.", failure),
        section(
            "Waiting for approval",
            ["Certificate", "Asked by", "Since"],
            &contents.approvals,
            "Nothing waits for an approval.",
            approval,
        ),
    ]
}

fn section<T>(
    title: &'static str,
    columns: [&'static str; 3],
    top: &Top<T>,
    empty: &'static str,
    row: impl Fn(&T) -> Row,
) -> Section {
    let rows: Vec<_> = top.first.iter().map(row).collect();
    let more = top.total.saturating_sub(u64::try_from(rows.len()).unwrap_or(u64::MAX));
    Section { title, columns, rows, more, empty }
}

fn ending(row: &ExpiringCertificate, now: Timestamp) -> Row {
    let end = Day::of(row.expires_at).to_string();
    if row.expires_at <= now {
        return Row {
            cells: [named(&row.common_name, &row.id), end, "expired".to_owned()],
            tone: Tone::Danger,
        };
    }
    let days = row.expires_at.since(now).as_secs() / 86_400;
    let (left, tone) = match days {
        0 => ("less than a day".to_owned(), Tone::Danger),
        1 => ("1 day".to_owned(), Tone::Danger),
        2..=7 => (format!("{days} days"), Tone::Danger),
        8..=14 => (format!("{days} days"), Tone::Warning),
        _ => (format!("{days} days"), Tone::Good),
    };
    Row { cells: [named(&row.common_name, &row.id), end, left], tone }
}

fn failure(row: &FailedJob) -> Row {
    let what = match (&row.common_name, &row.certificate_id) {
        (Some(name), Some(id)) => format!("{} of {}", row.kind, named(name, id)),
        (_, Some(id)) => format!("{} of {id}", row.kind),
        (_, None) => format!("{} {}", row.kind, row.id),
    };
    let why = one_line(row.last_error.as_deref().unwrap_or("no reason was recorded"));
    Row { cells: [what, minute(row.completed_at), why], tone: Tone::Plain }
}

fn approval(row: &PendingApproval) -> Row {
    let name = named(&row.common_name, &row.certificate_id);
    Row { cells: [name, one_line(&row.requested_by), minute(row.created_at)], tone: Tone::Plain }
}

fn named(name: &str, id: impl std::fmt::Display) -> String {
    format!("{} ({id})", one_line(name))
}

fn minute(at: Timestamp) -> String {
    at.datetime().format("%Y-%m-%d %H:%M").to_string()
}

/// The text without what would break a line or a terminal, and not too long.
fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
        None => line,
    }
}
