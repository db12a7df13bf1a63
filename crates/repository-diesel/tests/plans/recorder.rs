//! Records statements as they are sent, and asks the engines how they would run them.

use certctl_repository_diesel::Engine;
use certctl_repository_diesel::internals::{AnyConn, connect, engine};
use certctl_testkit::TestStore;
use diesel::connection::{
    Instrumentation, InstrumentationEvent, SimpleConnection, set_default_instrumentation,
};
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use std::sync::Mutex;

/// Statements since the last start; absent while nothing is recorded.
static STATEMENTS: Mutex<Option<Vec<String>>> = Mutex::new(None);

pub(crate) struct Recorder;

impl Recorder {
    /// Every connection that is made from now on is recorded.
    pub(crate) fn install() -> Self {
        #[expect(clippy::unnecessary_wraps, reason = "diesel asks for an option")]
        fn instrumentation() -> Option<Box<dyn Instrumentation>> {
            Some(Box::new(|event: InstrumentationEvent<'_>| {
                if let InstrumentationEvent::StartQuery { query, .. } = event
                    && let Some(statements) = &mut *STATEMENTS.lock().unwrap()
                {
                    statements.push(query.to_string());
                }
            }))
        }
        set_default_instrumentation(instrumentation).unwrap();
        Self
    }

    #[expect(clippy::unused_self, reason = "nothing is recorded before it is installed")]
    pub(crate) fn start(&self) {
        *STATEMENTS.lock().unwrap() = Some(Vec::new());
    }

    #[expect(clippy::unused_self, reason = "nothing is recorded before it is installed")]
    /// What was sent, without what only steers the session, and without the values.
    pub(crate) fn stop(&self) -> Vec<String> {
        let statements = STATEMENTS.lock().unwrap().take().unwrap();
        let plain = |text: String| match text.rsplit_once(" -- binds: ") {
            Some((statement, _)) => statement.to_owned(),
            None => text,
        };
        let explainable = |text: &String| {
            ["SELECT", "UPDATE", "DELETE", "INSERT"].iter().any(|verb| text.trim_start().starts_with(verb))
        };
        // Asked for none of them.
        let nothing = |text: &String| text.contains("(1=0)") || text.contains("WHERE FALSE");
        statements.into_iter().map(plain).filter(explainable).filter(|text| !nothing(text)).collect()
    }
}

#[derive(QueryableByName)]
struct SqliteLine {
    #[diesel(sql_type = Integer)]
    #[expect(dead_code, reason = "read by position")]
    id: i32,
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct PostgresLine {
    #[diesel(sql_type = Text)]
    #[diesel(column_name = "QUERY PLAN")]
    plan: String,
}

/// The plan for any values, on a connection of its own. PostgreSQL is told that reading a table whole
/// costs a fortune, because its tables are small here.
pub(crate) fn explain(db: &TestStore, statement: &str) -> Vec<String> {
    let mut conn = connect(db.url()).unwrap();
    match (engine(&conn), &mut conn) {
        (Engine::Sqlite, AnyConn::Sqlite(conn)) => {
            diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}"))
                .load::<SqliteLine>(conn)
                .expect(statement)
                .into_iter()
                .map(|line| line.detail)
                .collect()
        }
        (_, AnyConn::Postgres(conn)) => {
            conn.batch_execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan").unwrap();
            conn.batch_execute(&format!("PREPARE asked AS {statement}")).expect(statement);
            let most = (1..100).rev().find(|n| statement.contains(&format!("${n}"))).unwrap_or(0);
            let values = vec!["NULL"; most].join(", ");
            let execute = if most == 0 { "asked".to_owned() } else { format!("asked({values})") };
            diesel::sql_query(format!("EXPLAIN EXECUTE {execute}"))
                .load::<PostgresLine>(conn)
                .expect(statement)
                .into_iter()
                .map(|line| line.plan)
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Indexes that hold only notifications that are on their way or reached nobody.
const PARTIAL: [&str; 2] = ["notification_events_lane", "notification_events_no_notifier"];

/// Whether a line of a plan reads a table, or an index of it, from one end to the other without an
/// order that lets it stop.
pub(crate) fn reads_whole(line: &str, allowed: &[&str]) -> bool {
    let line = line.trim();
    let table = if let Some((_, rest)) = line.split_once("Seq Scan on ") {
        rest
    } else if let Some(rest) = line.strip_prefix("SCAN ") {
        // An index of what is not done, however much is.
        if PARTIAL.iter().any(|index| rest.ends_with(index)) {
            return false;
        }
        // In the order of an index: the statement has a limit.
        if rest.contains(" USING INDEX ") || rest.contains("VIRTUAL TABLE") || rest.starts_with('(') {
            return false;
        }
        rest
    } else {
        return false;
    };
    if table.ends_with("VALUES CLAUSE") {
        return false; // rows of an INSERT
    }
    let table = table.split(' ').next().unwrap_or_default();
    !allowed.contains(&table) && !["CONSTANT", "parts"].contains(&table)
}
