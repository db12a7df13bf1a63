//! What targets made of files have in common in their configuration.

use certctl_connector_api::command::Argv;
use certctl_connector_api::schema::{duration, parse_mode};
use certctl_connector_api::{ConfigError, Field, FieldType, RawConfig};
use certctl_deploy::probe::Endpoint;
use certctl_deploy::{FileAccess, Verify};
use serde::Deserialize;
use std::path::{Component, PathBuf};
use std::time::Duration;

const LONGEST_PATH: usize = 4096;
/// Longer spans are mistakes, often nanoseconds read as seconds.
const LONGEST_WAIT: Duration = Duration::from_mins(10);
const MOST_BACKUPS: i64 = 100;

/// Fields of `verify`.
pub(crate) const VERIFY: &[Field] = &[
    Field::optional(
        "enabled",
        FieldType::Boolean,
        "true",
        "Whether to look at what is served after a deployment.",
    ),
    Field::optional("endpoint", FieldType::Text, "", "Where to look, host:port."),
    Field::optional("sni", FieldType::Text, "", "Server name to ask for; the host when empty."),
    Field::optional(
        "timeout",
        FieldType::Duration,
        "30s",
        "Time until the new certificate must be served, at most 10m.",
    ),
];

/// `verify` as configured.
#[derive(Debug, Deserialize)]
pub(crate) struct VerifySection {
    #[serde(default = "yes")]
    enabled: bool,
    #[serde(default)]
    endpoint: String,
    #[serde(default)]
    sni: String,
    #[serde(default = "thirty_seconds", deserialize_with = "duration::deserialize")]
    timeout: Duration,
}

impl VerifySection {
    /// `post_deploy_verify` comes from configurations that wrote the timeout in nanoseconds. A
    /// number of seconds that large would be more than eleven days.
    pub(crate) fn with_nanoseconds(mut self) -> Self {
        if self.timeout >= Duration::from_secs(1_000_000) {
            self.timeout = Duration::from_nanos(self.timeout.as_secs());
        }
        self
    }
}

/// A command as configured.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum CommandText {
    Words(Vec<String>),
    Text(String),
}

pub(crate) const fn yes() -> bool {
    true
}

pub(crate) const fn thirty_seconds() -> Duration {
    Duration::from_secs(30)
}

/// Collects problems while typed values are made, so that all are reported at once.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<ConfigError>);

impl Problems {
    pub(crate) fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(ConfigError::new(field, message));
    }

    fn keep<T, E: std::fmt::Display>(&mut self, field: &str, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.add(field, error.to_string())).ok()
    }

    /// The value, if nothing was wrong.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Vec<ConfigError>> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self.0),
        }
    }

    /// A path of a file; none when the text is empty.
    pub(crate) fn file_path(&mut self, field: &str, text: &str) -> Option<PathBuf> {
        let path = PathBuf::from(text);
        let plain = |part: Component<'_>| matches!(part, Component::RootDir | Component::Normal(_));
        let reserved = |part: Component<'_>| part.as_os_str() == ".certctl";
        if text.is_empty() {
            return None;
        } else if text.len() > LONGEST_PATH || text.chars().any(char::is_control) {
            self.add(field, "must be at most 4096 bytes long and free of control characters");
        } else if !path.is_absolute() || !path.components().all(plain) {
            self.add(field, "must be an absolute path without `..`");
        } else if text.ends_with('/') || path.file_name().is_none() {
            self.add(field, "must name a file, not a directory");
        } else if path.components().any(reserved) {
            self.add(field, "must not lie in a `.certctl` directory, where generations are kept");
        }
        Some(path)
    }

    /// `<prefix>_mode`, `<prefix>_owner` and `<prefix>_group`; empty texts count as not given.
    pub(crate) fn access(&mut self, prefix: &str, config: &RawConfig) -> FileAccess {
        let text = |suffix: &str| {
            let value =
                config.fields().get(&format!("{prefix}_{suffix}")).and_then(serde_json::Value::as_str);
            value.filter(|text| !text.is_empty()).map(ToOwned::to_owned)
        };
        let (mode, owner, group) = (text("mode"), text("owner"), text("group"));
        let fits = |name: &str| {
            name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.$".contains(c))
        };
        for (suffix, name) in [("owner", &owner), ("group", &group)] {
            if !name.as_deref().is_none_or(fits) {
                self.add(&format!("{prefix}_{suffix}"), "must be a name or a decimal id");
            }
        }
        FileAccess { mode: mode.as_deref().and_then(parse_mode), owner, group }
    }

    /// A command that must be there.
    pub(crate) fn required_command(&mut self, field: &str, command: CommandText) -> Option<Argv> {
        let before = self.0.len();
        let command = self.command(field, Some(command));
        if command.is_none() && self.0.len() == before {
            self.add(field, "this field is required");
        }
        command
    }

    /// A command; none when it is absent or empty.
    pub(crate) fn command(&mut self, field: &str, command: Option<CommandText>) -> Option<Argv> {
        let parsed = match command? {
            CommandText::Words(words) if words.is_empty() => return None,
            CommandText::Text(text) if text.trim().is_empty() => return None,
            CommandText::Words(words) => Argv::new(words),
            CommandText::Text(text) => Argv::parse(&text),
        };
        self.keep(field, parsed)
    }

    /// Where to look; none when switched off.
    pub(crate) fn verify(&mut self, field: &str, section: Option<VerifySection>) -> Option<Verify> {
        let section = section.filter(|section| section.enabled)?;
        let timeout = self.wait(&format!("{field}.timeout"), section.timeout);
        if section.endpoint.is_empty() {
            self.add(&format!("{field}.endpoint"), "this field is required unless `enabled` is false");
            return None;
        }
        let mut endpoint = self.keep(&format!("{field}.endpoint"), Endpoint::parse(&section.endpoint))?;
        if !section.sni.is_empty() {
            endpoint = self.keep(&format!("{field}.sni"), endpoint.with_sni(&section.sni))?;
        }
        Some(Verify { endpoint, timeout })
    }

    /// A time to wait.
    pub(crate) fn wait(&mut self, field: &str, span: Duration) -> Duration {
        if span.is_zero() || span > LONGEST_WAIT {
            self.add(field, "must be between 1s and 10m; a number without unit means seconds");
        }
        span
    }

    /// Number of older generations to keep.
    pub(crate) fn retention(&mut self, field: &str, count: i64) -> usize {
        if !(0..=MOST_BACKUPS).contains(&count) {
            self.add(field, format!("must be between 0 and {MOST_BACKUPS}"));
        }
        usize::try_from(count).unwrap_or_default()
    }
}
