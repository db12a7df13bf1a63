//! PEM chains, and the chain check at the start of the leaf's validity.
#![no_main]

use certctl_pki::{check_chain, parse_chain};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(chain) = parse_chain(text) else { return };
    if let Some((leaf, issuers)) = chain.split_first() {
        let _ = check_chain(leaf, issuers, leaf.not_before());
    }
});
