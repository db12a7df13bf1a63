//! Agents and agent groups.

use crate::noun::{
    Action, Answer, Arg, Column, Kind, Method, Noun, RECORD, Verb, body, filter, post, query, read, required,
    text, time,
};

const COLUMNS: &[Column] = &[
    text("ID", "/id"),
    text("HOSTNAME", "/hostname"),
    text("STATUS", "/status"),
    text("OS", "/os"),
    text("ARCHITECTURE", "/architecture"),
    text("IP ADDRESS", "/ip_address"),
];

const RETIRED_COLUMNS: &[Column] = &[
    text("ID", "/id"),
    text("HOSTNAME", "/hostname"),
    text("OS", "/os"),
    text("ARCHITECTURE", "/architecture"),
    time("RETIRED AT", "/retired_at"),
    text("REASON", "/retired_reason"),
];

const RETIRE: Action = Action {
    method: Method::Delete,
    args: &[
        query("force", Kind::Switch, "Retire its targets as well; needs --reason"),
        query("reason", Kind::Text, "Why"),
    ],
    confirm: Some("Retire {id}?"),
    ..post("retire", "agents/{id}", "Take an agent out of service", Answer::Object)
};

const TOKEN: Action = Action {
    args: &[body("validity-seconds", Kind::Number, "How long it is valid; one hour when left out")],
    ..post("enroll-token", "agents/enrolment-tokens", "Make a one-time enrolment token", Answer::Object)
};

pub(crate) const AGENTS: Noun = Noun {
    name: "agents",
    aliases: &["agent"],
    one: "agent",
    about: "Agents on hosts",
    path: "agents",
    verbs: &[Verb::List, Verb::Get, Verb::Create],
    filters: &[
        filter("status", "Online, Offline or Degraded"),
        filter("search", "Part of the name, host name or address"),
    ],
    columns: COLUMNS,
    actions: &[
        read("retired", "agents/retired", "Agents out of service", Answer::Page(RETIRED_COLUMNS)),
        RETIRE,
        TOKEN,
    ],
};

const GROUP_COLUMNS: &[Column] = &[
    text("ID", "/id"),
    text("NAME", "/name"),
    text("OS", "/match_os"),
    text("ARCHITECTURE", "/match_architecture"),
    text("NETWORK", "/match_ip_cidr"),
    text("VERSION", "/match_version"),
    text("ENABLED", "/enabled"),
];

const MEMBERSHIP: Arg = required(body("membership-type", Kind::Text, "include or exclude"));

pub(crate) const AGENT_GROUPS: Noun = Noun {
    name: "agent-groups",
    aliases: &["agent-group", "groups"],
    one: "agent group",
    about: "Groups of agents",
    path: "agent-groups",
    verbs: RECORD,
    filters: &[],
    columns: GROUP_COLUMNS,
    actions: &[
        read("members", "agent-groups/{id}/members", "Agents that belong to it now", Answer::Page(COLUMNS)),
        Action {
            method: Method::Put,
            args: &[MEMBERSHIP],
            ..post(
                "set-member",
                "agent-groups/{id}/members/{agent_id}",
                "Include or exclude an agent whatever the criteria say",
                Answer::Done("Set {agent_id} in {id}."),
            )
        },
        Action {
            method: Method::Delete,
            ..post(
                "unset-member",
                "agent-groups/{id}/members/{agent_id}",
                "Leave an agent to the criteria again",
                Answer::Done("Left {agent_id} to the criteria of {id}."),
            )
        },
    ],
};
