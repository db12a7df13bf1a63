//! Notifications, their channels and their routing.

use crate::noun::{
    Action, Answer, Column, Kind, Method, Noun, RECORD, Verb, body, filter, post, read, required, text, time,
};

const COLUMNS: &[Column] = &[
    text("ID", "/id"),
    text("TYPE", "/type"),
    text("SEVERITY", "/severity"),
    text("CHANNEL", "/channel"),
    text("RECIPIENT", "/recipient"),
    text("STATUS", "/status"),
    text("DELIVERY", "/delivery"),
    text("FAILURES", "/retry_count"),
    text("SUBJECT", "/subject"),
    time("CREATED", "/created_at"),
];

pub(crate) const NOTIFICATIONS: Noun = Noun {
    name: "notifications",
    aliases: &["notification"],
    one: "notification",
    about: "What people were told, or should have been",
    path: "notifications",
    verbs: &[Verb::List, Verb::Get],
    filters: &[
        filter("status", "pending, sent, failed, dead or cancelled"),
        filter("delivery", "delivered, or no_notifier for what reached nobody"),
        filter("type", "What it is about, for example RenewalFailure"),
        filter("severity", "informational, warning or critical"),
        filter("channel", "Kind of channel, for example Slack"),
        filter("channel-id", "Channel"),
        filter("certificate-id", "Certificate"),
        filter("read", "true or false"),
        filter("created-after", "Date or time"),
        filter("created-before", "Date or time"),
    ],
    columns: COLUMNS,
    actions: &[
        post("read", "notifications/{id}/read", "Mark one as read", Answer::Done("Marked {id} as read.")),
        post(
            "requeue",
            "notifications/{id}/requeue",
            "Have one delivered again that is dead, failed or reached nobody",
            Answer::Done("Requeued {id}."),
        ),
        Action {
            args: &[
                body("status", Kind::Text, "dead or failed"),
                body("delivery", Kind::Text, "no_notifier, instead of a status"),
                body("type", Kind::Text, "Only what is about this, for example RenewalFailure"),
                body("severity", Kind::Text, "Only of this severity"),
                body("channel", Kind::Text, "Only over this kind of channel"),
                body("channel-id", Kind::Text, "Only over this channel"),
                body("certificate-id", Kind::Text, "Only about this certificate"),
                body("created-after", Kind::Text, "Only what was created after this time"),
                body("created-before", Kind::Text, "Only what was created before this time"),
            ],
            confirm: Some("Deliver everything that matches again?"),
            ..post("requeue-all", "notifications/requeue", "Have many delivered again", Answer::Object)
        },
        Action {
            args: &[
                body("channel-id", Kind::Text, "Channel to try"),
                body("channel", Kind::Text, "Or a kind, for example Email"),
                body("recipient", Kind::Text, "Mail address, for mail"),
            ],
            ..post("test", "notifications/test", "Send a test over a channel", Answer::Object)
        },
    ],
};

pub(crate) const CHANNELS: Noun = Noun {
    name: "channels",
    aliases: &["channel"],
    one: "notification channel",
    about: "Where notifications go",
    path: "notification-channels",
    verbs: RECORD,
    filters: &[filter("type", "Type, for example Slack")],
    columns: &[
        text("ID", "/id"),
        text("NAME", "/name"),
        text("TYPE", "/type"),
        text("ENABLED", "/enabled"),
        text("SOURCE", "/source"),
        text("FAILURES", "/health/consecutive_failures"),
        time("LAST SUCCESS", "/health/last_success_at"),
    ],
    actions: &[],
};

const FIELDS: crate::noun::Arg =
    required(body("routing", Kind::File, "File with the fields, JSON or YAML; - reads standard input"));

pub(crate) const ROUTING: Noun = Noun {
    name: "routing",
    aliases: &[],
    one: "routing",
    about: "Who hears of what",
    path: "notifications/routing",
    verbs: &[],
    filters: &[],
    columns: &[],
    actions: &[
        read("get", "notifications/routing", "Show it", Answer::Object),
        Action {
            method: Method::Put,
            args: &[FIELDS],
            confirm: Some("Replace the whole routing?"),
            ..post("set", "notifications/routing", "Replace it as a whole", Answer::Object)
        },
        Action {
            method: Method::Patch,
            args: &[FIELDS],
            ..post("update", "notifications/routing", "Change the fields that a file names", Answer::Object)
        },
    ],
};
