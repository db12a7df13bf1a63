//! The server as a library: command line, composition root, start and stop.
//!
//! Only wiring lives here. [`wiring::build`] is the list of everything the process consists of;
//! tests run the same function with their own clock and connectors ([`Environment`]).

mod cli;
mod commands;
mod crl_source;
mod database;
mod edge;
mod environment;
mod heartbeat;
mod master_key;
mod observers;
mod output;
pub mod run;
mod server_certificate;
pub mod wiring;

pub use cli::main;
pub use environment::Environment;
