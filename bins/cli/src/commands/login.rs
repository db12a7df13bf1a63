//! `certctl login`: checks a key and keeps it.

use crate::contexts::{self, Saved};
use crate::exit::Usage;
use crate::session::Connection;
use crate::{input, output};
use anyhow::{Context as _, anyhow};
use certctl_client::ClientError;
use certctl_crypto::SecretString;
use clap::{Arg, ArgMatches, Command};

pub(super) fn command() -> Command {
    Command::new("login").about("Check a key and keep it, with its server, as a context").arg(
        Arg::new("name").long("name").value_name("NAME").default_value("default").help("Name of the context"),
    )
}

pub(super) async fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let mut connection = Connection::of(matches)?;
    // A key that was saved before is not the one to log in with.
    let given = matches.contains_id("api-key") || matches.contains_id("api-key-file");
    if !given {
        let key = input::secret(None, &format!("API key for {}", connection.server))?;
        connection.key = Some(SecretString::new(key.trim()));
    }
    let key = connection.key.clone().filter(|key| !key.expose().is_empty());
    let key = key.ok_or_else(|| anyhow!(Usage("no key was given".to_owned())))?;
    let identity = match connection.client()?.system().auth_check().await {
        Ok(identity) => identity,
        Err(error @ ClientError::Api { status: 401, .. }) => {
            return Err(
                anyhow::Error::new(error).context("the server does not accept this key; nothing was saved")
            );
        }
        Err(error) => return Err(error.into()),
    };
    let path = contexts::path(matches).context("there is no home directory; name one with --config-dir")?;
    let name = matches.get_one::<String>("name").context("no name")?;
    let ca_bundle = match &connection.ca_bundle {
        Some(file) => Some(std::path::absolute(file)?),
        None => None,
    };
    let mut file = contexts::load(&path)?;
    let saved = Saved { server: connection.server.clone(), api_key: key.expose().to_owned(), ca_bundle };
    file.contexts.insert(name.clone(), saved);
    file.current = Some(name.clone());
    contexts::save(&path, &file)?;
    output::write(&format!(
        "Logged in to {} as {}; saved as context {name}.\n",
        connection.server, identity.user
    ))
}
