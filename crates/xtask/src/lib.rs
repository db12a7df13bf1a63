//! The repository's own commands, run as `cargo xtask <command>`.
//!
//! They check what compilers and linters cannot ([`layers`], [`tidy`]), run everything in
//! order with nothing installed by hand ([`suite`], [`packages`]), and write the files that
//! are generated from code ([`generated`]). Knows nothing of certctl's own crates, so that
//! it builds in seconds.

#![expect(clippy::print_stdout, reason = "a command line tool reports on its standard output")]
#![expect(
    clippy::disallowed_methods,
    reason = "running programs and writing files is what these commands are for"
)]

pub mod delegate;
pub mod findings;
pub mod generated;
pub mod layers;
pub mod migration;
pub mod packages;
pub mod suite;
pub mod tidy;
pub mod web;
pub mod workspace;
