//! Storage of certctl on SQLite and PostgreSQL, written once with diesel.
//!
//! The only crate that knows diesel: no type of it appears in the public interface.

#[macro_use]
#[expect(missing_docs, reason = "the derived backend types have none")]
mod conn;
mod dialect;
mod manager;
mod types;

/// Parts that only this crate's own tests reach for.
#[doc(hidden)]
pub mod internals {
    pub use crate::conn::{AnyConn, MultiBackend, MultiField, MultiRawValue, MultiRow};
    pub use crate::dialect::{begin, commit, roll_back};
    pub use crate::manager::{ConnectionSource, Endpoint, SqliteRole};
    pub use crate::types::DbTime;
}
