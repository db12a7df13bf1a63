//! Certificate revocation lists (RFC 5280 §5): building them fast, and reading those of anybody.
//!
//! A [`RevokedList`] holds the entries as they are encoded, so that a list of a million entries
//! changes by one at the cost of copying it. A [`CrlTemplate`] makes the bytes to sign from it.

mod entry;
mod list;
mod parsed;
mod template;

pub use entry::{CrlEntry, EntryReason};
pub use list::{RevokedList, RevokedListChange};
pub use parsed::{Crl, MAX_CRL_BYTES};
pub use template::{CrlTemplate, CrlToBeSigned, IssuingPoint};
