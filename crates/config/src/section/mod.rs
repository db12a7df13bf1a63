//! The sections of the configuration: each file holds one section's keys, type and rules.

pub mod audit;
pub mod auth;
pub mod channels;
pub mod database;
pub mod demo;
pub mod digest;
pub mod edge;
pub mod encryption;
pub mod export;
pub mod guards;
pub mod jobs;
pub mod log;
pub mod monitoring;
pub mod pki;
pub mod policy;
pub mod relying_party;
pub mod retention;
pub mod scheduler;
pub mod server;
pub mod shutdown;
pub mod tls;

use crate::key::Key;

/// A heading of the reference page with its keys, in the order they are read.
pub(crate) struct Group {
    pub(crate) title: &'static str,
    pub(crate) keys: &'static [Key],
}

/// Every key.
pub(crate) const GROUPS: &[Group] = &[
    Group { title: "Server", keys: server::KEYS },
    Group { title: "Edge", keys: edge::KEYS },
    Group { title: "Server certificate", keys: tls::KEYS },
    Group { title: "Database", keys: database::KEYS },
    Group { title: "Logging", keys: log::KEYS },
    Group { title: "Authentication", keys: auth::KEYS },
    Group { title: "Encryption of stored secrets", keys: encryption::KEYS },
    Group { title: "Demo data", keys: demo::KEYS },
    Group { title: "Export", keys: export::KEYS },
    Group { title: "Issuing", keys: pki::KEYS },
    Group { title: "Relying parties", keys: relying_party::KEYS },
    Group { title: "Compliance rules", keys: policy::KEYS },
    Group { title: "Scheduler", keys: scheduler::KEYS },
    Group { title: "Jobs", keys: jobs::KEYS },
    Group { title: "Retention", keys: retention::KEYS },
    Group { title: "Notification channels", keys: channels::KEYS },
    Group { title: "Monitoring", keys: monitoring::KEYS },
    Group { title: "Guards against loops", keys: guards::KEYS },
    Group { title: "Digest", keys: digest::KEYS },
    Group { title: "Audit", keys: audit::KEYS },
    Group { title: "Shutdown", keys: shutdown::KEYS },
];

/// Every key, without its heading.
pub(crate) fn keys() -> impl Iterator<Item = &'static Key> {
    GROUPS.iter().flat_map(|group| group.keys)
}
