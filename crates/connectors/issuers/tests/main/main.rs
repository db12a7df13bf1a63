//! Behaviour of the issuer connectors as the job runners see it.

#![expect(
    clippy::disallowed_methods,
    reason = "openssl is the second opinion, and CA files are made for the tests"
)]

// `cfg(test)` tells clippy that the helpers are test code, too.
#[cfg(test)]
mod bench;
#[cfg(test)]
mod files;
mod generated;
mod issued;
