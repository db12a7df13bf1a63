//! Probes, identity, version and the API's own description.

mod identity;
mod meta;
mod probe;

use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    route!(table, Access::Public, probe::health);
    route!(table, Access::Public, probe::ready);
    route!(table, Access::Public, probe::health_of_scheduler);
    route!(table, Access::Public, identity::auth_info);
    route!(table, Access::Authenticated, identity::auth_check);
    route!(table, Access::Public, meta::version);
    route!(table, Access::Public, meta::openapi);
}
