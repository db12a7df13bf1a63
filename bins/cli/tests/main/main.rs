//! The `certctl` program as a shell sees it, without a server: help, exit codes, contexts. What it
//! does with a server is tested end to end.

#![expect(
    clippy::disallowed_methods,
    reason = "starting the program and writing fixtures is what these tests are for"
)]

#[cfg(test)]
mod command_line;
#[cfg(test)]
mod contexts;
#[cfg(test)]
mod program;
#[cfg(test)]
mod reference;
