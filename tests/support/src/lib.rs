//! What tests need from the machine: programs, free ports, a PostgreSQL and a mail server of their
//! own, and HTTP servers that answer as told.
//!
//! Nothing here knows certctl. A missing program is an error that names the package to
//! install, never a reason to skip a test.

#![expect(
    clippy::disallowed_methods,
    reason = "starting programs and reading PATH is what this crate is for"
)]

mod fake_receiver;
mod port;
mod postgres;
mod program;
mod smtp;

pub use fake_receiver::{FakeReceiver, Received, Reply, Stream};
pub use port::free_port;
pub use postgres::TestPostgres;
pub use program::{find_program, install_line, require_program};
pub use smtp::TestSmtp;
