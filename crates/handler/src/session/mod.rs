//! Sessions of people in the console.

mod close;
mod convert;
mod current;
mod open;

use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    route!(table, Access::Public, open::open_session);
    table.shows_secret();
    route!(table, Access::Authenticated, current::get_session);
    route!(table, Access::Public, close::close_session);
}
