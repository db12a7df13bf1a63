//! The declaration of one configuration key.

use crate::value::span_text;
use std::time::Duration;

/// One key: its names, what it accepts, what it means without a value, what it is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    /// Environment variable.
    pub(crate) env: &'static str,
    /// Dotted path in the TOML file.
    pub(crate) toml: &'static str,
    /// What it accepts.
    pub(crate) kind: Kind,
    /// What holds when it is not set.
    pub(crate) default: Default,
    /// Value in the sample file; the default when `None`.
    pub(crate) example: Option<&'static str>,
    /// Documentation: full sentences.
    pub(crate) text: &'static str,
}

/// What holds when a key is not set.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Default {
    /// This text, read like a value.
    Value(&'static str),
    /// Something that depends on other keys, described in words.
    Computed(&'static str),
    /// Nothing: the feature is off.
    Unset,
}

/// What a key accepts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Host,
    HostList,
    NetworkList,
    OriginList,
    WebAddress,
    MailList,
    SocketAddress,
    Path,
    Text,
    Flag,
    Choice(&'static [&'static str]),
    ChoiceList(&'static [&'static str]),
    Integer { min: u64, max: u64 },
    Span { min: Duration },
    LogLevel,
    DatabaseUrl,
    Secret { min_bytes: usize },
    SecretList,
    NamedKeys,
}

impl Key {
    /// A key without a default.
    pub(crate) const fn new(env: &'static str, toml: &'static str, kind: Kind, text: &'static str) -> Self {
        Self { env, toml, kind, default: Default::Unset, example: None, text }
    }

    /// With a default value.
    pub(crate) const fn or(self, value: &'static str) -> Self {
        Self { default: Default::Value(value), ..self }
    }

    /// With a default that depends on other keys.
    pub(crate) const fn or_computed(self, words: &'static str) -> Self {
        Self { default: Default::Computed(words), ..self }
    }

    /// With a value for the sample file.
    pub(crate) const fn example(self, value: &'static str) -> Self {
        Self { example: Some(value), ..self }
    }

    /// Whether the value must never be shown and may come from a file named by `<env>_FILE`.
    pub(crate) const fn is_secret(&self) -> bool {
        matches!(self.kind, Kind::Secret { .. } | Kind::SecretList | Kind::NamedKeys | Kind::DatabaseUrl)
    }
}

impl Kind {
    /// What is allowed, to follow "expected".
    pub(crate) fn allowed(self) -> String {
        match self {
            Self::Host => "an IP address or a host name".to_owned(),
            Self::HostList => "a comma-separated list of IP addresses and host names".to_owned(),
            Self::NetworkList => "a comma-separated list of IP addresses and networks such as `10.0.0.0/8`".to_owned(),
            Self::MailList => "a comma-separated list of mail addresses".to_owned(),
            Self::OriginList => "`*`, or a comma-separated list of origins such as `https://host:port`".to_owned(),
            Self::WebAddress => "an address such as `https://certctl.example.com`".to_owned(),
            Self::SocketAddress => "an IP address and a port such as `127.0.0.1:9090`".to_owned(),
            Self::Path => "a path".to_owned(),
            Self::Text => "a text of at most 255 characters in one line".to_owned(),
            Self::Flag => "`true`, `1`, `yes`, `on`, `false`, `0`, `no` or `off`".to_owned(),
            Self::Choice(choices) => {
                choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(" or ")
            }
            Self::ChoiceList(choices) => {
                let choices: Vec<_> = choices.iter().map(|choice| format!("`{choice}`")).collect();
                format!("a comma-separated list of {}", choices.join(", "))
            }
            Self::Integer { min, max: u64::MAX } => format!("an integer, at least {min}"),
            Self::Integer { min, max } => format!("an integer from {min} to {max}"),
            Self::Span { min: Duration::ZERO } => "a duration such as `300ms`, `30s` or `1h30m`".to_owned(),
            Self::Span { min } => {
                format!("a duration such as `30s` or `1h30m`, at least {}", span_text(min))
            }
            Self::LogLevel => {
                "`error`, `warn`, `info`, `debug`, `trace` or filter directives such as `info,certctl_scheduler=debug`"
                    .to_owned()
            }
            Self::DatabaseUrl => {
                "`sqlite:<path>`, `postgres://user:password@host/database` or the same with `postgresql`".to_owned()
            }
            Self::Secret { min_bytes: 0 | 1 } => "a secret".to_owned(),
            Self::Secret { min_bytes } => format!("a secret of at least {min_bytes} bytes"),
            Self::SecretList => "a comma-separated list of secrets".to_owned(),
            Self::NamedKeys => "a comma-separated list of `name:key` or `name:key:admin`".to_owned(),
        }
    }
}
