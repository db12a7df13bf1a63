//! Who may use the API.

use crate::key::{Key, Kind};
use crate::named_key::{NamedKey, named_keys};
use crate::reader::Reader;
use crate::value::{self, Refusal};
use certctl_crypto::SecretString;
use std::time::Duration;

const TYPE: Key = Key::new(
    "CERTCTL_AUTH_TYPE",
    "auth.type",
    Kind::Choice(&["api-key", "none"]),
    "How requests are authenticated. `none` lets anyone who reaches the port read, and nobody approve or administer; it is meant for trials on a loopback address.",
)
.or("api-key");
const SECRET: Key = Key::new(
    "CERTCTL_AUTH_SECRET",
    "auth.secret",
    Kind::SecretList,
    "Deprecated: API keys without names, not admin. Ignored when named keys are set.",
);
const NAMED: Key = Key::new(
    "CERTCTL_API_KEYS_NAMED",
    "auth.api_keys_named",
    Kind::NamedKeys,
    "API keys as `name:key` or `name:key:admin`. A name may appear with several keys while one is being rotated. Keys made through the API need no entry here.",
);
const BOOTSTRAP: Key = Key::new(
    "CERTCTL_AGENT_BOOTSTRAP_TOKEN",
    "auth.agent_bootstrap_token",
    Kind::Secret { min_bytes: 1 },
    "Shared token that lets an agent register itself. Without it agents need a one-time enrolment token each.",
);

const SESSION_IDLE: Key = Key::new(
    "CERTCTL_SESSION_IDLE_TIMEOUT",
    "auth.session_idle_timeout",
    Kind::Span { min: Duration::from_mins(1) },
    "How long a session of the console lasts without a use.",
)
.or("1h");
const SESSION_LIFETIME: Key = Key::new(
    "CERTCTL_SESSION_LIFETIME",
    "auth.session_lifetime",
    Kind::Span { min: Duration::from_mins(1) },
    "How long a session of the console lasts at most; then people sign in again.",
)
.or("12h");

pub(crate) const KEYS: &[Key] = &[TYPE, SECRET, NAMED, BOOTSTRAP, SESSION_IDLE, SESSION_LIFETIME];

/// Authentication.
#[derive(Debug, Clone)]
pub struct Auth {
    /// How requests are authenticated.
    pub mode: AuthMode,
    /// Keys without names, for the actors `legacy-key-0`, `legacy-key-1`, …; empty when there are
    /// named keys.
    pub legacy_keys: Vec<SecretString>,
    /// Named keys.
    pub named_keys: Vec<NamedKey>,
    /// Token with which an agent registers itself.
    pub agent_bootstrap_token: Option<SecretString>,
    /// How long a session lasts without a use.
    pub session_idle: Duration,
    /// How long a session lasts at most.
    pub session_lifetime: Duration,
}

/// How requests are authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AuthMode {
    /// By an API key.
    #[default]
    ApiKey,
    /// Not at all.
    None,
}

pub(crate) fn read(reader: &mut Reader<'_>, host: &str) -> Auth {
    let mode = reader.value(&TYPE, auth_mode);
    let mut legacy_keys: Vec<SecretString> =
        reader.value(&SECRET, |text| Ok(value::list(text).map(SecretString::new).collect()));
    let named_keys = reader.value(&NAMED, named_keys);
    let agent_bootstrap_token = reader.secret(&BOOTSTRAP);
    if !legacy_keys.is_empty() {
        let advice = if named_keys.is_empty() { "name its keys in" } else { "it is ignored beside" };
        reader.warnings.push(format!("{} is deprecated: {advice} {}", SECRET.env, NAMED.env));
    }
    if !named_keys.is_empty() {
        legacy_keys.clear();
    }
    if mode == AuthMode::None {
        let reach = if is_loopback(host) { "this machine" } else { "the network" };
        reader.warnings.push(format!("{} is none: everyone on {reach} can read everything", TYPE.env));
    }
    let (session_idle, session_lifetime) = (reader.span(&SESSION_IDLE), reader.span(&SESSION_LIFETIME));
    Auth { mode, legacy_keys, named_keys, agent_bootstrap_token, session_idle, session_lifetime }
}

fn auth_mode(text: &str) -> Result<AuthMode, Refusal> {
    if text == "jwt" {
        return Err(Refusal::because("certctl does not check JWTs").hint(
            "Put an authenticating gateway in front of certctl that checks the JWT and forwards with an API key, and set CERTCTL_AUTH_TYPE=api-key.",
        ));
    }
    Ok(match value::choice(text, TYPE.kind)? {
        "none" => AuthMode::None,
        _ => AuthMode::ApiKey,
    })
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
