//! Public keys as they stand in certificates and requests.

use crate::{Error, Finding};
use certctl_crypto::{SignatureAlgorithm, hash};
use certctl_domain::profile::{KeyAlgorithm, KeySpec};
use der::asn1::{BitStringRef, UintRef};
use der::{Decode, Reader, Sequence, SliceReader};

/// Exact `AlgorithmIdentifiers` (RFC 3279, 5480, 8410) and the key kind and curve they stand for.
const RSA: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
const P256: &[u8] = b"\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
const P384: &[u8] = b"\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22";
const P521: &[u8] = b"\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23";
const ED25519: &[u8] = b"\x30\x05\x06\x03\x2b\x65\x70";

/// Primes that a sound RSA modulus is never divisible by, because key generators test for them.
const SMALL_PRIMES: [u32; 24] =
    [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89];

/// A public key: RSA, P-256, P-384, P-521 (points uncompressed) or Ed25519.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    spki_der: Vec<u8>,
    /// Content of the `subjectPublicKey` BIT STRING.
    bits: Vec<u8>,
    spec: KeySpec,
}

#[derive(Sequence)]
struct RsaPublicKey<'a> {
    modulus: UintRef<'a>,
    exponent: UintRef<'a>,
}

impl PublicKey {
    /// Reads DER of a `SubjectPublicKeyInfo` (RFC 5280 §4.1). Whether a point lies on its curve
    /// shows only when a signature is verified.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, Error> {
        let (algorithm, bits) = split(der).map_err(Error::malformed("public key"))?;
        let point = |size: u32, length: usize| {
            (bits.len() == length && bits.first() == Some(&4))
                .then_some(KeySpec { algorithm: KeyAlgorithm::Ecdsa, size })
                .ok_or(Error::UnsupportedKey { reason: "the curve point is not an uncompressed one" })
        };
        let spec = match algorithm {
            P256 => point(256, 65)?,
            P384 => point(384, 97)?,
            P521 => point(521, 133)?,
            ED25519 if bits.len() == 32 => KeySpec { algorithm: KeyAlgorithm::Ed25519, size: 256 },
            ED25519 => return Err(Error::UnsupportedKey { reason: "an Ed25519 key has 32 octets" }),
            RSA => {
                let key = RsaPublicKey::from_der(bits).map_err(Error::malformed("RSA public key"))?;
                KeySpec { algorithm: KeyAlgorithm::Rsa, size: bit_length(key.modulus.as_bytes()) }
            }
            _ => {
                return Err(Error::UnsupportedKey {
                    reason: "it is not RSA, P-256, P-384, P-521 or Ed25519",
                });
            }
        };
        Ok(Self { spki_der: der.to_vec(), bits: bits.to_vec(), spec })
    }

    /// Kind and size in bits.
    pub const fn spec(&self) -> KeySpec {
        self.spec
    }

    /// DER of the `SubjectPublicKeyInfo`, as given.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki_der
    }

    /// Key identifier for SKI and AKI: the leftmost 160 bits of the SHA-256 of the key
    /// (RFC 7093 §2, method 1).
    pub fn key_id(&self) -> [u8; 20] {
        let mut id = [0; 20];
        for (to, from) in id.iter_mut().zip(hash::sha256(&self.bits)) {
            *to = from;
        }
        id
    }

    /// Verifies a signature made with the private half.
    pub fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), certctl_crypto::Error> {
        algorithm.verify(self.spec, &self.bits, message, signature)
    }

    /// What is weak or odd about the key itself. Only RSA keys can be well-formed and yet weak.
    pub fn findings(&self) -> Vec<Finding> {
        if self.spec.algorithm != KeyAlgorithm::Rsa {
            return Vec::new();
        }
        match RsaPublicKey::from_der(&self.bits) {
            Ok(key) => rsa_findings(self.spec.size, key.modulus.as_bytes(), key.exponent.as_bytes()),
            Err(error) => vec![Finding::error("rsa_key_malformed", error.to_string())],
        }
    }
}

fn rsa_findings(size: u32, modulus: &[u8], exponent: &[u8]) -> Vec<Finding> {
    let mut found = Vec::new();
    if size < 2048 {
        found.push(Finding::error(
            "rsa_key_too_small",
            format!("the RSA key has {size} bits, at least 2048 are needed"),
        ));
    }
    if size > 8192 {
        found.push(Finding::error(
            "rsa_key_too_large",
            format!("the RSA key has {size} bits, at most 8192 are accepted"),
        ));
    }
    if !size.is_multiple_of(8) {
        found.push(Finding::warning(
            "rsa_key_odd_size",
            format!("the RSA key has {size} bits, not a multiple of 8"),
        ));
    }
    if let Some(prime) = SMALL_PRIMES.into_iter().find(|prime| remainder(modulus, *prime) == 0) {
        found
            .push(Finding::error("rsa_modulus_factored", format!("the RSA modulus is divisible by {prime}")));
    }
    if exponent != [1, 0, 1] {
        let even = exponent.last().is_none_or(|low| low.is_multiple_of(2));
        if even || bit_length(exponent) < 17 {
            found.push(Finding::error("rsa_exponent_weak", "the RSA exponent is even or smaller than 65537"));
        } else {
            found.push(Finding::warning("rsa_exponent_unusual", "the RSA exponent is not 65537"));
        }
    }
    found
}

fn split(der: &[u8]) -> der::Result<(&[u8], &[u8])> {
    let mut reader = SliceReader::new(der)?;
    let parts = reader.sequence(|inner| {
        let algorithm = inner.tlv_bytes()?;
        let bits = BitStringRef::decode(inner)?;
        let bits = bits.as_bytes().ok_or_else(|| der::Tag::BitString.value_error().to_error())?;
        Ok::<_, der::Error>((algorithm, bits))
    })?;
    reader.finish()?;
    Ok(parts)
}

/// Bits of a big-endian number without leading zero octets.
fn bit_length(number: &[u8]) -> u32 {
    let bits = u32::try_from(number.len()).unwrap_or(u32::MAX).saturating_mul(8);
    number.first().map_or(0, |top| bits.saturating_sub(top.leading_zeros()))
}

fn remainder(number: &[u8], divisor: u32) -> u32 {
    number.iter().fold(0, |rest, octet| ((rest << 8) | u32::from(*octet)) % divisor)
}
