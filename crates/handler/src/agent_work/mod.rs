//! What an agent asks for and reports, each on its own routes only.

mod certificate;
mod convert;
mod csr;
mod heartbeat;
mod report;
mod work;

use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    route!(table, Access::OwnAgent, heartbeat::record_heartbeat);
    route!(table, Access::OwnAgent, work::claim_work);
    route!(table, Access::OwnAgent, csr::submit_csr);
    route!(table, Access::OwnAgent, certificate::fetch_certificate);
    route!(table, Access::OwnAgent, report::report_job);
}
