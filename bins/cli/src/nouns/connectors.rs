//! Issuers and targets.

use crate::noun::{Action, Answer, Column, Noun, RECORD, filter, post, text, time};

const ISSUER_COLUMNS: &[Column] = &[
    text("ID", "/id"),
    text("NAME", "/name"),
    text("TYPE", "/type"),
    text("ENABLED", "/enabled"),
    text("TEST", "/test_status"),
    time("TESTED", "/last_tested_at"),
];

pub(crate) const ISSUERS: Noun = Noun {
    name: "issuers",
    aliases: &["issuer"],
    one: "issuer",
    about: "Certificate authorities",
    path: "issuers",
    verbs: RECORD,
    filters: &[filter("type", "Type, for example ACME"), filter("enabled", "true or false")],
    columns: ISSUER_COLUMNS,
    actions: &[post("test", "issuers/{id}/test", "Check that it can be reached and used", Answer::Object)],
};

const TARGET_COLUMNS: &[Column] = &[
    text("ID", "/id"),
    text("NAME", "/name"),
    text("TYPE", "/type"),
    text("AGENT", "/agent_id"),
    text("ENABLED", "/enabled"),
    text("TEST", "/test_status"),
];

const TEST_TARGET: Action = Action {
    waits: true,
    ..post("test", "targets/{id}/test", "Have its agent check the configuration", Answer::Object)
};

pub(crate) const TARGETS: Noun = Noun {
    name: "targets",
    aliases: &["target"],
    one: "target",
    about: "Places certificates are deployed to",
    path: "targets",
    verbs: RECORD,
    filters: &[
        filter("agent-id", "Targets of this agent"),
        filter("type", "Type, for example NGINX"),
        filter("include-retired", "true shows retired targets as well"),
    ],
    columns: TARGET_COLUMNS,
    actions: &[TEST_TARGET],
};
