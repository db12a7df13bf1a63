//! X.509 checked against OpenSSL, against hostile input and against golden samples.

#![expect(clippy::disallowed_methods, reason = "OpenSSL and its files are the second opinion of these tests")]

// `cfg(test)` lets clippy see that the helpers beside the tests are test code too.
#[cfg(test)]
mod main {
    mod builder;
    mod chain;
    mod corpus;
    mod crl;
    mod golden;
    mod hostile_input;
    mod ocsp;
    mod pkcs12;
    mod requests;
    mod support;
}
