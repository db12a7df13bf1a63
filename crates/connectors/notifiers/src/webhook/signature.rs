//! The proof that a message comes from certctl and is not an old one sent again.

use certctl_crypto::SecretString;
use certctl_crypto::hash::{hex, hmac_sha256};

/// `t=<Unix seconds>,v1=<hex>`, one `v1` per secret: HMAC-SHA-256 over `<t>.<body>`. Nothing
/// without a secret.
pub(super) fn header(secrets: &[SecretString], at: i64, body: &[u8]) -> Option<String> {
    if secrets.is_empty() {
        return None;
    }
    let mut signed = format!("{at}.").into_bytes();
    signed.extend_from_slice(body);
    let codes = secrets.iter().map(|secret| {
        let code = hmac_sha256(secret.expose().as_bytes(), &signed);
        format!(",v1={}", hex(&code))
    });
    Some(format!("t={at}{}", codes.collect::<String>()))
}
