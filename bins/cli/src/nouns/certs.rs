//! Certificates and bulk operations.

use super::revocation;
use crate::noun::{
    Action, Answer, Arg, Column, Kind, Method, Noun, RECORD, Verb, body, day, filter, named, post, query,
    read, required, text, time,
};

const COLUMNS: &[Column] = &[
    text("ID", "/id"),
    text("COMMON NAME", "/common_name"),
    text("STATUS", "/status"),
    day("EXPIRES", "/expires_at"),
    text("ISSUER", "/issuer_id"),
];

const VERSION_COLUMNS: &[Column] = &[
    text("ID", "/id"),
    text("SERIAL", "/serial_number"),
    text("KEY", "/key_algorithm"),
    text("BITS", "/key_size"),
    day("NOT BEFORE", "/not_before"),
    day("NOT AFTER", "/not_after"),
    text("AGENT", "/agent_id"),
];

const DEPLOYMENT_COLUMNS: &[Column] = &[
    text("TARGET", "/target_id"),
    text("NAME", "/target_name"),
    text("TYPE", "/target_type"),
    text("AGENT", "/agent_id"),
    text("STATUS", "/status"),
    time("DEPLOYED", "/deployed_at"),
    text("ERROR", "/last_error"),
];

/// Which certificates a bulk operation is about.
pub(super) const CRITERIA: [Arg; 6] = [
    body("certificate-ids", Kind::List, "Only these certificates"),
    body("profile-id", Kind::Text, "Certificates of this profile"),
    body("owner-id", Kind::Text, "Certificates of this owner"),
    body("agent-id", Kind::Text, "Certificates on targets of this agent"),
    body("issuer-id", Kind::Text, "Certificates of this issuer"),
    body("team-id", Kind::Text, "Certificates of this team"),
];

pub(super) const DRY_RUN: Arg = body("dry-run", Kind::Switch, "Say what would happen, change nothing");
pub(super) const EXPECTED: Arg =
    body("expected-count", Kind::Number, "Refuse unless exactly this many match");

const RENEW: Action = Action {
    args: &[
        body("force", Kind::Switch, "Cancel an issuance that is under way and start again"),
        body("override", Kind::Switch, "Renew although the guard against loops has stopped it"),
        body("reason", Kind::Text, "Why the guard is overridden"),
    ],
    waits: true,
    ..post("renew", "certificates/{id}/renew", "Issue a new certificate now", Answer::Object)
};

const DEPLOY: Action = Action {
    args: &[body("target-id", Kind::Text, "Only to this target")],
    waits: true,
    ..post("deploy", "certificates/{id}/deploy", "Deploy the current certificate again", Answer::Object)
};

const SET_TARGETS: Action = Action {
    method: Method::Put,
    args: &[required(body("target-ids", Kind::List, "The complete new set of targets"))],
    ..post(
        "set-targets",
        "certificates/{id}/targets",
        "Replace the targets it is deployed to",
        Answer::Object,
    )
};

const BULK_RENEW: Action = Action {
    args: &[CRITERIA[0], CRITERIA[1], CRITERIA[2], CRITERIA[3], CRITERIA[4], CRITERIA[5], DRY_RUN, EXPECTED],
    confirm: Some("Renew every certificate that matches?"),
    waits: true,
    ..post("bulk-renew", "certificates/bulk-renew", "Renew many certificates", Answer::Object)
};

const BULK_REASSIGN: Action = Action {
    args: &[
        required(CRITERIA[0]),
        required(body("owner-id", Kind::Text, "New owner")),
        body("team-id", Kind::Text, "New team"),
        DRY_RUN,
        EXPECTED,
    ],
    confirm: Some("Give every one of these certificates to the new owner?"),
    waits: true,
    ..post(
        "bulk-reassign",
        "certificates/bulk-reassign",
        "Give certificates to another owner",
        Answer::Object,
    )
};

const EXPORT_PEM: Action = Action {
    args: &[query("download", Kind::Switch, "The whole chain as one PEM file instead of JSON")],
    ..read(
        "export",
        "certificates/{id}/export/pem",
        "Write the certificate and its chain as PEM",
        Answer::Raw,
    )
};

const EXPORT_PKCS12: Action = Action {
    args: &[
        body("password", Kind::Secret, "Password of the file"),
        body("allow-empty-password", Kind::Switch, "Write a file without protection"),
    ],
    ..post(
        "export-pkcs12",
        "certificates/{id}/export/pkcs12",
        "Write the certificate and its chain as PKCS#12, without a key",
        Answer::Raw,
    )
};

const EXPORT_LIST: Action = Action {
    args: &[
        named("format", query("lines", Kind::Text, "jsonl or csv")),
        query("status", Kind::Text, "Status"),
        query("environment", Kind::Text, "Environment, exact"),
        query("owner-id", Kind::Text, "Owner"),
        query("team-id", Kind::Text, "Team"),
        query("issuer-id", Kind::Text, "Issuer"),
        query("profile-id", Kind::Text, "Profile"),
        query("q", Kind::Text, "Part of the name or common name"),
        query("expires-before", Kind::Text, "Ends before this date or time"),
        query("fields", Kind::Text, "Only these JSON fields, separated by commas"),
    ],
    ..read("export-list", "certificates/export", "Every certificate that matches, as lines", Answer::Raw)
};

const PAUSE: Action = Action {
    args: &[body("reason", Kind::Text, "Why")],
    ..post("pause", "certificates/{id}/pause", "Stop automatic renewal of it", Answer::Done("Paused {id}."))
};

pub(crate) const CERTS: Noun = Noun {
    name: "certs",
    aliases: &["certificates", "cert"],
    one: "certificate",
    about: "Managed certificates",
    path: "certificates",
    verbs: RECORD,
    filters: &[
        filter(
            "status",
            "Pending, Active, Expiring, Expired, RenewalInProgress, Failed, Revoked or Archived",
        ),
        filter("environment", "Environment, exact"),
        filter("owner-id", "Owner"),
        filter("team-id", "Team"),
        filter("issuer-id", "Issuer"),
        filter("profile-id", "Profile"),
        filter("renewal-policy-id", "Renewal policy"),
        filter("agent-id", "Mapped to a target of this agent"),
        filter("target-id", "Mapped to this target"),
        filter("q", "Part of the name or common name"),
        filter("expires-before", "Ends before this date or time"),
        filter("expires-after", "Ends after this date or time"),
        filter("created-after", "Created after this date or time"),
        filter("updated-after", "Changed after this date or time"),
        filter("sort", "Field to sort by, - in front for descending, for example -expires_at"),
        filter("fields", "Only these JSON fields, separated by commas"),
    ],
    columns: COLUMNS,
    actions: &[
        RENEW,
        DEPLOY,
        SET_TARGETS,
        read(
            "versions",
            "certificates/{id}/versions",
            "What was issued for it",
            Answer::Page(VERSION_COLUMNS),
        ),
        read(
            "version",
            "certificates/{id}/versions/{version_id}",
            "One issued certificate with its PEM",
            Answer::Object,
        ),
        read(
            "deployments",
            "certificates/{id}/deployments",
            "Its state on each target",
            Answer::Rows("/data", DEPLOYMENT_COLUMNS),
        ),
        read("explain", "certificates/{id}/explain", "What happens next with it, and why", Answer::Object),
        PAUSE,
        post(
            "unpause",
            "certificates/{id}/unpause",
            "Let automatic renewal go on",
            Answer::Done("Unpaused {id}."),
        ),
        post("unarchive", "certificates/{id}/unarchive", "Take it back into service", Answer::Object),
        EXPORT_LIST,
        EXPORT_PEM,
        EXPORT_PKCS12,
        revocation::REVOKE,
        revocation::UNHOLD,
        revocation::OF_CERTIFICATE,
        BULK_RENEW,
        BULK_REASSIGN,
        revocation::BULK_REVOKE,
    ],
};

const OPERATION_COLUMNS: &[Column] = &[
    text("ID", "/id"),
    text("KIND", "/kind"),
    text("STATE", "/state"),
    text("MATCHED", "/total_matched"),
    text("DONE", "/total_done"),
    text("SKIPPED", "/total_skipped"),
    text("FAILED", "/total_failed"),
    time("CREATED", "/created_at"),
];

const ITEM_COLUMNS: &[Column] = &[
    text("CERTIFICATE", "/certificate_id"),
    text("STATE", "/state"),
    text("CODE", "/code"),
    text("MESSAGE", "/message"),
];

pub(crate) const OPERATIONS: Noun = Noun {
    name: "operations",
    aliases: &["ops"],
    one: "operation",
    about: "Bulk operations and their progress",
    path: "operations",
    verbs: &[Verb::List, Verb::Get],
    filters: &[
        filter("state", "pending, running, paused, completed or cancelled"),
        filter("kind", "Kind of operation"),
    ],
    columns: OPERATION_COLUMNS,
    actions: &[
        read("items", "operations/{id}/items", "The result for each certificate", Answer::Page(ITEM_COLUMNS)),
        post("pause", "operations/{id}/pause", "Halt it until it is resumed", Answer::Object),
        post("resume", "operations/{id}/resume", "Let it go on where it was", Answer::Object),
        post("cancel", "operations/{id}/cancel", "Stop it; what is done stays done", Answer::Object),
    ],
};
