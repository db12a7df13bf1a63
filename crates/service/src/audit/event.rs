//! How an audit event is made: the actor from the request, only what changed, nothing private.

use certctl_domain::audit::AuditEvent;
use certctl_domain::id::{AuditEventId, IdSource};
use certctl_domain::{JsonText, Timestamp};
use certctl_service_api::Actor;
use serde_json::{Map, Value};

/// Builds the audit event of one fact.
///
/// Of details with `before` and `after` only the fields stay that differ. E-mail addresses lose
/// what stands before the `@`; below the names of [`PERSONAL_NAMES`] also inside of other text. Secrets must not come here at all; values below the names of
/// [`SECRET_NAMES`] become `{"set":true}` all the same.
pub(crate) fn audit_event(
    ids: &dyn IdSource,
    who: &Actor,
    at: Timestamp,
    action: &str,
    (resource_type, resource_id): (&str, &str),
    details: &Value,
) -> AuditEvent {
    AuditEvent {
        id: AuditEventId::mint(ids),
        actor: who.name().to_owned(),
        actor_type: who.actor_type(),
        action: action.to_owned(),
        resource_type: resource_type.to_owned(),
        resource_id: resource_id.to_owned(),
        details: JsonText::trusted(clean(difference(details.clone())).to_string()),
        request_id: who.request_id.clone(),
        client_address: who.client_address.clone(),
        timestamp: at,
    }
}

/// Fields that hold a secret wherever they appear.
const SECRET_NAMES: [&str; 12] = [
    "password",
    "passphrase",
    "secret",
    "client_secret",
    "token",
    "access_token",
    "refresh_token",
    "credential",
    "private_key",
    "private_key_pem",
    "authorization",
    "hmac_key",
];

/// Fields that name a person or a machine in a form of the user's own.
const PERSONAL_NAMES: [&str; 6] = ["identity", "name", "requested_by", "decided_by", "note", "reason"];

/// Leaves the fields of `before` and `after` away that are the same in both.
fn difference(mut details: Value) -> Value {
    let Some(object) = details.as_object_mut() else { return details };
    let (Some(Value::Object(before)), Some(Value::Object(after))) =
        (object.get("before"), object.get("after"))
    else {
        return details;
    };
    let changed = |one: &Map<String, Value>, other: &Map<String, Value>| -> Value {
        let differs = |(name, value): &(&String, &Value)| other.get(name.as_str()) != Some(*value);
        one.iter()
            .filter(differs)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect::<Map<_, _>>()
            .into()
    };
    let (old, new) = (changed(before, after), changed(after, before));
    object.insert("before".to_owned(), old);
    object.insert("after".to_owned(), new);
    details
}

fn clean(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| {
                let is_one_of = |names: &[&str]| names.iter().any(|one| name.eq_ignore_ascii_case(one));
                let secret = is_one_of(&SECRET_NAMES);
                let kept = match value {
                    // A mask, a flag or an absence tells nothing.
                    value @ (Value::Null | Value::Bool(_)) => value,
                    value if secret && !is_mask(&value) => serde_json::json!({"set": true}),
                    Value::String(text) if is_one_of(&PERSONAL_NAMES) => without_mailboxes(&text).into(),
                    value => clean(value),
                };
                (name, kept)
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(values) => values.into_iter().map(clean).collect(),
        Value::String(text) => Value::String(without_mailbox(text)),
        other => other,
    }
}

fn is_mask(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| fields.len() == 1 && fields.contains_key("set"))
}

/// `***@example.com` for a text that is an e-mail address.
fn without_mailbox(text: String) -> String {
    let mut parts = text.strip_prefix("mailto:").unwrap_or(&text).split('@');
    let (Some(mailbox), Some(domain), None) = (parts.next(), parts.next(), parts.next()) else { return text };
    let plain = |part: &str| {
        !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || matches!(c, '/' | ':' | '<' | '>'))
    };
    if plain(mailbox) && plain(domain) { format!("***@{domain}") } else { text }
}

/// The same for every address within a text, such as `Joe <joe@example.com>`.
fn without_mailboxes(text: &str) -> String {
    let ends_word = |c: char| c.is_whitespace() || "<>()[]{},;\"'".contains(c);
    text.split_inclusive(ends_word)
        .map(|part| {
            let word = part.trim_end_matches(ends_word);
            without_mailbox(word.to_owned()) + part.strip_prefix(word).unwrap_or_default()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_changed_is_kept() {
        let details = json!({"before": {"a": 1, "b": [1]}, "after": {"a": 1, "b": [2], "c": null}, "n": 3});
        assert_eq!(
            difference(details),
            json!({"before": {"b": [1]}, "after": {"b": [2], "c": null}, "n": 3})
        );
        assert_eq!(difference(json!({"after": {"a": 1}})), json!({"after": {"a": 1}}));
    }

    #[test]
    fn secrets_and_mailboxes_are_kept_out_wherever_they_are() {
        let details = json!({
            "config": {"url": "https://ca.example.com", "Password": "hunter2", "token": {"set": true}},
            "sans": ["joe@example.com", "mailto:joe@example.com", "a.example.com"],
            "list": [{"secret": ["x"]}],
            "identity": "Joe (joe@example.com), or \"jim@example.org\"",
        });
        assert_eq!(
            clean(details),
            json!({
                "config": {"url": "https://ca.example.com", "Password": {"set": true}, "token": {"set": true}},
                "sans": ["***@example.com", "***@example.com", "a.example.com"],
                "list": [{"secret": {"set": true}}],
                "identity": "Joe (***@example.com), or \"***@example.org\"",
            })
        );
        for kept in ["ssh://git@example.com", "@", "a@b@c", "uses a@b", "***@example.com"] {
            assert_eq!(without_mailbox(kept.to_owned()), kept);
        }
    }
}
