//! How long what is over stays in the inventory.

use crate::key::{Key, Kind};
use crate::reader::Reader;
use std::time::Duration;

const ARCHIVED: Key = Key::new(
    "CERTCTL_ARCHIVED_CERTIFICATE_RETENTION",
    "retention.archived_certificates",
    Kind::Span { min: Duration::ZERO },
    "How long after it was archived a certificate is removed for good, with its versions, jobs, approvals and mappings; 0 keeps it for ever. None goes before its last leaf has expired. The issuance ledger and the audit trail stay.",
)
.or("0");
const OPERATIONS: Key = Key::new(
    "CERTCTL_OPERATION_RETENTION",
    "retention.operations",
    Kind::Span { min: Duration::ZERO },
    "How long operations on many certificates are kept after their end, with what became of each certificate; 0 keeps them for ever.",
)
.or("2160h");
const NOTIFICATIONS: Key = Key::new(
    "CERTCTL_NOTIFICATION_RETENTION",
    "retention.notifications",
    Kind::Span { min: Duration::ZERO },
    "How long sent and cancelled notifications are kept, and alerts after they were routed; 0 keeps them for ever. Dead notifications are always kept.",
)
.or("2160h");

pub(crate) const KEYS: &[Key] = &[ARCHIVED, OPERATIONS, NOTIFICATIONS];

/// Times after which something is removed; zero keeps it for ever.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// Certificates, after they were archived.
    pub archived_certificates: Duration,
    /// Operations, after their end.
    pub operations: Duration,
    /// Notifications, after they were made, unless they are dead; alerts, after their routing.
    pub notifications: Duration,
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Retention {
    Retention {
        archived_certificates: reader.span(&ARCHIVED),
        operations: reader.span(&OPERATIONS),
        notifications: reader.span(&NOTIFICATIONS),
    }
}
