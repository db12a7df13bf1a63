//! Server, key and output of one call, from flags, environment and contexts.

use crate::contexts::{self, Saved};
use crate::exit::Usage;
use crate::output::{Format, Printer};
use anyhow::{Context as _, anyhow};
use certctl_client::Client;
use certctl_crypto::SecretString;
use clap::ArgMatches;
use clap::parser::ValueSource;
use std::path::{Path, PathBuf};

const DEFAULT_SERVER: &str = "https://localhost:8443";

/// What every command needs.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) printer: Printer,
    pub(crate) yes: bool,
}

/// How to reach the server, before a client is made of it.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) server: String,
    pub(crate) key: Option<SecretString>,
    pub(crate) ca_bundle: Option<PathBuf>,
    pub(crate) insecure: bool,
}

/// The printer that the flags ask for.
pub(crate) fn printer(matches: &ArgMatches) -> Printer {
    Printer { format: matches.get_one::<Format>("output").copied().unwrap_or(Format::Table) }
}

/// Whether questions are answered with yes.
pub(crate) fn yes(matches: &ArgMatches) -> bool {
    matches.get_flag("yes")
}

impl Session {
    pub(crate) fn open(matches: &ArgMatches) -> anyhow::Result<Self> {
        let client = Connection::of(matches)?.client()?;
        Ok(Self { client, printer: printer(matches), yes: yes(matches) })
    }
}

impl Connection {
    /// From flags and environment first, then from the context. A context's key goes to the
    /// context's server only.
    pub(crate) fn of(matches: &ArgMatches) -> anyhow::Result<Self> {
        let saved = context(matches)?;
        let named = matches.get_one::<String>("server").cloned();
        let elsewhere = matches!((&named, &saved), (Some(named), Some(saved)) if *named != saved.server);
        let saved = saved.filter(|_| !elsewhere);
        Ok(Self {
            key: match key(matches)? {
                Some(key) => Some(key),
                None => saved.as_ref().map(|saved| SecretString::new(&*saved.api_key)),
            },
            ca_bundle: match matches.get_one::<PathBuf>("ca-bundle") {
                Some(file) => Some(file.clone()),
                None => saved.as_ref().and_then(|saved| saved.ca_bundle.clone()),
            },
            server: named.or(saved.map(|saved| saved.server)).unwrap_or_else(|| DEFAULT_SERVER.to_owned()),
            insecure: matches.get_flag("insecure"),
        })
    }

    pub(crate) fn client(&self) -> anyhow::Result<Client> {
        let mut builder = Client::builder(&*self.server)
            .user_agent(concat!("certctl/", env!("CARGO_PKG_VERSION")))
            .insecure_skip_verify(self.insecure)
            .proxy_from_environment();
        if let Some(key) = &self.key {
            builder = builder.token(key.clone());
        }
        if let Some(file) = &self.ca_bundle {
            builder = builder.ca_bundle_pem(read_bundle(file)?);
        }
        builder.build().map_err(|error| {
            anyhow::Error::new(error).context(Usage(format!("cannot use the server {}", self.server)))
        })
    }
}

fn read_bundle(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("cannot read the CA bundle {}", file.display()))
}

fn context(matches: &ArgMatches) -> anyhow::Result<Option<Saved>> {
    let named = matches.get_one::<String>("context");
    let Some(path) = contexts::path(matches) else { return Ok(None) };
    let mut file = contexts::load(&path)?;
    let Some(name) = named.cloned().or(file.current.take()) else { return Ok(None) };
    match file.contexts.remove(&name) {
        Some(saved) => Ok(Some(saved)),
        None => {
            Err(anyhow!(Usage(format!("there is no context {name}; `certctl context list` shows them all"))))
        }
    }
}

fn key(matches: &ArgMatches) -> anyhow::Result<Option<SecretString>> {
    if let Some(key) = matches.get_one::<String>("api-key") {
        if matches.value_source("api-key") == Some(ValueSource::CommandLine) {
            crate::output::note(
                "warning: other users of this machine can see a key on the command line; use CERTCTL_API_KEY, --api-key-file or `certctl login`",
            );
        }
        return Ok(Some(SecretString::new(key.trim())));
    }
    match matches.get_one::<PathBuf>("api-key-file") {
        Some(file) => {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("cannot read the key file {}", file.display()))?;
            Ok(Some(SecretString::new(text.trim())))
        }
        None => Ok(None),
    }
}
