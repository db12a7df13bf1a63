//! Targets: the places certificates are deployed to, one module each.
//!
//! The crate knows how each kind is configured and which files and commands it means; the
//! sequence of a deployment is in `certctl-deploy`. Entry point: [`registry`].

mod fields;
mod nginx;

pub use nginx::NginxFactory;

use certctl_connector_api::target::TargetFactory;
use std::sync::Arc;

/// Every target this build can deploy to.
pub fn registry() -> Vec<Arc<dyn TargetFactory>> {
    vec![Arc::new(NginxFactory)]
}
