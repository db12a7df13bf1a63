//! Revocations and CRLs.

use super::certs::{CRITERIA, DRY_RUN, EXPECTED};
use crate::noun::{
    Action, Answer, Arg, Column, Kind, Noun, Part, Verb, body, filter, post, query, read, required, text,
    time,
};

/// Why something is revoked, and when to say so.
const REASONS: &[(&str, &str)] = &[
    ("unspecified", "no reason is given"),
    ("keyCompromise", "somebody else has, or may have, the private key; the key is forbidden for ever"),
    ("caCompromise", "somebody else has, or may have, the key of the CA"),
    ("affiliationChanged", "the subject's name or organisation has changed"),
    ("superseded", "another certificate has taken its place"),
    ("cessationOfOperation", "the service is gone"),
    ("certificateHold", "suspended for now; `certctl certs unhold` ends it"),
    ("privilegeWithdrawn", "a right that the certificate states was taken away"),
    ("aACompromise", "an attribute authority's key is compromised"),
];

const REASON: Arg = required(body("reason", Kind::Choice(REASONS), "Why"));
const INVALIDITY: Arg =
    body("invalidity-date", Kind::Text, "Since when it is not to be trusted, as 2026-06-01T00:00:00Z");

const SCOPES: &[(&str, &str)] = &[
    ("all", "every leaf that has not expired"),
    ("latest", "the newest leaf of each key holder"),
    ("serial", "the leaf with the number of --serial"),
];

const COLUMNS: &[Column] = &[
    text("ISSUER", "/issuer_id"),
    text("SERIAL", "/serial_number"),
    text("CERTIFICATE", "/certificate_id"),
    text("REASON", "/reason"),
    time("REVOKED", "/revoked_at"),
    text("IN FORCE", "/in_force"),
    text("CA KNOWS", "/issuer_notified"),
    text("ERROR", "/last_notify_error"),
];

/// What a revocation did, or would do.
const PARTS: &[Part] = &[
    Part { title: "Revoked", at: "/revocations", columns: COLUMNS },
    Part {
        title: "Would be revoked",
        at: "/leaves",
        columns: &[
            text("ISSUER", "/issuer_id"),
            text("SERIAL", "/serial_number"),
            text("AGENT", "/agent_id"),
            time("NOT AFTER", "/not_after"),
            text("REVOKED ALREADY", "/already_revoked"),
        ],
    },
    Part {
        title: "Targets that would serve a revoked certificate",
        at: "/targets",
        columns: &[text("TARGET", "/target_id"), text("NAME", "/name"), text("VERSION", "/version_id")],
    },
    Part {
        title: "Other valid certificates with the same key",
        at: "/siblings",
        columns: &[
            text("ISSUER", "/issuer_id"),
            text("SERIAL", "/serial_number"),
            text("CERTIFICATE", "/certificate_id"),
            time("NOT AFTER", "/not_after"),
        ],
    },
];

pub(super) const REVOKE: Action = Action {
    args: &[
        REASON,
        body("scope", Kind::Choice(SCOPES), "Which leaves"),
        body("serial", Kind::Text, "Serial number of the one leaf that is meant"),
        INVALIDITY,
        query("dry-run", Kind::Switch, "Say what would be revoked and where it is in use"),
    ],
    confirm: Some("Revoke {id}? Nothing but a hold can be taken back."),
    ..post("revoke", "certificates/{id}/revoke", "Revoke it, for a reason", Answer::Parts(PARTS))
};

pub(super) const UNHOLD: Action =
    post("unhold", "certificates/{id}/unhold", "End its hold", Answer::Done("Ended the hold of {id}."));

pub(super) const OF_CERTIFICATE: Action = read(
    "revocations",
    "certificates/{id}/revocations",
    "What was revoked of it, and whether the CA knows",
    Answer::Rows("/data", COLUMNS),
);

pub(super) const BULK_REVOKE: Action = Action {
    args: &[
        REASON,
        INVALIDITY,
        CRITERIA[0],
        CRITERIA[1],
        CRITERIA[2],
        CRITERIA[3],
        CRITERIA[4],
        CRITERIA[5],
        DRY_RUN,
        EXPECTED,
    ],
    confirm: Some("Revoke every certificate that matches? Nothing but a hold can be taken back."),
    waits: true,
    ..post("bulk-revoke", "certificates/bulk-revoke", "Revoke many certificates", Answer::Object)
};

const BY_NUMBER: Action = Action {
    args: &[
        REASON,
        body("issuer-id", Kind::Text, "Issuer, with --serial"),
        body("serial", Kind::Text, "Serial number, with --issuer-id"),
        body("certificate-pem", Kind::Content, "The certificate instead, PEM"),
        INVALIDITY,
    ],
    confirm: Some("Revoke it? Nothing but a hold can be taken back."),
    ..post(
        "create",
        "revocations",
        "Revoke what certctl has issued, in the inventory or not",
        Answer::Parts(PARTS),
    )
};

pub(super) const REVOCATIONS: Noun = Noun {
    name: "revocations",
    aliases: &[],
    one: "revocation",
    about: "Revoked certificates",
    path: "revocations",
    verbs: &[Verb::List],
    filters: &[
        filter("issuer-id", "Issuer"),
        filter("certificate-id", "Certificate"),
        filter("reason", "Reason, for example keyCompromise"),
        filter("issuer-notified", "true or false: whether the CA knows"),
        filter("in-force", "true or false: false finds holds that have ended"),
    ],
    columns: COLUMNS,
    actions: &[BY_NUMBER],
};

const LISTS: &[Column] = &[
    text("AUTHORITY", "/authority"),
    text("CURRENT", "/current"),
    text("PARTITION", "/partition"),
    text("KIND", "/kind"),
    text("NUMBER", "/number"),
    text("ENTRIES", "/revoked_count"),
    time("THIS UPDATE", "/this_update"),
    time("NEXT UPDATE", "/next_update"),
    text("URL", "/url"),
];

const CACHE: &[Column] = &[
    text("ISSUER", "/issuer_id"),
    text("PRESENT", "/cache_present"),
    text("NUMBER", "/crl_number"),
    text("ENTRIES", "/revoked_count"),
    time("GENERATED", "/generated_at"),
    text("MILLISECONDS", "/generation_duration_ms"),
    time("NEXT UPDATE", "/next_update"),
    text("STALE", "/is_stale"),
    text("LAST ERROR", "/recent_events/0/error"),
];

/// `get` and `inspect` are commands of their own, because relying parties' paths are no JSON.
pub(super) const CRL: Noun = Noun {
    name: "crl",
    aliases: &["crls"],
    one: "CRL",
    about: "Certificate revocation lists",
    path: "crl",
    verbs: &[Verb::List],
    filters: &[],
    columns: &[
        text("ISSUER", "/issuer_id"),
        text("NUMBER", "/crl_number"),
        text("ENTRIES", "/revoked_count"),
        time("THIS UPDATE", "/this_update"),
        time("NEXT UPDATE", "/next_update"),
        text("STALE", "/is_stale"),
        text("URL", "/url"),
        text("PROBLEM", "/problem"),
    ],
    actions: &[
        read(
            "show",
            "crl/{id}",
            "All CRLs of an issuer: partitions, deltas, earlier keys",
            Answer::Rows("/crls", LISTS),
        ),
        Action {
            args: &[query("partition", Kind::Number, "Only what this partition lists")],
            ..read("entries", "crl/{id}/entries", "What the CRL of an issuer lists", Answer::Page(COLUMNS))
        },
        read(
            "cache",
            "admin/crl/cache",
            "How CRLs are made; for administrators",
            Answer::Rows("/cache_rows", CACHE),
        ),
    ],
};

const RESPONDERS: &[Column] = &[
    text("ISSUER", "/issuer_id"),
    text("AUTHORITY", "/authority"),
    text("CURRENT", "/current"),
    text("SERIAL NUMBER", "/serial_number"),
    text("KEY", "/key_algorithm"),
    time("NOT AFTER", "/not_after"),
    time("SUPERSEDED", "/superseded_at"),
];

/// `check` is a command of its own, because relying parties' paths are no JSON.
pub(super) const OCSP: Noun = Noun {
    name: "ocsp",
    aliases: &[],
    one: "OCSP responder",
    about: "The OCSP responder, as relying parties and administrators see it",
    path: "ocsp",
    verbs: &[],
    filters: &[],
    columns: &[],
    actions: &[read(
        "responders",
        "admin/ocsp/responders",
        "Who signs the answers; for administrators",
        Answer::Rows("/responders", RESPONDERS),
    )],
};

#[cfg(test)]
mod tests {
    use super::*;
    use certctl_domain::revocation::RevocationReason;

    #[test]
    fn the_menu_has_every_reason() {
        let names: Vec<_> = REASONS.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, RevocationReason::TEXTS);
    }
}
