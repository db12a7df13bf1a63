//! The channels certctl can notify people through, one module each.
//!
//! A connector knows the connector contract and its own service; it never sees a database, a
//! service or HTTP of certctl. Everything it touches comes from its environment
//! ([`certctl_connector_api::notifier::NotifierEnv`]).

mod email;

pub use email::EmailFactory;

use certctl_connector_api::NotifierRegistry;
use std::sync::Arc;

/// Every notifier of this crate.
pub fn registry() -> NotifierRegistry {
    NotifierRegistry::new(vec![Arc::new(EmailFactory)])
}
