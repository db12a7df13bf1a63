//! Bearer tokens: shown once, stored as a hash.

use crate::{Error, SecretString, constant_time_eq, random_bytes, sha256_hex};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A fresh bearer token: `<prefix>_` and 32 random bytes in base64url (43 characters). The
/// prefix lets people and secret scanners tell what a found token is.
///
/// Tokens have 256 bits of entropy, so a plain SHA-256 is a sufficient stored form; slow
/// password hashes would only slow the server down.
#[derive(Debug)]
pub struct Token {
    text: SecretString,
    hash: String,
}

impl Token {
    /// A new random token, such as `Token::generate("ck")`.
    pub fn generate(prefix: &str) -> Result<Self, Error> {
        let text = format!("{prefix}_{}", URL_SAFE_NO_PAD.encode(random_bytes::<32>()?));
        let hash = token_hash(&text);
        Ok(Self { text: SecretString::new(text), hash })
    }

    /// The token to hand out.
    pub const fn text(&self) -> &SecretString {
        &self.text
    }

    /// What to store: see [`token_hash`].
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

/// The stored form of a token: SHA-256 of its text in lower-case hex.
pub fn token_hash(token: &str) -> String {
    sha256_hex(token.as_bytes())
}

/// Whether `token` is the one that `stored_hash` was made from, in constant time.
pub fn verify_token(token: &str, stored_hash: &str) -> bool {
    constant_time_eq(token_hash(token).as_bytes(), stored_hash.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_recognised_by_its_hash_only() {
        let (one, two) = (Token::generate("ck").unwrap(), Token::generate("ck").unwrap());
        assert!(one.text().expose().starts_with("ck_"));
        assert_eq!(one.text().expose().len(), "ck_".len() + 43);
        assert!(verify_token(one.text().expose(), one.hash()));
        assert!(!verify_token(two.text().expose(), one.hash()));
        assert!(!verify_token(one.hash(), one.hash()), "the stored hash is no credential");
    }
}
