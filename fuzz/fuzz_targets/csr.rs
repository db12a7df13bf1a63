//! Certificate requests, PEM or DER, and the hygiene rules over what parses.
#![no_main]

use certctl_pki::{CertificateRequest, check_request};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(request) = CertificateRequest::parse(data) {
        let _ = check_request(&request);
    }
});
