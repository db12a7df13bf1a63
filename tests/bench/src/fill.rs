//! Large inventories, written by the database itself.

use anyhow::{Result, anyhow};
use certctl_repository_diesel::{DatabaseUrl, provision};

/// Ids that every certificate refers to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct References {
    pub(crate) owner: &'static str,
    pub(crate) team: &'static str,
    pub(crate) issuer: &'static str,
    pub(crate) policy: &'static str,
}

/// What a server makes at its first start.
pub(crate) const DEFAULTS: References =
    References { owner: "o-default", team: "t-default", issuer: "iss-local", policy: "rp-default" };

/// Adds `count` active certificates with one name each, none of them due for a century.
pub(crate) async fn certificates(url: &DatabaseUrl, count: u32, references: References) -> Result<()> {
    let dialect = match url.engine() {
        certctl_repository_diesel::Engine::Sqlite => Dialect {
            numbers: format!(
                "WITH RECURSIVE s(n) AS (VALUES(1) UNION ALL SELECT n + 1 FROM s WHERE n < {count})"
            ),
            padded: "printf('%07d', n)",
            created: "datetime(1767225600 + n, 'unixepoch')",
            tidy: "ANALYZE",
        },
        certctl_repository_diesel::Engine::Postgres => Dialect {
            numbers: format!("WITH s AS (SELECT generate_series(1::bigint, {count}) AS n)"),
            padded: "lpad(n::text, 7, '0')",
            created: "timestamp '2026-01-01' + n * interval '1 second'",
            tidy: "VACUUM ANALYZE",
        },
    };
    let statements = dialect.statements(references);
    let url = url.clone();
    let filled = tokio::task::spawn_blocking(move || {
        let [certificates, names, tidy] = &statements;
        let all: Vec<&str> =
            [certificates.as_str(), names].into_iter().chain(FOLD).chain([tidy.as_str()]).collect();
        provision::execute(&url, &all)
    });
    filled.await?.map_err(|error| anyhow!(error))
}

/// How an engine counts and what it calls things.
struct Dialect {
    numbers: String,
    padded: &'static str,
    created: &'static str,
    tidy: &'static str,
}

impl Dialect {
    fn statements(&self, references: References) -> [String; 3] {
        let Self { numbers, padded, created, tidy } = self;
        let References { owner, team, issuer, policy } = references;
        let name = format!("'host-' || {padded} || '.bench.example'");
        let (century, day) = ("'2126-01-01 00:00:00'", "'2125-12-01 00:00:00'");
        // PostgreSQL wants to hear that these texts are times, SQLite stores them as they are.
        let instant =
            |text: &str| if *tidy == "ANALYZE" { text.to_owned() } else { format!("timestamp {text}") };
        [
            format!(
                "{numbers} INSERT INTO managed_certificates (id, name, common_name, environment, owner_id, \
                 team_id, issuer_id, renewal_policy_id, status, valid_from, expires_at, expiring_from, \
                 next_action_at, failed_issuances, search_text, revision, created_at, updated_at) \
                 SELECT 'mc-bench-' || {padded}, {name}, {name}, 'bench', '{owner}', '{team}', '{issuer}', \
                 '{policy}', 'Active', {created}, {until}, {expiring}, {expiring}, 0, {name}, 1, {created}, \
                 {created} FROM s",
                until = instant(century),
                expiring = instant(day),
            ),
            format!(
                "{numbers} INSERT INTO certificate_sans (certificate_id, kind, value) \
                 SELECT 'mc-bench-' || {padded}, 'dns', {name} FROM s"
            ),
            (*tidy).to_owned(),
        ]
    }
}

/// What a running server does every few seconds: adds up the changes of kept counts.
const FOLD: [&str; 4] = [
    "BEGIN",
    "INSERT INTO rollups (dimension, key, amount) SELECT dimension, key, CAST(sum(amount) AS BIGINT) \
     FROM rollup_deltas WHERE true GROUP BY dimension, key \
     ON CONFLICT (dimension, key) DO UPDATE SET amount = rollups.amount + excluded.amount",
    "DELETE FROM rollup_deltas",
    "COMMIT",
];

/// Adds `count` notifications that were delivered at their first attempt.
pub(crate) async fn finished_notifications(url: &DatabaseUrl, count: u32) -> Result<()> {
    let sqlite = url.engine() == certctl_repository_diesel::Engine::Sqlite;
    let (numbers, padded, at, tidy) = if sqlite {
        (
            format!("WITH RECURSIVE s(n) AS (VALUES(1) UNION ALL SELECT n + 1 FROM s WHERE n < {count})"),
            "printf('%07d', n)",
            "datetime(1767225600 + n, 'unixepoch')",
            "ANALYZE",
        )
    } else {
        (
            format!("WITH s AS (SELECT generate_series(1::bigint, {count}) AS n)"),
            "lpad(n::text, 7, '0')",
            "timestamp '2026-01-01' + n * interval '1 second'",
            "VACUUM ANALYZE",
        )
    };
    let statements = [
        format!(
            "{numbers} INSERT INTO notification_events (id, type, severity, resource_type, resource_id, \
             channel, channel_id, recipient, subject, message, facts, dedup_key, status, delivery, \
             retry_count, not_before, created_at, sent_at, claims) \
             SELECT 'notif-done-' || {padded}, 'RenewalFailure', 'warning', 'certificate', \
             'mc-bench-' || {padded}, 'Webhook', 'nc-bench', 'bench', 'Subject ' || n, 'Message ' || n, '[]', \
             'done/' || n, 'sent', 'delivered', 0, {at}, {at}, {at}, 1 FROM s"
        ),
        format!(
            "{numbers} INSERT INTO notification_attempts (notification_id, number, started_at, duration_ms, \
             result, detail) SELECT 'notif-done-' || {padded}, 1, {at}, 20, 'delivered', '202' FROM s"
        ),
    ];
    let url = url.clone();
    let filled = tokio::task::spawn_blocking(move || {
        let statements: Vec<&str> = statements.iter().map(String::as_str).chain(FOLD).chain([tidy]).collect();
        provision::execute(&url, &statements)
    });
    filled.await?.map_err(|error| anyhow!(error))
}

/// Adds `count` certificates as an installation has them: five environments, ends spread over the
/// coming 90 days and a little before, most of them active, none of them due.
pub(crate) async fn inventory(url: &DatabaseUrl, count: u32) -> Result<()> {
    let sqlite = url.engine() == certctl_repository_diesel::Engine::Sqlite;
    let numbers = if sqlite {
        format!("WITH RECURSIVE s(n) AS (VALUES(1) UNION ALL SELECT n + 1 FROM s WHERE n < {count})")
    } else {
        format!("WITH s AS (SELECT generate_series(1::bigint, {count}) AS n)")
    };
    // Seconds from now, as a time of the engine.
    let after = |seconds: &str| {
        if sqlite {
            format!("datetime('now', ({seconds}) || ' seconds')")
        } else {
            format!("date_trunc('second', now() AT TIME ZONE 'UTC') + ({seconds}) * interval '1 second'")
        }
    };
    let padded = if sqlite { "printf('%07d', n)" } else { "lpad(n::text, 7, '0')" };
    let name = format!("'host-' || {padded} || '.bench.example'");
    // Multiplied by a number that shares no factor with the span, so that neighbours end far apart.
    let end = "(n * 7919) % 7780000 - 4000";
    let References { owner, team, issuer, policy } = DEFAULTS;
    let statements = [
        format!(
            "{numbers} INSERT INTO managed_certificates (id, name, common_name, environment, owner_id, team_id, \
             issuer_id, renewal_policy_id, status, valid_from, expires_at, expiring_from, failed_issuances, \
             search_text, revision, created_at, updated_at) SELECT 'mc-bench-' || {padded}, {name}, {name}, \
             'env-' || (n % 5), '{owner}', '{team}', '{issuer}', '{policy}', \
             CASE n % 50 WHEN 0 THEN 'Failed' WHEN 1 THEN 'Pending' WHEN 2 THEN 'Revoked' WHEN 3 THEN 'Archived' \
             ELSE 'Active' END, {begun}, {ends}, {turns}, 0, {name}, 1, {made}, {made} FROM s",
            begun = after("-86400"),
            ends = after(end),
            turns = after(&format!("{end} - 2592000")),
            made = after("n - 2000000"),
        ),
        format!(
            "{numbers} INSERT INTO certificate_sans (certificate_id, kind, value) \
             SELECT 'mc-bench-' || {padded}, 'dns', {name} FROM s"
        ),
        // A trail as long as the inventory. Its links are numbers only: nobody verifies them here.
        format!(
            "{numbers} INSERT INTO audit_events (id, actor, actor_type, action, resource_type, resource_id, \
             details, \"timestamp\") SELECT 'audit-bench-' || {padded}, 'bench', 'System', \
             'certificate_created', 'certificate', 'mc-bench-' || {padded}, '{{}}', {made} FROM s",
            made = after("n - 2000000"),
        ),
        format!(
            "{numbers} INSERT INTO audit_chain (seq, event_id, hash) SELECT \
             (SELECT coalesce(max(seq), 0) FROM audit_chain) + n, 'audit-bench-' || {padded}, '-' FROM s"
        ),
    ];
    let tidy = if sqlite { "ANALYZE" } else { "VACUUM ANALYZE" };
    let url = url.clone();
    let filled = tokio::task::spawn_blocking(move || {
        let statements: Vec<&str> = statements.iter().map(String::as_str).chain(FOLD).chain([tidy]).collect();
        provision::execute(&url, &statements)
    });
    filled.await?.map_err(|error| anyhow!(error))
}
