//! `backup`: a consistent copy of the SQLite database, beside a running server.

use crate::database::{Access, open_for};
use crate::output;
use certctl_config::ServerConfig;
use std::path::Path;

pub(crate) async fn run(config: &ServerConfig, to: &Path) -> anyhow::Result<()> {
    open_for(config, Access::Command, None).await?.backup_to(to).await?;
    output::line(&format!("wrote {}", to.display()))?;
    output::line(
        "the copy holds sealed secrets; keep the master key apart from it, without the key they cannot be opened",
    )
}
