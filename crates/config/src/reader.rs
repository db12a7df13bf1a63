//! Looks keys up in the three layers, collects what is wrong and remembers what was found.

use crate::env::EnvSource;
use crate::error::ConfigError;
use crate::file::FileValues;
use crate::key::{Default as KeyDefault, Key, Kind};
use crate::value::Refusal;
use crate::{DatabaseUrl, value};
use certctl_crypto::SecretString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One effective setting, safe to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Environment variable.
    pub env: &'static str,
    /// Dotted path in the TOML file.
    pub toml: &'static str,
    /// The value, `[redacted]` for secrets, `None` when not set.
    pub value: Option<String>,
    /// Where it comes from: `default`, `environment`, or a file.
    pub origin: String,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{} = {value}  ({})", self.env, self.origin),
            None => write!(f, "{} is not set", self.env),
        }
    }
}

/// A text with the place it was found at.
struct Found {
    text: String,
    /// Variable or key, for errors.
    place: String,
    origin: String,
}

/// The state of one load.
#[derive(Debug)]
pub(crate) struct Reader<'e> {
    env: &'e dyn EnvSource,
    file: Option<(&'e Path, FileValues)>,
    pub(crate) errors: Vec<ConfigError>,
    pub(crate) warnings: Vec<String>,
    pub(crate) settings: Vec<Setting>,
}

impl<'e> Reader<'e> {
    pub(crate) fn new(env: &'e dyn EnvSource, file: Option<(&'e Path, FileValues)>) -> Self {
        Self { env, file, errors: Vec::new(), warnings: Vec::new(), settings: Vec::new() }
    }

    /// The value of `key`, or its default. What is wrong is recorded and replaced by the default, so
    /// that reading goes on.
    pub(crate) fn value<T: Default>(
        &mut self,
        key: &'static Key,
        parse: impl Fn(&str) -> Result<T, Refusal>,
    ) -> T {
        let default = match key.default {
            KeyDefault::Value(text) => parse(text).unwrap_or_default(),
            KeyDefault::Computed(_) | KeyDefault::Unset => T::default(),
        };
        self.optional(key, parse).unwrap_or(default)
    }

    /// The value of `key` if it is set and right.
    pub(crate) fn optional<T>(
        &mut self,
        key: &'static Key,
        parse: impl Fn(&str) -> Result<T, Refusal>,
    ) -> Option<T> {
        let found = self.find(key);
        let (value, origin) = match (&found, key.default) {
            (Some(found), _) => (Some(shown(key, &found.text)), found.origin.clone()),
            (None, KeyDefault::Value(text)) => (Some(text.to_owned()), "default".to_owned()),
            (None, _) => (None, "default".to_owned()),
        };
        self.settings.push(Setting { env: key.env, toml: key.toml, value, origin });
        let Found { text, place, .. } = found?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(refusal) => {
                self.errors.push(refused(key, place, &text, refusal));
                None
            }
        }
    }

    /// Shows `value` as the default of `key` that was worked out from other keys.
    pub(crate) fn computed(&mut self, key: &Key, value: String) {
        if let Some(setting) = self.settings.iter_mut().find(|setting| setting.env == key.env) {
            setting.value.get_or_insert(value);
        }
    }

    pub(crate) fn path(&mut self, key: &'static Key) -> Option<PathBuf> {
        self.optional(key, |text| Ok(PathBuf::from(text)))
    }

    pub(crate) fn span(&mut self, key: &'static Key) -> Duration {
        self.value(key, |text| value::span(text, key.kind))
    }

    pub(crate) fn integer<T: TryFrom<u64> + Default>(&mut self, key: &'static Key) -> T {
        self.value(key, |text| value::integer(text, key.kind))
    }

    pub(crate) fn secret(&mut self, key: &'static Key) -> Option<SecretString> {
        self.optional(key, |text| match key.kind {
            Kind::Secret { min_bytes } if text.len() < min_bytes => {
                Err(Refusal::because(format!("it has {} bytes", text.len())))
            }
            _ => Ok(SecretString::new(text)),
        })
    }

    /// Two paths that only make sense together.
    pub(crate) fn pair(&mut self, first: &'static Key, second: &'static Key) -> Option<(PathBuf, PathBuf)> {
        match (self.path(first), self.path(second)) {
            (Some(one), Some(other)) => Some((one, other)),
            (None, None) => None,
            (one, _) => {
                let (missing, present) = if one.is_some() { (second, first) } else { (first, second) };
                self.wrong(missing, format!("it must be set because {} is set", present.env), None);
                None
            }
        }
    }

    /// Records an error that concerns `key` but not its text.
    pub(crate) fn wrong(&mut self, key: &Key, problem: String, hint: Option<String>) {
        self.errors.push(ConfigError { place: key.env.to_owned(), problem, hint });
    }

    fn find(&mut self, key: &Key) -> Option<Found> {
        self.in_environment(key).or_else(|| self.in_file(key))
    }

    fn in_environment(&mut self, key: &Key) -> Option<Found> {
        let direct = self.variable(key.env);
        let by_file_name = format!("{}_FILE", key.env);
        let by_file = if key.is_secret() { self.variable(&by_file_name) } else { None };
        match (direct, by_file) {
            (Some(_), Some(_)) => {
                let problem = format!("it is set together with {by_file_name}");
                self.wrong(key, problem, Some(format!("Keep either {} or {by_file_name}.", key.env)));
                None
            }
            (Some(text), None) => {
                Some(Found { text, place: key.env.to_owned(), origin: "environment".to_owned() })
            }
            (None, Some(path)) => self.in_secret_file(by_file_name, &path),
            (None, None) => None,
        }
    }

    fn in_file(&mut self, key: &Key) -> Option<Found> {
        let (path, values) = self.file.as_ref()?;
        let place = |name: &str| format!("{}: {name}", path.display());
        if let Some(text) = values.get(key.toml).filter(|text| !text.is_empty()) {
            return Some(Found {
                text: text.clone(),
                place: place(key.toml),
                origin: path.display().to_string(),
            });
        }
        let by_file_name = format!("{}_file", key.toml);
        let secret_path =
            values.get(&by_file_name).filter(|text| key.is_secret() && !text.is_empty())?.clone();
        let place = place(&by_file_name);
        self.in_secret_file(place, &secret_path)
    }

    fn in_secret_file(&mut self, place: String, path: &str) -> Option<Found> {
        let problem = match std::fs::read_to_string(path) {
            Ok(text) => match text.trim_end_matches(['\r', '\n']) {
                "" => format!("the file {path} is empty"),
                text => return Some(Found { text: text.to_owned(), place, origin: format!("file {path}") }),
            },
            Err(error) => format!("the file {path} cannot be read: {error}"),
        };
        self.errors.push(ConfigError { place, problem, hint: None });
        None
    }

    /// A variable that is set to something; the empty text counts as not set.
    fn variable(&mut self, name: &str) -> Option<String> {
        let Ok(text) = self.env.get(name)?.into_string() else {
            let problem = "the value is not valid Unicode".to_owned();
            self.errors.push(ConfigError { place: name.to_owned(), problem, hint: None });
            return None;
        };
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }
}

/// The text as far as it may be printed.
fn shown(key: &Key, text: &str) -> String {
    match key.kind {
        Kind::DatabaseUrl => {
            DatabaseUrl::parse(text).map_or_else(|_| "[redacted]".to_owned(), |url| url.to_string())
        }
        _ if key.is_secret() => "[redacted]".to_owned(),
        _ => text.to_owned(),
    }
}

fn refused(key: &Key, place: String, text: &str, refusal: Refusal) -> ConfigError {
    let subject = if key.is_secret() { "the value".to_owned() } else { format!("`{}`", shown(key, text)) };
    let reason = refusal.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let problem = format!("{subject} is not allowed{reason}; expected {}", key.kind.allowed());
    ConfigError { place, problem, hint: refusal.hint }
}
