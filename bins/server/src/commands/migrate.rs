//! `migrate`: brings the schema up to date, or says what is missing.

use crate::{database, output};
use certctl_config::ServerConfig;
use certctl_lifecycle::Explain;
use certctl_repository_diesel::{OpenError, migrate, migration_status};

pub(crate) fn run(config: &ServerConfig, check: bool) -> anyhow::Result<()> {
    let url = database::url(config)?;
    // This blocks; the process does nothing else.
    let status = match if check { migration_status(&url) } else { migrate(&url) } {
        Ok(status) => status,
        Err(error) => {
            let hint = OpenError::hint(&error);
            return Err(error).hint(hint);
        }
    };
    for name in &status.applied {
        output::line(&format!("applied  {name}"))?;
    }
    for name in &status.pending {
        output::line(&format!("pending  {name}"))?;
    }
    if status.pending.is_empty() {
        return output::line("the schema is up to date");
    }
    Err(anyhow::anyhow!("{} migrations are pending", status.pending.len()))
        .hint("run `certctl-server migrate`")
}
