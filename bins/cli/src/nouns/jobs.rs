//! Jobs and approvals.

use crate::noun::{Action, Answer, Column, Kind, Noun, Verb, body, filter, post, read, text, time};

const COLUMNS: &[Column] = &[
    text("ID", "/id"),
    text("TYPE", "/type"),
    text("CERTIFICATE", "/certificate_id"),
    text("STATUS", "/status"),
    text("ATTEMPTS", "/attempts"),
];

const TIMELINE_COLUMNS: &[Column] = &[
    time("AT", "/at"),
    text("CHANGE", "/change"),
    text("FROM", "/from"),
    text("TO", "/to"),
    text("HOLDER", "/holder"),
    text("ERROR", "/error"),
];

pub(crate) const JOBS: Noun = Noun {
    name: "jobs",
    aliases: &["job"],
    one: "job",
    about: "Issuances, deployments and tests",
    path: "jobs",
    verbs: &[Verb::List, Verb::Get],
    filters: &[
        filter("status", "Pending, AwaitingCSR, AwaitingApproval, Running, Completed, Failed or Cancelled"),
        filter("type", "Issuance, Renewal, Deployment or Validation"),
        filter("certificate-id", "Certificate"),
        filter("agent-id", "Agent"),
        filter("target-id", "Target"),
        filter("created-after", "Created after this date or time"),
        filter("created-before", "Created before this date or time"),
    ],
    columns: COLUMNS,
    actions: &[
        read(
            "timeline",
            "jobs/{id}/timeline",
            "Everything that happened to it",
            Answer::Rows("/changes", TIMELINE_COLUMNS),
        ),
        read("verification", "jobs/{id}/verification", "What the target was seen to serve", Answer::Object),
        post("cancel", "jobs/{id}/cancel", "Stop it", Answer::Done("Cancelled {id}.")),
        Action {
            waits: true,
            ..post("retry", "jobs/{id}/retry", "Queue a failed job again", Answer::Object)
        },
        post(
            "approve",
            "jobs/{id}/approve",
            "Agree to it as a second person",
            Answer::Done("Approved {id}."),
        ),
        Action {
            args: &[body("reason", Kind::Text, "Why")],
            ..post(
                "reject",
                "jobs/{id}/reject",
                "Refuse it as a second person",
                Answer::Done("Rejected {id}."),
            )
        },
    ],
};

const APPROVAL_COLUMNS: &[Column] = &[
    text("ID", "/id"),
    text("CERTIFICATE", "/certificate_id"),
    text("REQUESTED BY", "/requested_by"),
    text("STATE", "/state"),
    text("DECIDED BY", "/decided_by"),
    time("CREATED", "/created_at"),
];

const NOTE: &[crate::noun::Arg] = &[body("note", Kind::Text, "Note for the record")];

pub(crate) const APPROVALS: Noun = Noun {
    name: "approvals",
    aliases: &["approval"],
    one: "approval request",
    about: "Issuances that wait for a second person",
    path: "approvals",
    verbs: &[Verb::List, Verb::Get],
    filters: &[
        filter("state", "pending, approved, rejected or expired"),
        filter("certificate-id", "Certificate"),
        filter("requested-by", "Who asked"),
    ],
    columns: APPROVAL_COLUMNS,
    actions: &[
        Action {
            args: NOTE,
            ..post("approve", "approvals/{id}/approve", "Agree", Answer::Done("Approved {id}."))
        },
        Action {
            args: NOTE,
            ..post("reject", "approvals/{id}/reject", "Refuse", Answer::Done("Rejected {id}."))
        },
    ],
};
