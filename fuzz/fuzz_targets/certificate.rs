//! Certificates in DER, and the lints over their signed part with the certificate as issuer.
#![no_main]

use certctl_pki::{Certificate, LintParameters, lint};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(certificate) = Certificate::parse_der(data) {
        let _ = lint(certificate.tbs_der(), &LintParameters::leaf(&certificate));
        let _ = certificate.verify_signed_by(&certificate);
    }
});
