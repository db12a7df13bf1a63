//! The routes for relying parties, on a fake service.

// `cfg(test)` lets clippy see that the helpers beside the tests are test code too.
#[cfg(test)]
mod main {
    mod ca;
    mod crl;
    mod ocsp;
    mod support;
    mod walk;
}
