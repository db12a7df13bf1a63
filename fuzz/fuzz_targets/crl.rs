//! Revocation lists in DER, read entry by entry and made into a list to go on from.
#![no_main]

use certctl_pki::{Crl, RevokedList};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(crl) = Crl::parse(data) {
        let _ = (crl.issuing_urls(), crl.freshest_crl_urls(), crl.unknown_critical_extensions());
        let list = RevokedList::of(&crl).expect("what was read can be written");
        assert!(list.len() <= crl.len());
    }
});
