//! Secrets at rest: AES-256-GCM under a master key, bound to the row and column they live in.
//!
//! Layout of a sealed value: `0x04` | key id (8) | nonce (12) | ciphertext and tag. The version
//! byte and the place of the value are authenticated as associated data, so a value copied to
//! another row or column does not open. Random 96-bit nonces bound one key to 2^32 values
//! (NIST SP 800-38D §8.3), far beyond the number of secrets here.

use crate::{Error, SecretBytes, SecretString, hash, random_bytes};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use zeroize::Zeroizing;

/// First byte of every sealed value. 1 to 3 are taken by formats of the reference product.
const VERSION: u8 = 0x04;
const KEY_ID_LEN: usize = 8;
const NONCE_LEN: usize = 12;
const MIN_PASSPHRASE_LEN: usize = 32;

/// Names a master key without revealing it: the first 8 bytes of its SHA-256. Displays as hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; KEY_ID_LEN]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// The database cell that a sealed value belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealContext<'a> {
    /// Table.
    pub table: &'static str,
    /// Primary key of the row.
    pub row_id: &'a str,
    /// Column.
    pub column: &'static str,
}

impl SealContext<'_> {
    /// `0x04table|row|column`. Table and column hold no `|`, so no two places share one text.
    fn associated_data(&self) -> Vec<u8> {
        let place = format!("{}|{}|{}", self.table, self.row_id, self.column);
        [[VERSION].as_slice(), place.as_bytes()].concat()
    }
}

/// A 256-bit key that seals values.
pub struct MasterKey {
    id: KeyId,
    cipher: LessSafeKey,
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

impl MasterKey {
    /// Derives the key from a passphrase of at least 32 bytes with HKDF-SHA256 (RFC 5869). The
    /// passphrase must be random: there is no slow hash that would make up for a guessable one.
    pub fn from_passphrase(passphrase: &SecretString) -> Result<Self, Error> {
        let secret = passphrase.expose().as_bytes();
        if secret.len() < MIN_PASSPHRASE_LEN {
            return Err(Error::WeakPassphrase { length: secret.len() });
        }
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"certctl").extract(secret);
        let mut key = Zeroizing::new([0; 32]);
        prk.expand(&[b"master key 1"], hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(key.as_mut_slice()))
            .or(Err(Error::KeyGenerationFailed))?;
        Self::from_bytes(&key)
    }

    fn from_bytes(key: &[u8; 32]) -> Result<Self, Error> {
        let mut id = [0; KEY_ID_LEN];
        for (to, from) in id.iter_mut().zip(hash::sha256(key)) {
            *to = from;
        }
        let key = UnboundKey::new(&AES_256_GCM, key).or(Err(Error::KeyGenerationFailed))?;
        Ok(Self { id: KeyId(id), cipher: LessSafeKey::new(key) })
    }

    /// Content for a new key file: 32 random bytes in base64 and a line feed.
    pub fn generate() -> Result<SecretString, Error> {
        let bytes = Zeroizing::new(random_bytes::<32>()?);
        let mut line = STANDARD.encode(bytes.as_slice());
        line.push('\n');
        Ok(SecretString::new(line))
    }

    /// Its name.
    pub const fn id(&self) -> KeyId {
        self.id
    }
}

/// The master keys of an installation: the current one seals, all of them open.
#[derive(Debug)]
pub struct Keyring {
    current: MasterKey,
    previous: Vec<MasterKey>,
}

impl Keyring {
    /// A keyring that seals with `current` and also opens what `previous` keys sealed.
    pub const fn new(current: MasterKey, previous: Vec<MasterKey>) -> Self {
        Self { current, previous }
    }

    /// Reads a key file: one base64 key of 32 bytes per line, the current one first. Blank lines
    /// and lines beginning with `#` are skipped.
    pub fn from_key_file(content: &SecretString) -> Result<Self, Error> {
        let mut keys = Vec::new();
        for (index, line) in content.expose().lines().map(str::trim).enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let malformed = || Error::MalformedMasterKey { line: index + 1 };
            let bytes = Zeroizing::new(STANDARD.decode(line).map_err(|_damaged| malformed())?);
            let key: Zeroizing<[u8; 32]> =
                Zeroizing::new(bytes.as_slice().try_into().map_err(|_length| malformed())?);
            keys.push(MasterKey::from_bytes(&key)?);
        }
        let mut keys = keys.into_iter();
        let current = keys.next().ok_or(Error::NoMasterKey)?;
        Ok(Self::new(current, keys.collect()))
    }

    /// The key that seals.
    pub const fn current_key_id(&self) -> KeyId {
        self.current.id
    }

    /// Encrypts `plaintext` for the cell `context`.
    pub fn seal(&self, context: &SealContext<'_>, plaintext: &[u8]) -> Result<Vec<u8>, Error> {
        let nonce = random_bytes::<NONCE_LEN>()?;
        let mut body = Zeroizing::new(Vec::with_capacity(plaintext.len() + AES_256_GCM.tag_len()));
        body.extend_from_slice(plaintext);
        self.current
            .cipher
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(context.associated_data()),
                &mut *body,
            )
            .or(Err(Error::SealFailed))?;
        Ok([[VERSION].as_slice(), &self.current.id.0, &nonce, &body].concat())
    }

    /// Decrypts a value sealed for the same cell, by whichever key sealed it.
    pub fn open(&self, context: &SealContext<'_>, sealed: &[u8]) -> Result<SecretBytes, Error> {
        let (key_id, rest) = split_header(sealed)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(Error::Corrupt)?;
        let key = std::iter::once(&self.current)
            .chain(&self.previous)
            .find(|key| key.id == key_id)
            .ok_or(Error::UnknownKey { key_id })?;
        let mut buffer = Zeroizing::new(body.to_vec());
        let plaintext = key
            .cipher
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(context.associated_data()),
                &mut buffer,
            )
            .or(Err(Error::Corrupt))?;
        Ok(SecretBytes::new(&*plaintext))
    }

    /// Whether a value was sealed by another key than the current one and should be sealed anew.
    pub fn needs_reseal(&self, sealed: &[u8]) -> Result<bool, Error> {
        split_header(sealed).map(|(key_id, _)| key_id != self.current.id)
    }
}

fn split_header(sealed: &[u8]) -> Result<(KeyId, &[u8]), Error> {
    match sealed.split_first() {
        Some((&VERSION, rest)) => {
            let (id, rest) = rest.split_first_chunk::<KEY_ID_LEN>().ok_or(Error::Corrupt)?;
            Ok((KeyId(*id), rest))
        }
        _ => Err(Error::Corrupt),
    }
}

#[cfg(test)]
mod tests;
