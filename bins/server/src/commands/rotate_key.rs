//! `rotate-key`: seals every stored secret with a new master key. Safe to repeat after a crash.

use super::{check_master_key, foundation};
use crate::database::Access;
use crate::{Environment, master_key, output};
use certctl_config::ServerConfig;
use certctl_crypto::MasterKey;
use certctl_lifecycle::{Exit, Explain};
use certctl_service::rotate::rotate_keys;
use certctl_service::{Foundation, Secrets};
use std::sync::Arc;

pub(crate) async fn run(config: &ServerConfig, environment: &Environment) -> anyhow::Result<()> {
    let base = foundation(config, environment, Access::Exclusive).await?;
    check_master_key(config, &base.store).await?;
    if config.encryption.key.is_some() {
        if config.encryption.previous.is_none() {
            return Err(anyhow::anyhow!("there is no second key to rotate from"))
                .hint("set CERTCTL_CONFIG_ENCRYPTION_KEY to the new key and CERTCTL_CONFIG_ENCRYPTION_KEY_PREVIOUS to the old one, restart every server with both, then run this command")
                .exit_with(Exit::Configuration);
        }
        reseal(config, &base).await?;
        return output::line("CERTCTL_CONFIG_ENCRYPTION_KEY_PREVIOUS is no longer needed");
    }
    let path = master_key::path(config);
    let old = std::fs::read_to_string(&path)?;
    let fresh = MasterKey::generate()?;
    let both = format!("{}\n{old}", fresh.expose().trim_end());
    master_key::write_private(&path, &both, true)?;
    reseal(config, &base).await?;
    let only =
        format!("# certctl master key: keep a copy apart from the database\n{}\n", fresh.expose().trim_end());
    master_key::write_private(&path, &only, true)?;
    output::line(&format!("{} holds only the new key now; back it up", path.display()))
}

async fn reseal(config: &ServerConfig, base: &Foundation) -> anyhow::Result<()> {
    let keyring = Arc::new(master_key::load(config, &base.store).await?);
    for column in rotate_keys(base, &Secrets::new(keyring)).await? {
        let (table, name) = column.column.names();
        output::line(&format!(
            "{table}.{name}: {} sealed anew, {} current",
            column.resealed, column.current
        ))?;
        if !column.unreadable.is_empty() {
            let rows = column.unreadable.iter().map(|(row, _)| row.as_str()).collect::<Vec<_>>().join(", ");
            return Err(anyhow::anyhow!(
                "{table}.{name} cannot be opened with any known key in the rows {rows}"
            ))
            .hint("keep the old key: these secrets were sealed with another one, or are damaged");
        }
    }
    Ok(())
}
