//! Servers for tests of the client and the agent: real TLS on loopback, no database, no actix.
//!
//! [`HttpsServer`] answers with a closure; [`ControlPlane`] on top of it behaves like the routes an
//! agent uses: it hands out leased jobs, signs CSRs, takes reports, and can be told to fail.

mod certificates;
mod control_plane;
mod https;
mod routes;
mod state;

pub use certificates::now;
pub use control_plane::{ControlPlane, Issuance};
pub use https::{HttpsServer, Request, Response};
pub use state::{Fault, State};
