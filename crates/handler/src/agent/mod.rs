//! Agents as operators see them, and enrolment.

mod convert;
mod create;
mod enrol;
mod get;
mod list;
mod retire;
mod token;

pub(crate) use convert::agent as agent_body;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let read = Access::Holding(Permission::InventoryRead);
    let write = Access::Holding(Permission::AgentWrite);
    route!(table, read, list::list_agents);
    route!(table, read, list::list_retired_agents);
    route!(table, read, get::get_agent);
    route!(table, write, create::create_agent);
    table.shows_secret();
    route!(table, write, retire::retire_agent);
    route!(table, write, token::issue_enrolment_token);
    table.shows_secret();
    // The one-time token is the proof.
    route!(table, Access::Public, enrol::enrol_agent);
}
