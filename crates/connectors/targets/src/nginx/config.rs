//! Configuration of an nginx target.

use super::{CERT, CHAIN, KEY};
use crate::fields::{CommandText, Problems, VERIFY, VerifySection, thirty_seconds, yes};
use certctl_connector_api::command::Argv;
use certctl_connector_api::schema::duration;
use certctl_connector_api::{ConfigError, ConfigSchema, Field, FieldType, RawConfig};
use certctl_deploy::{Destination, FileTargetSettings, Verify};
use serde::Deserialize;
use std::time::Duration;

pub(super) const SCHEMA: ConfigSchema = ConfigSchema {
    fields: &[
        Field::required("cert_path", FieldType::Text, "File named by `ssl_certificate`."),
        Field::optional(
            "key_path",
            FieldType::Text,
            "",
            "File named by `ssl_certificate_key`; no key is written when empty.",
        ),
        Field::optional(
            "chain_path",
            FieldType::Text,
            "",
            "File named by `ssl_trusted_certificate`; not written when empty.",
        ),
        Field::optional(
            "fullchain",
            FieldType::Boolean,
            "true",
            "Whether cert_path holds the intermediates after the leaf.",
        ),
        Field::required(
            "reload_command",
            FieldType::Command,
            "Makes nginx read its files again, for example `nginx -s reload`.",
        ),
        Field::optional(
            "validate_command",
            FieldType::Command,
            "",
            "Checks the configuration with the new files, for example `nginx -t`.",
        ),
        Field::optional("command_timeout", FieldType::Duration, "30s", "Time for each command, at most 10m."),
        Field::optional(
            "verify",
            FieldType::Object(VERIFY),
            "",
            "Looks at the certificate nginx serves after the reload.",
        ),
        Field::optional("post_deploy_verify", FieldType::Object(VERIFY), "", "Another name of `verify`."),
        Field::optional(
            "backup_retention",
            FieldType::Integer,
            "3",
            "Earlier generations to keep; 0 keeps none.",
        ),
        Field::optional(
            "cert_file_mode",
            FieldType::FileMode,
            "0644",
            "Mode of cert_path; that of the existing file when not given.",
        ),
        Field::optional(
            "cert_file_owner",
            FieldType::Text,
            "",
            "Owner of cert_path, name or id; that of the existing file when empty.",
        ),
        Field::optional(
            "cert_file_group",
            FieldType::Text,
            "",
            "Group of cert_path, name or id; that of the existing file when empty.",
        ),
        Field::optional(
            "key_file_mode",
            FieldType::FileMode,
            "0600",
            "Mode of key_path; that of the existing file when not given.",
        ),
        Field::optional(
            "key_file_owner",
            FieldType::Text,
            "",
            "Owner of key_path, name or id; that of the existing file when empty.",
        ),
        Field::optional(
            "key_file_group",
            FieldType::Text,
            "",
            "Group of key_path, name or id; that of the existing file when empty.",
        ),
        Field::optional(
            "chain_file_mode",
            FieldType::FileMode,
            "0644",
            "Mode of chain_path; that of the existing file when not given.",
        ),
        Field::optional(
            "chain_file_owner",
            FieldType::Text,
            "",
            "Owner of chain_path, name or id; that of the existing file when empty.",
        ),
        Field::optional(
            "chain_file_group",
            FieldType::Text,
            "",
            "Group of chain_path, name or id; that of the existing file when empty.",
        ),
    ],
};

/// The document as it is written; absent and null are the same. Modes and owners are read by name.
#[derive(Debug, Deserialize)]
struct Document {
    cert_path: String,
    key_path: Option<String>,
    chain_path: Option<String>,
    fullchain: Option<bool>,
    reload_command: CommandText,
    validate_command: Option<CommandText>,
    command_timeout: Option<Span>,
    verify: Option<VerifySection>,
    post_deploy_verify: Option<VerifySection>,
    backup_retention: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Span(#[serde(deserialize_with = "duration::deserialize")] Duration);

/// A checked configuration.
#[derive(Debug)]
pub(super) struct NginxConfig {
    pub(super) fullchain: bool,
    destinations: Vec<Destination>,
    validate: Option<Argv>,
    reload: Argv,
    command_timeout: Duration,
    verify: Option<Verify>,
    retention: usize,
}

impl NginxConfig {
    /// Reads and checks everything that can be checked without the host.
    pub(super) fn read(config: &RawConfig) -> Result<Self, Vec<ConfigError>> {
        SCHEMA.check(config)?;
        let document: Document = config.decode().map_err(|error| vec![error])?;
        let mut problems = Problems::default();
        if document.verify.is_some() && document.post_deploy_verify.is_some() {
            problems.add("post_deploy_verify", "is another name of `verify`; give only one of them");
        }
        let (section, verify) = match document.verify {
            None => ("post_deploy_verify", document.post_deploy_verify.map(VerifySection::with_nanoseconds)),
            given => ("verify", given),
        };
        let reload = problems.required_command("reload_command", document.reload_command);
        let paths = [
            (CERT, Some(document.cert_path.as_str())),
            (KEY, document.key_path.as_deref()),
            (CHAIN, document.chain_path.as_deref()),
        ];
        let destinations =
            paths.into_iter().filter_map(|(name, path)| destination(&mut problems, config, name, path?));
        let destinations: Vec<_> = destinations.collect();
        check_paths(&mut problems, &destinations);
        let validate = problems.command("validate_command", document.validate_command);
        let timeout = document.command_timeout.map_or(thirty_seconds(), |span| span.0);
        let command_timeout = problems.wait("command_timeout", timeout);
        let verify = problems.verify(section, verify);
        let retention = problems.retention("backup_retention", document.backup_retention.unwrap_or(3));
        let config = reload.map(|reload| Self {
            fullchain: document.fullchain.unwrap_or_else(yes),
            destinations,
            validate,
            reload,
            command_timeout,
            verify,
            retention,
        });
        problems.finish(config)
    }

    pub(super) fn into_settings(self) -> FileTargetSettings {
        FileTargetSettings {
            destinations: self.destinations,
            validate: self.validate,
            reload: self.reload,
            command_timeout: self.command_timeout,
            verify: self.verify,
            retention: self.retention,
        }
    }
}

fn destination(
    problems: &mut Problems,
    config: &RawConfig,
    name: &'static str,
    path: &str,
) -> Option<Destination> {
    let path = problems.file_path(&format!("{name}_path"), path)?;
    let wanted = problems.access(&format!("{name}_file"), config);
    let secret = name == KEY;
    Some(Destination { name, path, secret, default_mode: if secret { 0o600 } else { 0o644 }, wanted })
}

fn check_paths(problems: &mut Problems, destinations: &[Destination]) {
    if destinations.iter().all(|destination| destination.name != CERT) {
        problems.add("cert_path", "this field is required");
    }
    for (position, destination) in destinations.iter().enumerate() {
        if destinations.iter().take(position).any(|other| other.path == destination.path) {
            problems.add(&format!("{}_path", destination.name), "is the path of another file of this target");
        }
    }
}
