//! The channels certctl can notify people through, one module each.
//!
//! A connector knows the connector contract and its own service; it never sees a database, a
//! service or HTTP of certctl. Everything it touches comes from its environment
//! ([`certctl_connector_api::notifier::NotifierEnv`]).

mod email;
mod fields;
mod http;
mod opsgenie;
mod pagerduty;
mod slack;
mod teams;
mod text;
mod webhook;

pub use email::EmailFactory;
pub use opsgenie::OpsGenieFactory;
pub use pagerduty::PagerDutyFactory;
pub use slack::SlackFactory;
pub use teams::TeamsFactory;
pub use webhook::WebhookFactory;

use certctl_connector_api::NotifierRegistry;
use std::sync::Arc;

/// Every notifier of this crate.
pub fn registry() -> NotifierRegistry {
    NotifierRegistry::new(vec![
        Arc::new(EmailFactory),
        Arc::new(WebhookFactory),
        Arc::new(SlackFactory),
        Arc::new(TeamsFactory),
        Arc::new(PagerDutyFactory),
        Arc::new(OpsGenieFactory),
    ])
}
