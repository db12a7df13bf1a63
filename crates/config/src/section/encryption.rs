//! The key that seals secrets in the database.

use crate::key::{Key, Kind};
use crate::reader::Reader;
use certctl_crypto::SecretString;

const MIN_BYTES: usize = 32;

const KEY: Key = Key::new(
    "CERTCTL_CONFIG_ENCRYPTION_KEY",
    "encryption.key",
    Kind::Secret { min_bytes: MIN_BYTES },
    "Encrypts CA keys and connector secrets in the database. Without it the server makes a master key in the data directory; several servers on one database need the same key.",
);
const PREVIOUS: Key = Key::new(
    "CERTCTL_CONFIG_ENCRYPTION_KEY_PREVIOUS",
    "encryption.key_previous",
    Kind::Secret { min_bytes: MIN_BYTES },
    "The key before the current one, so that what it sealed can still be read after a rotation.",
);

pub(crate) const KEYS: &[Key] = &[KEY, PREVIOUS];

/// Encryption of stored secrets.
#[derive(Debug, Clone)]
pub struct Encryption {
    /// Seals and opens.
    pub key: Option<SecretString>,
    /// Only opens.
    pub previous: Option<SecretString>,
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Encryption {
    let errors = reader.errors.len();
    let encryption = Encryption { key: reader.secret(&KEY), previous: reader.secret(&PREVIOUS) };
    if encryption.key.is_none() && encryption.previous.is_some() && reader.errors.len() == errors {
        reader.wrong(&PREVIOUS, format!("it is set without {}", KEY.env), None);
    }
    if encryption.key.is_some() && encryption.key == encryption.previous {
        reader.wrong(&PREVIOUS, format!("it is the same as {}", KEY.env), None);
    }
    encryption
}
