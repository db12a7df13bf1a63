//! Keys, secrets at rest, tokens and signatures: everything that touches key material.
//!
//! All primitives come from aws-lc-rs. Entry types: [`Keyring`] seals secrets for the database,
//! [`KeyPair`] makes and loads private keys, [`Signer`] is what a certificate authority signs
//! with, [`Token`] is a bearer credential. This crate knows no certificate and does no I/O.

#![deny(clippy::indexing_slicing, clippy::as_conversions)]

mod error;
pub mod hash;
mod keypair;
mod keyring;
pub mod password;
pub mod pem;
mod secret;
mod signature;
mod token;

pub use error::Error;
pub use hash::sha256_hex;
pub use keypair::KeyPair;
pub use keyring::{KeyId, Keyring, MasterKey, SealContext};
pub use secret::{SecretBytes, SecretString};
pub use signature::{Signature, SignatureAlgorithm, Signer};
pub use token::{Token, token_hash, verify_token};

/// `N` bytes of the operating system's random source, for keys, nonces and serial numbers.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).or(Err(Error::RandomUnavailable))?;
    Ok(bytes)
}

/// Whether two byte strings are equal, in time that depends on their lengths only.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}
