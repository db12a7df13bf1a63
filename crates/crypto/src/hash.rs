//! SHA-256 digests, in bytes and as text, and authentication codes made with them.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512, digest};
use aws_lc_rs::hmac;

/// SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    fixed(digest(&SHA256, bytes).as_ref())
}

/// SHA-1 of `bytes`, for protocols that name a key or a certificate by it. Nothing may be signed or
/// trusted because of it.
pub fn sha1_as_name(bytes: &[u8]) -> [u8; 20] {
    fixed(digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref())
}

/// SHA-384 of `bytes`.
pub fn sha384(bytes: &[u8]) -> [u8; 48] {
    fixed(digest(&SHA384, bytes).as_ref())
}

/// SHA-512 of `bytes`.
pub fn sha512(bytes: &[u8]) -> [u8; 64] {
    fixed(digest(&SHA512, bytes).as_ref())
}

fn fixed<const N: usize>(digest: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    for (to, from) in out.iter_mut().zip(digest) {
        *to = *from;
    }
    out
}

/// SHA-256 of `bytes` in lower-case hex, 64 characters.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(sha256(bytes))
}

/// HMAC-SHA-256 (RFC 2104) of `message` under `key`, which may have any length.
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    fixed(hmac::sign(&key, message).as_ref())
}

/// A digest in lower-case hex.
pub fn hex(digest: &[u8; 32]) -> String {
    hex::encode(digest)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_digest_of_abc_is_the_published_one() {
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(super::sha256_hex(b"abc"), expected);
        // FIPS 180-2, appendices A.1, C.1 and D.1: the beginnings.
        assert_eq!(super::sha1_as_name(b"abc")[..4], [0xa9, 0x99, 0x3e, 0x36]);
        assert_eq!(super::sha384(b"abc")[..4], [0xcb, 0x00, 0x75, 0x3f]);
        assert_eq!(super::sha512(b"abc")[..4], [0xdd, 0xaf, 0x35, 0xa1]);
    }

    #[test]
    fn the_authentication_code_is_the_published_one() {
        // RFC 4231, test case 2.
        let code = super::hmac_sha256(b"Jefe", b"what do ya want for nothing?");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(super::hex(&code), expected);
    }
}
