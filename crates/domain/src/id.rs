//! Typed identifiers: `<prefix>-<uuidv7>` when minted here, `^[a-z][a-z0-9-]{1,63}$` when a client names its own.

use std::fmt;
use uuid::Uuid;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not a valid {kind} id: use a lower-case letter, then 1 to 63 of a-z, 0-9 and `-`")]
pub struct IdError {
    /// Kind of the object, for example `certificate`.
    pub kind: &'static str,
    /// The offending text, cut at 80 characters.
    pub value: String,
}

/// Source of fresh UUIDs (version 7: sortable, safe across replicas).
pub trait IdSource: Send + Sync + fmt::Debug {
    /// A new UUID.
    fn next(&self) -> Uuid;
}

fn is_valid(text: &str) -> bool {
    let bytes = text.as_bytes();
    (2..=64).contains(&bytes.len())
        && bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
}

macro_rules! id {
    ($(#[$meta:meta])* $name:ident, $prefix:literal, $kind:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Prefix of minted ids, without the dash.
            pub const PREFIX: &'static str = $prefix;
            /// Kind of the object in messages, for example `certificate`.
            pub const KIND: &'static str = $kind;

            /// Accepts a client-supplied or stored id.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                if is_valid(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(IdError { kind: $kind, value: text.chars().take(80).collect() })
                }
            }

            /// A fresh id, `<prefix>-<uuidv7>`.
            pub fn mint(ids: &dyn IdSource) -> Self {
                Self(format!(concat!($prefix, "-{}"), ids.next()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some("^[a-z][a-z0-9-]{1,63}$"))
                    .examples([concat!($prefix, "-0190a5d2-7c1e-7cc0-8000-000000000000")])
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    };
}

id!(/// A certificate that certctl manages (inventory row).
    CertificateId, "mc", "certificate");
id!(/// One issued leaf of a managed certificate.
    VersionId, "cv", "certificate version");
id!(/// One row of the issuance ledger.
    IssuanceId, "is", "issuance");
id!(/// A certificate authority that certctl can ask.
    IssuerId, "iss", "issuer");
id!(/// A CA key pair owned by a local issuer.
    CaKeyId, "cak", "CA key");
id!(/// A place certificates are deployed to.
    TargetId, "tgt", "target");
id!(/// An agent on a host.
    AgentId, "agent", "agent");
id!(/// A group of agents.
    AgentGroupId, "grp", "agent group");
id!(/// A one-time agent enrolment token.
    EnrolmentTokenId, "et", "enrolment token");
id!(/// An API key of a person or machine.
    ApiKeyId, "key", "API key");
id!(/// A person's stay in the console.
    SessionId, "ses", "session");
id!(/// A unit of work.
    JobId, "job", "job");
id!(/// A request for a second person's approval.
    ApprovalRequestId, "ar", "approval request");
id!(/// A team.
    TeamId, "t", "team");
id!(/// An owner: a person or mailbox responsible for certificates.
    OwnerId, "o", "owner");
id!(/// A renewal policy.
    RenewalPolicyId, "rp", "renewal policy");
id!(/// A certificate profile.
    ProfileId, "prof", "certificate profile");
id!(/// An action on many certificates.
    OperationId, "op", "operation");
id!(/// A compliance rule.
    PolicyRuleId, "pr", "policy rule");
id!(/// A certificate that breaks a compliance rule.
    ViolationId, "violation", "policy violation");
id!(/// A record of how a CRL was made.
    CrlEventId, "crlev", "CRL generation event");
id!(/// A delegated OCSP responder.
    OcspResponderId, "ocspr", "OCSP responder");
id!(/// A revoked serial number.
    RevocationId, "rev", "revocation");
id!(/// A fact that people should hear of.
    AlertId, "alert", "alert");
id!(/// An alert on its way to one recipient.
    NotificationId, "notif", "notification");
id!(/// A configured notification channel.
    ChannelId, "nc", "notification channel");
id!(/// An audit event.
    AuditEventId, "audit", "audit event");
id!(/// A signed checkpoint of the audit chain.
    AuditCheckpointId, "acp", "audit checkpoint");
id!(/// A recorded API call.
    ApiCallId, "call", "API call");

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Fixed;
    impl IdSource for Fixed {
        fn next(&self) -> Uuid {
            Uuid::nil()
        }
    }

    #[test]
    fn minted_ids_carry_their_prefix_and_parse_again() {
        let id = CertificateId::mint(&Fixed);
        assert_eq!(id.as_str(), "mc-00000000-0000-0000-0000-000000000000");
        assert_eq!(CertificateId::parse(id.as_str()), Ok(id));
    }

    #[test]
    fn hostile_ids_are_refused() {
        for text in ["", "a", "-a", "1a", "A1", "a/b", "../x", "a b", "a\0b", &"a".repeat(65)] {
            assert!(CertificateId::parse(text).is_err(), "{text:?}");
        }
        assert!(CertificateId::parse(&"a".repeat(64)).is_ok());
    }
}
