//! What stands between the network and the routes: whose address counts, who may ask how often,
//! and which pages of other origins may read answers.

use crate::{Cors, RateLimits, TrustedProxies};
use certctl_service_api::idempotency::IdempotencyService;
use std::sync::Arc;

/// The rules of the server's edge. The default believes no proxy, allows no other origin and limits
/// nobody.
#[derive(Debug, Clone, Default)]
pub struct Edge {
    /// Whose word about client addresses is believed.
    pub proxies: TrustedProxies,
    /// Which pages of other origins may read answers.
    pub cors: Cors,
    /// Who may ask how often; absent means without limit.
    pub limits: Option<Arc<RateLimits>>,
    /// Who remembers answers to requests with an `Idempotency-Key`; absent means the header is ignored.
    pub replays: Option<Arc<dyn IdempotencyService>>,
}
