//! certctl as its users meet it: real server and agent processes, a real nginx, real databases.
//!
//! [`harness`] starts and ends the processes of a test or of the demo; [`demo`] is the program
//! behind `cargo xtask demo`. The end-to-end tests themselves are in `tests/main`.

#![expect(
    clippy::disallowed_methods,
    reason = "starting programs, writing fixtures and reading where cargo put things is what this crate is for"
)]

pub mod demo;
pub mod harness;
