//! What the mail server's refusals and the network's failures mean for the notification.

use super::config::Login;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use certctl_connector_api::{ConnectorError, ErrorKind};

/// Longest reply that is kept, in characters.
const LONGEST: usize = 200;
/// Replies that are about who we are: RFC 4954, section 6.
const ABOUT_LOGIN: [u16; 4] = [530, 534, 535, 538];

/// What must not be repeated from the other side's words.
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    /// Password and recipient, as they are and as they are sent.
    pub(super) fn of(login: Option<&Login>, recipient: &str) -> Self {
        let mut secrets = vec![recipient.trim().to_owned()];
        if let Some(login) = login {
            let password = login.password.expose();
            secrets.push(STANDARD.encode(format!("\0{}\0{password}", login.username)));
            secrets.push(STANDARD.encode(password));
            secrets.push(password.to_owned());
        }
        // Shorter ones would blank innocent words, and are no secrets.
        secrets.retain(|secret| secret.len() >= 4);
        // One may be the end of another.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self(secrets)
    }

    /// One line of the other side's words.
    pub(super) fn clean(&self, text: &str) -> String {
        let text = self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "[redacted]"));
        let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        line.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect()
    }
}

/// The failure of a delivery over `server`.
pub(super) fn failed(
    server: &str,
    error: &lettre::transport::smtp::Error,
    secrets: &Secrets,
) -> ConnectorError {
    let told = secrets.clean(&words(error));
    let Some(code) = error.status().map(u16::from) else {
        // A server without what we demand (STARTTLS, a mechanism, UTF-8 addresses).
        if error.is_client() {
            let message = format!("the mail server {server} cannot take this mail: {told}");
            return ConnectorError::permanent(ErrorKind::Validation, message);
        }
        let kind = if error.is_timeout() { ErrorKind::Timeout } else { ErrorKind::Network };
        return ConnectorError::transient(
            kind,
            format!("cannot deliver over the mail server {server}: {told}"),
        );
    };
    if ABOUT_LOGIN.contains(&code) {
        let message = format!(
            "the mail server {server} refused username and password ({code} {told}); correct them in the channel, \
             then requeue"
        );
        return ConnectorError::permanent(ErrorKind::Auth, message);
    }
    if error.is_permanent() {
        let message = format!("the mail server {server} refused the mail: {code} {told}");
        return ConnectorError::permanent(ErrorKind::Upstream5xx, message);
    }
    let message = format!("the mail server {server} cannot take the mail now: {code} {told}");
    ConnectorError::transient(ErrorKind::Upstream4xx, message)
}

/// The causes of an error; a reply is the innermost of them.
fn words(error: &lettre::transport::smtp::Error) -> String {
    let mut words = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        words.push(error.to_string());
        cause = error.source();
    }
    words.dedup();
    if words.is_empty() { error.to_string() } else { words.join(": ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use certctl_crypto::SecretString;

    #[test]
    fn a_reply_is_one_short_line_without_passwords_and_addresses() {
        let login =
            Login { username: "certctl".to_owned(), password: SecretString::new("pass-word".to_owned()) };
        let secrets = Secrets::of(Some(&login), "alice@example.com");
        let plain = STANDARD.encode("\0certctl\0pass-word");
        let reply =
            format!("5.7.8 <alice@example.com>: no\r\n to pass-word\u{1b} {plain} {}", "x".repeat(500));
        let told = secrets.clean(&reply);
        assert!(told.starts_with("5.7.8 <[redacted]>: no to [redacted] [redacted] xxx"), "{told}");
        assert_eq!(told.chars().count(), LONGEST);
    }
}
