//! JSON documents that the domain carries but does not interpret.

/// A JSON document kept as text. Whoever creates it vouches that it parses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonText(String);

impl JsonText {
    /// Wraps a text that is known to be JSON (it came out of a serializer or a column).
    pub fn trusted(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The empty object, `{}`.
    pub fn empty_object() -> Self {
        Self("{}".to_owned())
    }

    /// The document as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for JsonText {
    fn default() -> Self {
        Self::empty_object()
    }
}
