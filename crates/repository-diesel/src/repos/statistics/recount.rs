//! What the kept counts should be, from the rows themselves. Said a second time on purpose: the
//! triggers of the migrations are checked against it.

use crate::options::Engine;
use certctl_repository::Dimension;

/// What is counted, by which key. Rows without a key do not count.
struct Count {
    table: &'static str,
    key: String,
}

/// The statement that finds the keys whose kept count is wrong, and by how much. `$1` is the name of
/// the dimension.
pub(super) fn difference(engine: Engine, dimension: Dimension) -> String {
    let Count { table, key } = count(engine, dimension);
    format!(
        "SELECT key, CAST(sum(amount) AS BIGINT) AS amount FROM (
             SELECT key, amount FROM rollups WHERE dimension = $1
             UNION ALL SELECT key, amount FROM rollup_deltas WHERE dimension = $1
             UNION ALL SELECT actual.key, -count(*) FROM (SELECT {key} AS key FROM {table} AS r) AS actual
                 WHERE actual.key IS NOT NULL GROUP BY actual.key
         ) AS parts GROUP BY key HAVING sum(amount) <> 0 ORDER BY key"
    )
}

fn count(engine: Engine, dimension: Dimension) -> Count {
    let certificates = |key: String| Count { table: "managed_certificates", key };
    let column = |name: &str| certificates(format!("r.{name}"));
    match dimension {
        Dimension::CertificateStatus => column("status"),
        Dimension::CertificateEnd => certificates(format!(
            "CASE WHEN r.status NOT IN ('Revoked', 'Archived') THEN {} END",
            hour(engine, "r.expires_at")
        )),
        Dimension::CertificateActiveEnd => {
            certificates(format!("CASE WHEN r.status = 'Active' THEN {} END", hour(engine, "r.expires_at")))
        }
        Dimension::CertificateActiveTurn => {
            let turn = "CASE WHEN r.expires_at IS NULL OR r.expiring_from < r.expires_at \
                        THEN r.expiring_from ELSE r.expires_at END";
            certificates(format!("CASE WHEN r.status = 'Active' THEN {} END", hour(engine, turn)))
        }
        Dimension::CertificateOwner => column("owner_id"),
        Dimension::CertificateTeam => column("team_id"),
        Dimension::CertificateIssuer => column("issuer_id"),
        Dimension::CertificateProfile => column("certificate_profile_id"),
        Dimension::CertificateEnvironment => column("environment"),
        Dimension::JobStatus => Count { table: "jobs", key: "r.type || '/' || r.status".to_owned() },
        Dimension::JobFinished => {
            Count { table: "jobs", key: format!("{} || '/' || r.status", day(engine, "r.completed_at")) }
        }
        Dimension::AgentStatus => {
            let sentinels = certctl_domain::agent::SENTINEL_AGENT_IDS.join("', '");
            let key =
                format!("CASE WHEN r.retired_at IS NULL AND r.id NOT IN ('{sentinels}') THEN r.status END");
            Count { table: "agents", key }
        }
        Dimension::VersionIssued => {
            let first = "row_number() OVER (PARTITION BY r.certificate_id, r.agent_id \
                         ORDER BY r.created_at, r.id) = 1";
            let key = format!(
                "{} || CASE WHEN {first} THEN '/new' ELSE '/renewed' END",
                day(engine, "r.created_at")
            );
            Count { table: "certificate_versions", key }
        }
        Dimension::ApiCall => Count { table: "api_calls", key: "'all'".to_owned() },
        Dimension::Notification => Count { table: "notification_events", key: "'all'".to_owned() },
        Dimension::ViolationState => {
            let state = "CASE WHEN r.resolved_at IS NULL THEN 'open' ELSE 'resolved' END";
            let key = format!("r.rule_id || '/' || r.severity || '/' || {state}");
            Count { table: "policy_violations", key }
        }
    }
}

/// `2026-11-21 13`.
fn hour(engine: Engine, instant: &str) -> String {
    match engine {
        Engine::Sqlite => format!("substr({instant}, 1, 13)"),
        Engine::Postgres => format!("to_char({instant}, 'YYYY-MM-DD HH24')"),
    }
}

/// `2026-11-21`.
fn day(engine: Engine, instant: &str) -> String {
    match engine {
        Engine::Sqlite => format!("substr({instant}, 1, 10)"),
        Engine::Postgres => format!("to_char({instant}, 'YYYY-MM-DD')"),
    }
}
