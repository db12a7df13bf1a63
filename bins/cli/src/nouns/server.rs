//! Statistics, metrics and the digest.

use crate::noun::{Action, Answer, Kind, Noun, post, query, read, text};

const DAYS: &[crate::noun::Arg] = &[query("days", Kind::Number, "How many days, 1 to 365")];

pub(crate) const STATS: Noun = Noun {
    name: "stats",
    aliases: &[],
    one: "statistic",
    about: "Figures of the dashboard",
    path: "stats",
    verbs: &[],
    filters: &[],
    columns: &[],
    actions: &[
        read("summary", "stats/summary", "Certificates, agents and jobs in figures", Answer::Object),
        read(
            "certificates-by-status",
            "stats/certificates-by-status",
            "Certificates by status",
            Answer::Rows("", &[text("STATUS", "/status"), text("COUNT", "/count")]),
        ),
        Action {
            args: DAYS,
            ..read(
                "expiration-timeline",
                "stats/expiration-timeline",
                "How many certificates end on each of the next days",
                Answer::Rows("", &[text("DATE", "/date"), text("COUNT", "/count")]),
            )
        },
        Action {
            args: DAYS,
            ..read(
                "job-trends",
                "stats/job-trends",
                "Jobs by day and result",
                Answer::Rows(
                    "",
                    &[
                        text("DATE", "/date"),
                        text("COMPLETED", "/completed_count"),
                        text("FAILED", "/failed_count"),
                        text("SUCCESS %", "/success_rate"),
                    ],
                ),
            )
        },
        Action {
            args: DAYS,
            ..read(
                "issuance-rate",
                "stats/issuance-rate",
                "Issued certificates by day",
                Answer::Rows("", &[text("DATE", "/date"), text("ISSUED", "/issued_count")]),
            )
        },
    ],
};

pub(crate) const METRICS: Noun = Noun {
    name: "metrics",
    aliases: &[],
    one: "metric",
    about: "Metrics of the server",
    path: "metrics",
    verbs: &[],
    filters: &[],
    columns: &[],
    actions: &[
        read("json", "metrics", "As JSON", Answer::Object),
        read("prometheus", "metrics/prometheus", "In the Prometheus text format", Answer::Raw),
    ],
};

pub(crate) const DIGEST: Noun = Noun {
    name: "digest",
    aliases: &[],
    one: "digest",
    about: "The regular mail about what is urgent",
    path: "digest",
    verbs: &[],
    filters: &[],
    columns: &[],
    actions: &[
        read("preview", "digest/preview", "As it would be sent now, an HTML document", Answer::Raw),
        post("send", "digest/send", "Send it now to everybody who gets the regular one", Answer::Object),
    ],
};

pub(crate) const CONNECTORS: Noun = Noun {
    name: "connector-types",
    aliases: &[],
    one: "kind of connector",
    about: "What issuers, targets and channels there can be",
    path: "connector-types",
    verbs: &[],
    filters: &[],
    columns: &[],
    actions: &[read(
        "list",
        "connector-types",
        "Every kind, with the fields of its configuration",
        Answer::Rows("/data", &[text("FAMILY", "/family"), text("TYPE", "/type")]),
    )],
};
