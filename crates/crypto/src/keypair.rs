//! Private keys: made, loaded, saved, used to sign.

use crate::{Error, SecretBytes, SecretString, Signature, SignatureAlgorithm, Signer, pem};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use certctl_domain::profile::{KeyAlgorithm, KeySpec};
use std::fmt;
use zeroize::Zeroizing;

/// A private key in memory, with its public half.
///
/// Signs P-256 with SHA-256, P-384 with SHA-384, RSA with PKCS#1 v1.5 and SHA-256, and Ed25519.
/// `Debug` shows the kind of key only.
pub struct KeyPair {
    secret: Secret,
    spec: KeySpec,
    spki: Vec<u8>,
}

enum Secret {
    Ecdsa(EcdsaKeyPair),
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair").field("spec", &self.spec).finish_non_exhaustive()
    }
}

impl KeyPair {
    /// A new random key: P-256, P-384, RSA with 2048, 3072 or 4096 bits, or Ed25519.
    pub fn generate(spec: KeySpec) -> Result<Self, Error> {
        let ecdsa = |algorithm| EcdsaKeyPair::generate(algorithm).map(Secret::Ecdsa);
        let rsa = |size| RsaKeyPair::generate(size).map(Secret::Rsa);
        let secret = match (spec.algorithm, spec.size) {
            (KeyAlgorithm::Ecdsa, 256) => ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING),
            (KeyAlgorithm::Ecdsa, 384) => ecdsa(&ECDSA_P384_SHA384_ASN1_SIGNING),
            (KeyAlgorithm::Rsa, 2048) => rsa(KeySize::Rsa2048),
            (KeyAlgorithm::Rsa, 3072) => rsa(KeySize::Rsa3072),
            (KeyAlgorithm::Rsa, 4096) => rsa(KeySize::Rsa4096),
            (KeyAlgorithm::Ed25519, _) => Ed25519KeyPair::generate().map(Secret::Ed25519),
            _ => return Err(Error::UnsupportedKeySpec(spec)),
        };
        Self::new(secret.or(Err(Error::KeyGenerationFailed))?)
    }

    /// Reads DER in PKCS#8 (RFC 5958), SEC1 (RFC 5915) or PKCS#1 (RFC 8017), told apart by content.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let ecdsa = |algorithm: &'static EcdsaSigningAlgorithm| {
            EcdsaKeyPair::from_private_key_der(algorithm, der).map(Secret::Ecdsa)
        };
        let secret = ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING)
            .or_else(|_other| ecdsa(&ECDSA_P384_SHA384_ASN1_SIGNING))
            .or_else(|_other| Ed25519KeyPair::from_pkcs8(der).map(Secret::Ed25519))
            .or_else(|_other| RsaKeyPair::from_pkcs8(der).map(Secret::Rsa))
            .or_else(|_other| RsaKeyPair::from_der(der).map(Secret::Rsa))
            .or(Err(Error::UnusablePrivateKey))?;
        Self::new(secret)
    }

    /// Reads the first private key of a PEM text; certificates and `EC PARAMETERS` are skipped.
    pub fn from_pem(text: &str) -> Result<Self, Error> {
        for block in pem::decode(text)? {
            match block.label.as_str() {
                "PRIVATE KEY" | "EC PRIVATE KEY" | "RSA PRIVATE KEY" => return Self::from_der(&block.der),
                "ENCRYPTED PRIVATE KEY" => return Err(Error::EncryptedPrivateKey),
                _ => {}
            }
        }
        Err(Error::NoPrivateKey)
    }

    fn new(secret: Secret) -> Result<Self, Error> {
        let (spec, spki) = match &secret {
            Secret::Ecdsa(key) => {
                let size = if key.algorithm() == &ECDSA_P256_SHA256_ASN1_SIGNING { 256 } else { 384 };
                (KeySpec { algorithm: KeyAlgorithm::Ecdsa, size }, spki_der(key.public_key())?)
            }
            Secret::Rsa(key) => {
                let size = rsa_bits(key).filter(|bits| (2048..=8192).contains(bits));
                let size = size.ok_or(Error::UnusablePrivateKey)?;
                (KeySpec { algorithm: KeyAlgorithm::Rsa, size }, spki_der(key.public_key())?)
            }
            Secret::Ed25519(key) => {
                (KeySpec { algorithm: KeyAlgorithm::Ed25519, size: 256 }, spki_der(key.public_key())?)
            }
        };
        Ok(Self { secret, spec, spki })
    }

    /// Kind of key.
    pub const fn spec(&self) -> KeySpec {
        self.spec
    }

    /// The private key as PKCS#8 version 1 in PEM (`PRIVATE KEY`), readable by every TLS server.
    pub fn to_pkcs8_pem(&self) -> Result<SecretString, Error> {
        self.pkcs8_der().map(|der| SecretString::new(pem::encode("PRIVATE KEY", &der)))
    }

    /// The same in DER.
    pub fn to_pkcs8_der(&self) -> Result<SecretBytes, Error> {
        self.pkcs8_der().map(|der| SecretBytes::new(der.as_slice()))
    }

    fn pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let der = match &self.secret {
            Secret::Ecdsa(key) => key.to_pkcs8v1().map(|document| document.as_ref().to_vec()),
            Secret::Rsa(key) => AsDer::<Pkcs8V1Der<'_>>::as_der(key).map(|der| der.as_ref().to_vec()),
            Secret::Ed25519(key) => key.to_pkcs8v1().map(|document| document.as_ref().to_vec()),
        };
        der.map(Zeroizing::new).or(Err(Error::UnusablePrivateKey))
    }
}

impl Signer for KeyPair {
    fn public_spki_der(&self) -> &[u8] {
        &self.spki
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        match (&self.secret, self.spec.size) {
            (Secret::Ecdsa(_), 256) => SignatureAlgorithm::EcdsaSha256,
            (Secret::Ecdsa(_), _) => SignatureAlgorithm::EcdsaSha384,
            (Secret::Rsa(_), _) => SignatureAlgorithm::RsaSha256,
            (Secret::Ed25519(_), _) => SignatureAlgorithm::Ed25519,
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, Error> {
        let rng = SystemRandom::new();
        let bytes = match &self.secret {
            Secret::Ecdsa(key) => key.sign(&rng, message).map(|signature| signature.as_ref().to_vec()),
            Secret::Ed25519(key) => key.try_sign(message).map(|signature| signature.as_ref().to_vec()),
            Secret::Rsa(key) => {
                let mut bytes = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &rng, message, &mut bytes).map(|()| bytes)
            }
        };
        let bytes = bytes.map_err(|error| Error::SigningFailed(Box::new(error)))?;
        Ok(Signature { algorithm: self.algorithm(), bytes })
    }
}

fn spki_der(key: &impl AsDer<PublicKeyX509Der<'static>>) -> Result<Vec<u8>, Error> {
    key.as_der().map(|der| der.as_ref().to_vec()).or(Err(Error::UnusablePrivateKey))
}

/// Exact bit length of the modulus, which need not be a multiple of 8.
fn rsa_bits(key: &RsaKeyPair) -> Option<u32> {
    let modulus = key.public_key().modulus();
    let bytes = modulus.big_endian_without_leading_zero();
    let top = bytes.first()?;
    u32::try_from(bytes.len()).ok()?.checked_mul(8)?.checked_sub(top.leading_zeros())
}

#[cfg(test)]
mod tests;
