//! What channels over HTTP have in common in their configuration.

use certctl_connector_api::notifier::NotifierEnv;
use certctl_connector_api::{ConfigError, RawConfig};
use certctl_outbound::{Address, HeaderValue};
use serde::de::DeserializeOwned;

/// Collects problems while typed values are made, so that all are reported at once.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<ConfigError>);

/// The fields as they are written.
pub(crate) fn decode<T: DeserializeOwned>(config: &RawConfig) -> Result<T, Vec<ConfigError>> {
    config.decode().map_err(|error| vec![error])
}

impl Problems {
    pub(crate) fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(ConfigError::new(field, message));
    }

    /// Where messages go. An address that certctl does not connect to is better refused when the
    /// channel is saved than when the first message fails.
    pub(crate) fn address(
        &mut self,
        field: &str,
        text: Option<String>,
        env: &NotifierEnv,
    ) -> Option<Address> {
        let Some(text) = given(text) else {
            self.add(field, "this field is required");
            return None;
        };
        let address = match Address::parse(&text) {
            Ok(address) => address,
            Err(error) => {
                self.add(field, error.to_string());
                return None;
            }
        };
        if let Some(Err(refused)) = address.literal().map(|literal| env.egress.check(literal)) {
            self.add(field, refused.to_string());
        }
        Some(address)
    }

    /// A key that travels in a header or in JSON: visible ASCII.
    pub(crate) fn key(&mut self, field: &str, text: Option<String>, longest: usize) -> Option<String> {
        let Some(text) = given(text) else {
            self.add(field, "this field is required");
            return None;
        };
        if text.len() > longest || !text.chars().all(|c| c.is_ascii_graphic()) {
            self.add(field, format!("must be at most {longest} visible ASCII characters without spaces"));
        }
        Some(text)
    }

    /// A line of text that people see.
    pub(crate) fn line(&mut self, field: &str, text: Option<String>, longest: usize) -> Option<String> {
        let text = given(text)?;
        if text.chars().count() > longest || text.chars().any(char::is_control) {
            self.add(field, format!("must be one line of at most {longest} characters"));
        }
        Some(text)
    }

    /// The value, if nothing was wrong.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Vec<ConfigError>> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self.0),
        }
    }
}

/// Blanks count as absent.
pub(crate) fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// A header value that is left out of what is logged about the request.
pub(crate) fn secret_header(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
