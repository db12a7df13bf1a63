//! Audit events: one per fact, written in the transaction of the change, and sealed in a chain.

use crate::access::ActorType;
use crate::id::{AuditCheckpointId, AuditEventId};
use crate::{JsonText, Timestamp};

/// One immutable audit event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Identifier.
    pub id: AuditEventId,
    /// Who: key name, agent id or `system`.
    pub actor: String,
    /// Kind of the actor.
    pub actor_type: ActorType,
    /// What, as `<noun>_<past participle>`, for example `certificate_created`.
    pub action: String,
    /// Kind of the object, for example `certificate`.
    pub resource_type: String,
    /// Id of the object.
    pub resource_id: String,
    /// Further facts, a JSON object without secrets.
    pub details: JsonText,
    /// Request that caused the change.
    pub request_id: Option<String>,
    /// Address the request came from.
    pub client_address: Option<String>,
    /// When.
    pub timestamp: Timestamp,
}

impl AuditEvent {
    /// The bytes that are hashed: a version, then every field in the order of the struct. Texts
    /// carry their length (8 octets, big-endian) in front, optional ones one octet more that says
    /// whether they are there; the time is microseconds since the Unix epoch (8 octets, big-endian).
    /// No two different events have the same bytes.
    pub fn canonical(&self) -> Vec<u8> {
        let mut out = b"certctl-audit-event-1".to_vec();
        let texts = [
            self.id.as_str(),
            &self.actor,
            self.actor_type.as_str(),
            &self.action,
            &self.resource_type,
            &self.resource_id,
            self.details.as_str(),
        ];
        for text in texts {
            put(&mut out, text);
        }
        for text in [&self.request_id, &self.client_address] {
            out.push(u8::from(text.is_some()));
            put(&mut out, text.as_deref().unwrap_or_default());
        }
        out.extend_from_slice(&self.timestamp.unix_micros().to_be_bytes());
        out
    }
}

fn put(out: &mut Vec<u8>, text: &str) {
    let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// The place of an event in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainLink {
    /// Position, from 1, without gaps.
    pub sequence: i64,
    /// Event at this position.
    pub event_id: AuditEventId,
    /// SHA-256 of the hash before it and the event, in lower-case hex.
    pub hash: String,
}

string_enum! {
    /// What a checkpoint says about the chain.
    pub enum CheckpointKind ("checkpoint kind") {
        /// The chain had this hash at this position.
        Checkpoint = "checkpoint",
        /// Everything up to this position was exported and removed; the chain goes on from here.
        Start = "start",
    }
}

string_enum! {
    /// Form of an export of events.
    pub enum ExportFormat ("export format") {
        /// One JSON object per line.
        Jsonl = "jsonl",
        /// The same under its other name.
        Ndjson = "ndjson",
        /// RFC 4180, with a line of names first.
        Csv = "csv",
    }
}

/// A signed statement about the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Identifier.
    pub id: AuditCheckpointId,
    /// What it says.
    pub kind: CheckpointKind,
    /// Position in the chain.
    pub sequence: i64,
    /// Hash at that position, lower-case hex.
    pub hash: String,
    /// When it was signed.
    pub signed_at: Timestamp,
    /// Key that signed: SHA-256 of its public half, lower-case hex.
    pub key_id: String,
    /// Ed25519 signature over [`Checkpoint::message`], lower-case hex.
    pub signature: String,
}

impl Checkpoint {
    /// What is signed.
    pub fn message(&self) -> String {
        format!(
            "certctl-audit-checkpoint-1\nkind: {}\nsequence: {}\nhash: {}\nsigned_at: {}\nkey: {}\n",
            self.kind, self.sequence, self.hash, self.signed_at, self.key_id
        )
    }
}

/// The key pair that signs checkpoints. At most one is active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditKey {
    /// SHA-256 of the public half (DER `SubjectPublicKeyInfo`), lower-case hex.
    pub id: String,
    /// Public half, PEM.
    pub public_key: String,
    /// PKCS#8 private key, sealed (see the `crypto` crate).
    pub sealed_key: Vec<u8>,
    /// Creation time.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(actor: &str, action: &str, request: Option<&str>) -> AuditEvent {
        AuditEvent {
            id: "audit-1".parse().unwrap(),
            actor: actor.to_owned(),
            actor_type: ActorType::User,
            action: action.to_owned(),
            resource_type: "team".to_owned(),
            resource_id: "t-1".to_owned(),
            details: JsonText::empty_object(),
            request_id: request.map(str::to_owned),
            client_address: None,
            timestamp: Timestamp::from_unix_micros(1),
        }
    }

    #[test]
    fn events_that_differ_have_different_bytes() {
        let base = event("ab", "c", None).canonical();
        assert_eq!(base, event("ab", "c", None).canonical());
        assert_ne!(base, event("a", "bc", None).canonical());
        assert_ne!(base, event("ab", "c", Some("")).canonical());
        let later = AuditEvent { timestamp: Timestamp::from_unix_micros(2), ..event("ab", "c", None) };
        assert_ne!(base, later.canonical());
    }
}
