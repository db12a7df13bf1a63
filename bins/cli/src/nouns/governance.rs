//! Teams, owners, profiles and renewal policies.

use crate::noun::{Column, Noun, RECORD, filter, join, text};

const NAMED: &[Column] = &[text("ID", "/id"), text("NAME", "/name"), text("DESCRIPTION", "/description")];

pub(crate) const TEAMS: Noun = Noun {
    name: "teams",
    aliases: &["team"],
    one: "team",
    about: "Teams",
    path: "teams",
    verbs: RECORD,
    filters: &[],
    columns: NAMED,
    actions: &[],
};

pub(crate) const OWNERS: Noun = Noun {
    name: "owners",
    aliases: &["owner"],
    one: "owner",
    about: "Persons and mailboxes responsible for certificates",
    path: "owners",
    verbs: RECORD,
    filters: &[filter("team-id", "Team")],
    columns: &[text("ID", "/id"), text("NAME", "/name"), text("EMAIL", "/email"), text("TEAM", "/team_id")],
    actions: &[],
};

pub(crate) const PROFILES: Noun = Noun {
    name: "profiles",
    aliases: &["profile"],
    one: "profile",
    about: "What may be issued",
    path: "profiles",
    verbs: RECORD,
    filters: &[],
    columns: &[
        text("ID", "/id"),
        text("NAME", "/name"),
        join("USAGES", "/allowed_ekus"),
        text("MAX SECONDS", "/max_ttl_seconds"),
        text("APPROVAL", "/requires_approval"),
        text("ENABLED", "/enabled"),
    ],
    actions: &[],
};

pub(crate) const RENEWAL_POLICIES: Noun = Noun {
    name: "renewal-policies",
    aliases: &["renewal-policy"],
    one: "renewal policy",
    about: "When certificates are renewed and who is told",
    path: "renewal-policies",
    verbs: RECORD,
    filters: &[],
    columns: &[
        text("ID", "/id"),
        text("NAME", "/name"),
        text("WINDOW DAYS", "/renewal_window_days"),
        text("AUTOMATIC", "/auto_renew"),
        text("RETRIES", "/max_retries"),
        text("AGENT GROUP", "/agent_group_id"),
    ],
    actions: &[],
};
