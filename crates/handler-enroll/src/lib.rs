//! The wire of PKI protocols, which have formats and errors of their own: CRLs, OCSP and CA
//! certificates for relying parties.
//!
//! [`PkiRoutes`] binds the routes to the service behind them; the same routes are served over TLS
//! beside the API and over plain HTTP on a listener of their own, because whoever checks a
//! certificate of that TLS connection must not need the connection for it (RFC 5280 §8). Knows
//! service traits; never a store, a clock or a key.

mod ca;
mod conditional;
mod crl;
mod health;
mod ocsp;
mod refused;

use actix_web::web::{Data, ServiceConfig};
use certctl_http_core::{Access, AddressLimit, RouteTable, route};
use certctl_service_api::relying_party::RelyingPartyService;
use certctl_telemetry::OcspCounters;
use std::fmt;
use std::sync::Arc;

/// Below this path is everything that relying parties read.
pub const ROOT: &str = "/.well-known/pki/";

/// What stands before the OCSP responder.
#[derive(Debug, Default)]
pub struct OcspEntry {
    /// Counts requests; the responder counts in the same object.
    pub counters: Arc<OcspCounters>,
    /// How often one address may ask; absent means without limit.
    pub limit: Option<AddressLimit>,
}

/// The routes for relying parties.
#[derive(Clone)]
pub struct PkiRoutes {
    service: Arc<dyn RelyingPartyService>,
    entry: Arc<OcspEntry>,
    table: Arc<RouteTable>,
    with_health: Arc<RouteTable>,
}

impl fmt::Debug for PkiRoutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PkiRoutes").field("table", &self.table).finish_non_exhaustive()
    }
}

impl PkiRoutes {
    /// Routes to this service.
    pub fn new(service: Arc<dyn RelyingPartyService>, entry: Arc<OcspEntry>) -> Self {
        let mut with_health = route_table();
        route!(with_health, Access::RelyingParty, health::health);
        Self { service, entry, table: Arc::new(route_table()), with_health: Arc::new(with_health) }
    }

    /// Registers the routes beside others.
    pub fn configure(&self, config: &mut ServiceConfig) {
        self.register(&self.table, config);
    }

    /// Registers the routes, and `GET /health`, for a listener that has no others.
    pub fn configure_alone(&self, config: &mut ServiceConfig) {
        self.register(&self.with_health, config);
    }

    fn register(&self, table: &RouteTable, config: &mut ServiceConfig) {
        config.app_data(Data::from(Arc::clone(&self.service)));
        config.app_data(Data::from(Arc::clone(&self.entry)));
        table.register(config);
    }
}

/// Every route for relying parties.
pub fn route_table() -> RouteTable {
    let mut table = RouteTable::default();
    let everybody = Access::RelyingParty;
    route!(table, everybody, crl::get_crl);
    route!(table, everybody, crl::get_crl_shard);
    route!(table, everybody, ocsp::post_ocsp);
    route!(table, everybody, ocsp::get_ocsp);
    table.takes_rest();
    route!(table, everybody, ocsp::post_ocsp_slash);
    table.takes_rest();
    route!(table, everybody, ca::get_ca);
    table
}
