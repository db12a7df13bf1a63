//! The certificate authorities certctl can ask, one module each.
//!
//! A connector knows the connector contract, X.509 and its own authority; it never sees a
//! database, a service or HTTP of certctl. Everything it touches comes from its environment
//! ([`certctl_connector_api::issuer::IssuerEnv`]).

mod local;

pub use local::LocalCaFactory;

use certctl_connector_api::IssuerRegistry;
use std::sync::Arc;

/// Every issuer connector of this crate.
pub fn registry() -> IssuerRegistry {
    IssuerRegistry::new(vec![Arc::new(LocalCaFactory)])
}
