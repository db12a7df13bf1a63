//! Sealed values under a fixed master key of 32 zero octets.
#![no_main]

use certctl_crypto::{Keyring, SealContext, SecretString};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static RING: LazyLock<Keyring> = LazyLock::new(|| {
    let key = SecretString::new("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    Keyring::from_key_file(&key).expect("the fixed key is well-formed")
});

fuzz_target!(|data: &[u8]| {
    let context = SealContext { table: "fuzz", row_id: "1", column: "secret" };
    let _ = RING.open(&context, data);
    let _ = RING.needs_reseal(data);
});
