//! Sessions and identities as JSON bodies.

use certctl_api_types::session as api;
use certctl_domain::access::Permission;
use certctl_service_api::Actor;
use certctl_service_api::session::Stay;

pub(super) fn session(who: &Actor, stay: Option<Stay>) -> api::Session {
    api::Session {
        user: who.name().to_owned(),
        identity: who.principal().to_owned(),
        role: who.role(),
        permissions: Permission::ALL.iter().copied().filter(|one| who.may(*one)).collect(),
        console: stay.map(|stay| api::ConsoleSession {
            csrf_token: stay.csrf_token,
            idle_end: stay.idle_end,
            expires_at: stay.expires_at,
        }),
    }
}
