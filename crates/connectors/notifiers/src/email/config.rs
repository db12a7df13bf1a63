//! Configuration of a mail channel.

use certctl_connector_api::{ConfigError, ConfigSchema, Field, FieldType, RawConfig};
use certctl_crypto::SecretString;
use lettre::message::Mailbox;
use serde::Deserialize;

const SECURITY: &[&str] = &["starttls", "tls", "none"];
const SUBMISSION: u16 = 587;
const SUBMISSION_TLS: u16 = 465;

pub(super) const SCHEMA: ConfigSchema = ConfigSchema {
    fields: &[
        Field::required("host", FieldType::Text, "Mail server, name or address."),
        Field::optional("port", FieldType::Integer, "587", "Its port; 465 when security is tls."),
        Field::optional(
            "security",
            FieldType::Choice(SECURITY),
            "starttls",
            "starttls demands TLS after the greeting, tls begins with it, none has no encryption. With port 465 \
             the default is tls.",
        ),
        Field::optional(
            "use_tls",
            FieldType::Boolean,
            "true",
            "Older name of security: true means tls on port 465 and starttls on any other, false means none.",
        ),
        Field::optional(
            "username",
            FieldType::Text,
            "",
            "User for authentication; none when empty. Only over TLS.",
        ),
        Field::optional("password", FieldType::Text, "", "Password of the user.").secret(),
        Field::required(
            "from_address",
            FieldType::Text,
            "Sender, for example `certctl@example.com` or `certctl <certctl@example.com>`.",
        ),
    ],
};

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Security {
    /// TLS after the greeting; a server without it gets nothing.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// None.
    None,
}

#[derive(Deserialize)]
struct Document {
    host: String,
    port: Option<i64>,
    security: Option<Security>,
    use_tls: Option<bool>,
    username: Option<String>,
    password: Option<String>,
    from_address: String,
}

/// A checked configuration.
#[derive(Debug)]
pub(super) struct EmailConfig {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) login: Option<Login>,
    pub(super) from: Mailbox,
}

/// Who we are to the mail server.
#[derive(Debug)]
pub(super) struct Login {
    pub(super) username: String,
    pub(super) password: SecretString,
}

impl EmailConfig {
    /// Reads and checks everything that can be checked without the server.
    pub(super) fn read(config: &RawConfig) -> Result<Self, Vec<ConfigError>> {
        SCHEMA.check(config)?;
        let document: Document = config.decode().map_err(|error| vec![error])?;
        let mut problems = Vec::new();
        let mut refuse = |field: &str, message: &str| problems.push(ConfigError::new(field, message));

        let host = document.host.trim().to_owned();
        if host.is_empty() || host.len() > 253 || !host.chars().all(is_host_character) {
            refuse("host", "must be the name or the address of a mail server, without a port or a scheme");
        }
        let wanted_port = document.port.map(u16::try_from);
        if wanted_port.is_some_and(|port| !matches!(port, Ok(1..))) {
            refuse("port", "must be 1 to 65535");
        }
        let wanted_port = wanted_port.and_then(Result::ok);
        let (port, security) = connection(wanted_port, document.security, document.use_tls);
        if document.security.is_some_and(|security| contradicts(security, document.use_tls)) {
            refuse("use_tls", "contradicts security; give only security");
        }
        let from = sender(&document.from_address);
        if from.is_none() {
            refuse("from_address", "must be one mail address, with or without a name before it in one line");
        }
        let login = match (document.username.unwrap_or_default(), document.password.unwrap_or_default()) {
            (username, password) if username.is_empty() && password.is_empty() => None,
            (username, password) => {
                if username.is_empty() {
                    refuse("username", "a password needs a user");
                } else if password.is_empty() {
                    refuse("password", "a user needs a password");
                }
                if format!("{username}{password}").chars().any(char::is_control) {
                    refuse("username", "user and password must not have control characters");
                }
                if security == Security::None {
                    refuse("security", "a password is sent over TLS only; use starttls or tls");
                }
                Some(Login { username, password: SecretString::new(password) })
            }
        };
        match from {
            Some(from) if problems.is_empty() => Ok(Self { host, port, security, login, from }),
            _ => Err(problems),
        }
    }
}

fn is_host_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':')
}

/// Port and protection, each with the default that the other one suggests.
fn connection(port: Option<u16>, security: Option<Security>, use_tls: Option<bool>) -> (u16, Security) {
    let security = match (security, use_tls, port) {
        (Some(security), _, _) => security,
        (None, Some(false), _) => Security::None,
        (None, _, Some(SUBMISSION_TLS)) => Security::Tls,
        (None, _, _) => Security::StartTls,
    };
    let usual = if security == Security::Tls { SUBMISSION_TLS } else { SUBMISSION };
    (port.unwrap_or(usual), security)
}

fn contradicts(security: Security, use_tls: Option<bool>) -> bool {
    use_tls.is_some_and(|encrypted| encrypted == (security == Security::None))
}

fn sender(text: &str) -> Option<Mailbox> {
    let one_line = !text.chars().any(char::is_control);
    text.trim().parse().ok().filter(|_: &Mailbox| one_line)
}

#[cfg(test)]
mod tests;
