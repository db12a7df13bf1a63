//! The client against a real TLS server.

// `cfg(test)` tells clippy that the helpers are test code, too.
#[cfg(test)]
mod answers;
#[cfg(test)]
mod trust;
