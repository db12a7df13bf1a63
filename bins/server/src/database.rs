//! Opening the configured database.

use certctl_config::ServerConfig;
use certctl_lifecycle::Explain;
use certctl_repository_diesel::{
    DatabaseOptions, DatabaseUrl, DieselStore, Migrations, NoObserver, TxObserver, open,
};
use std::sync::Arc;

/// Who opens the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// The server: alone on SQLite.
    Server,
    /// A short command, beside a running server.
    Command,
    /// A command that needs the server to be stopped on SQLite.
    Exclusive,
}

/// The database's address in the form of the storage crate.
pub(crate) fn url(config: &ServerConfig) -> anyhow::Result<DatabaseUrl> {
    Ok(config.database.url.expose().parse()?)
}

/// Opens the database for the server, counting its transactions.
pub(crate) async fn open_for(
    config: &ServerConfig,
    access: Access,
    observer: Option<Arc<dyn TxObserver>>,
) -> anyhow::Result<DieselStore> {
    let url = url(config)?;
    let options = DatabaseOptions {
        max_connections: config.database.max_conns,
        migrations: if config.database.auto_migrate { Migrations::Apply } else { Migrations::Require },
        application_name: "certctl-server".to_owned(),
        exclusive: access != Access::Command,
        observer: observer.unwrap_or_else(|| Arc::new(NoObserver)),
        ..DatabaseOptions::new(url)
    };
    match open(options).await {
        Ok(store) => Ok(store),
        Err(error) => {
            let hint = error.hint();
            Err(error).hint(hint)
        }
    }
}
