//! Values that are wiped when dropped and cannot be printed by accident.

use crate::constant_time_eq;
use std::fmt;
use zeroize::Zeroizing;

/// Secret text. `Debug` and `Display` write `[redacted]`; equality takes constant time.
#[derive(Clone, Default)]
pub struct SecretString(Zeroizing<String>);

/// Secret bytes. `Debug` and `Display` write `[redacted]`; equality takes constant time.
#[derive(Clone, Default)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretString {
    /// Takes ownership of `text`; copies made earlier are not wiped.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself. Each call is a place to look at when secrets leak.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl SecretBytes {
    /// Takes ownership of `bytes`; copies made earlier are not wiped.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }

    /// The bytes themselves. Each call is a place to look at when secrets leak.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl PartialEq for SecretString {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl Eq for SecretString {}

impl PartialEq for SecretBytes {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(&self.0, &other.0)
    }
}

impl Eq for SecretBytes {}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_a_secret_shows_nothing_of_it() {
        let text = SecretString::new("hunter2");
        let bytes = SecretBytes::new(*b"hunter2");
        let shown = format!("{text} {text:?} {bytes} {bytes:?} {:?}", Some(&text));
        assert!(!shown.contains("hunter"), "{shown}");
        assert_eq!(text.expose(), "hunter2");
    }

    #[test]
    fn secrets_compare_by_content() {
        assert_eq!(SecretString::new("a"), SecretString::new("a"));
        assert_ne!(SecretString::new("a"), SecretString::new("ab"));
        assert_ne!(SecretBytes::new(*b"a"), SecretBytes::new(*b"b"));
    }
}
