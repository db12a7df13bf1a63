//! The audit trail.

use crate::noun::{Action, Answer, Column, Kind, Noun, Verb, filter, named, query, read, text, time};

const CALL_COLUMNS: &[Column] = &[
    time("AT", "/timestamp"),
    text("ACTOR", "/actor"),
    text("METHOD", "/method"),
    text("PATH", "/path"),
    text("STATUS", "/status"),
    text("MS", "/latency_ms"),
];

pub(crate) const AUDIT: Noun = Noun {
    name: "audit",
    aliases: &[],
    one: "audit event",
    about: "What was done, by whom",
    path: "audit",
    verbs: &[Verb::List, Verb::Get],
    filters: &[
        filter("actor", "Who"),
        filter("actor-type", "User, System or Agent"),
        filter("action", "What, for example certificate_created"),
        filter("resource-type", "Kind of the object"),
        filter("resource-id", "Id of the object"),
        filter("request-id", "Request"),
        filter("from", "Not before this date or time"),
        filter("to", "Before this date or time"),
    ],
    columns: &[
        time("AT", "/timestamp"),
        text("ACTOR", "/actor"),
        text("ACTION", "/action"),
        text("OBJECT", "/resource_id"),
        text("ID", "/id"),
    ],
    actions: &[
        Action {
            args: &[
                named("format", query("lines", Kind::Text, "jsonl or csv")),
                query("actor", Kind::Text, "Who"),
                query("action", Kind::Text, "What"),
                query("resource-type", Kind::Text, "Kind of the object"),
                query("resource-id", Kind::Text, "Id of the object"),
                query("from", Kind::Text, "Not before this date or time"),
                query("to", Kind::Text, "Before this date or time"),
            ],
            ..read("export", "audit/export", "Every event that matches, as lines", Answer::Raw)
        },
        read(
            "checkpoint",
            "audit/checkpoint",
            "The last signed checkpoint of the hash chain",
            Answer::Object,
        ),
        read("calls", "audit/calls", "The log of API calls", Answer::Page(CALL_COLUMNS)),
    ],
};
