//! Statements outside any store: what an installer or a test needs before a database exists.

use crate::manager::SqliteRole;
use crate::options::DatabaseUrl;
use diesel::connection::SimpleConnection;
use std::error::Error;
use std::time::Duration;

/// Runs `statements` one after the other on a connection of their own, outside a transaction.
/// Blocks.
pub fn execute(url: &DatabaseUrl, statements: &[&str]) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut conn = url.endpoint(SqliteRole::Writer, "certctl-provision", Duration::ZERO).connect()?;
    for statement in statements {
        conn.batch_execute(statement)?;
    }
    Ok(())
}
