//! OCSP requests, responses and paths.
#![no_main]

use certctl_pki::ocsp::{OcspRequest, OcspResponse, decode_get_path};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = (OcspRequest::parse(data).is_ok(), OcspResponse::parse(data).is_ok());
    if let Ok(path) = std::str::from_utf8(data) {
        let _ = decode_get_path(path).is_ok();
    }
});
