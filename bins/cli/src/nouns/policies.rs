//! Policy rules and violations.

use crate::noun::{Action, Answer, Column, Kind, Noun, RECORD, Verb, body, filter, post, read, text, time};

const VIOLATION_COLUMNS: &[Column] = &[
    text("ID", "/id"),
    text("CERTIFICATE", "/certificate_id"),
    text("RULE", "/rule_id"),
    text("SEVERITY", "/severity"),
    text("MESSAGE", "/message"),
    time("SINCE", "/created_at"),
    time("RESOLVED", "/resolved_at"),
];

pub(crate) const POLICIES: Noun = Noun {
    name: "policies",
    aliases: &["policy"],
    one: "policy rule",
    about: "Compliance rules",
    path: "policies",
    verbs: RECORD,
    filters: &[],
    columns: &[
        text("ID", "/id"),
        text("NAME", "/name"),
        text("TYPE", "/type"),
        text("SEVERITY", "/severity"),
        text("ENABLED", "/enabled"),
    ],
    actions: &[
        read(
            "violations",
            "policies/{id}/violations",
            "Certificates that break it",
            Answer::Page(VIOLATION_COLUMNS),
        ),
        Action {
            args: &[body("rule", Kind::File, "File with the rule, JSON or YAML; - reads standard input")],
            ..post("preview", "policies/preview", "What a rule would find, without saving it", Answer::Object)
        },
    ],
};

pub(crate) const VIOLATIONS: Noun = Noun {
    name: "violations",
    aliases: &["violation"],
    one: "violation",
    about: "Certificates that break rules",
    path: "violations",
    verbs: &[Verb::List, Verb::Get],
    filters: &[
        filter("certificate-id", "Certificate"),
        filter("rule-id", "Rule"),
        filter("severity", "Warning, Error or Critical"),
        filter("open", "true for open ones, false for resolved ones"),
    ],
    columns: VIOLATION_COLUMNS,
    actions: &[],
};
