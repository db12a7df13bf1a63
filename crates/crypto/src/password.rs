//! What PKCS#12 files need: encryption and integrity from a password (RFC 8018, RFC 7292).

use crate::Error;
use aws_lc_rs::cipher::{AES_256, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::pbkdf2::{PBKDF2_HMAC_SHA256, derive};
use std::num::NonZeroU32;
use zeroize::Zeroizing;

/// Block of SHA-256, to which RFC 7292 rounds its inputs up.
const BLOCK: usize = 64;

/// Encrypts with AES-256-CBC under a key made by PBKDF2 with HMAC-SHA-256 from the password's UTF-8.
pub fn encrypt_aes256_cbc(
    password: &str,
    salt: &[u8],
    iterations: NonZeroU32,
    iv: [u8; 16],
    plain: &[u8],
) -> Result<Vec<u8>, Error> {
    let mut key = Zeroizing::new([0; 32]);
    derive(PBKDF2_HMAC_SHA256, iterations, salt, password.as_bytes(), &mut *key);
    let failed = |_| Error::PasswordEncryptionFailed;
    let key = UnboundCipherKey::new(&AES_256, &*key).map_err(failed)?;
    let key = PaddedBlockEncryptingKey::cbc_pkcs7(key).map_err(failed)?;
    let mut text = plain.to_vec();
    key.less_safe_encrypt(&mut text, EncryptionContext::Iv128(FixedLength::from(iv))).map_err(failed)?;
    Ok(text)
}

/// HMAC-SHA-256 under a key made from the password as RFC 7292 appendix B does for MACs (id 3), which
/// wants the password in UTF-16 with a final NUL.
pub fn pkcs12_mac(password: &str, salt: &[u8], iterations: NonZeroU32, message: &[u8]) -> Vec<u8> {
    let password: Zeroizing<Vec<u8>> =
        Zeroizing::new(password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect());
    let rounded = |bytes: &[u8]| -> Vec<u8> {
        bytes.iter().copied().cycle().take(bytes.len().div_ceil(BLOCK) * BLOCK).collect()
    };
    let mut state = Zeroizing::new(vec![3; BLOCK]);
    state.extend(rounded(salt));
    state.extend(rounded(&password));
    for _ in 0..iterations.get() {
        state = Zeroizing::new(digest(&SHA256, &state).as_ref().to_vec());
    }
    sign(&Key::new(HMAC_SHA256, &state), message).as_ref().to_vec()
}
