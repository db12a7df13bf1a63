//! Revocations: which certificates must not be trusted any more, since when and why.

use crate::id::{CertificateId, IssuerId, RevocationId, VersionId};
use crate::{InvalidTransition, Timestamp, UnknownValue};

string_enum! {
    /// Why a certificate is revoked (RFC 5280 §5.3.1). `removeFromCRL` is no reason: delta CRLs use
    /// it to say that a hold has ended.
    pub enum RevocationReason ("revocation reason") {
        /// None is given.
        Unspecified = "unspecified",
        /// The private key is known, or suspected to be known, to somebody else.
        KeyCompromise = "keyCompromise",
        /// The CA's own key is.
        CaCompromise = "caCompromise",
        /// The subject's name or affiliation changed.
        AffiliationChanged = "affiliationChanged",
        /// Replaced by another certificate.
        Superseded = "superseded",
        /// Not needed any more.
        CessationOfOperation = "cessationOfOperation",
        /// Suspended; the only reason that can be taken back.
        CertificateHold = "certificateHold",
        /// A privilege in the certificate was withdrawn.
        PrivilegeWithdrawn = "privilegeWithdrawn",
        /// An attribute authority's key is compromised.
        AaCompromise = "aACompromise",
    }
}

impl RevocationReason {
    /// The `CRLReason` number of RFC 5280.
    pub const fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::PrivilegeWithdrawn => 9,
            Self::AaCompromise => 10,
        }
    }

    /// The reason with this number; 7 is unused and 8 is no reason.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.code() == code)
    }

    /// Reads the exact name, or the same in snake case as older clients send it.
    pub fn parse_lenient(text: &str) -> Result<Self, UnknownValue> {
        let alias = match text {
            "key_compromise" => Self::KeyCompromise,
            "ca_compromise" => Self::CaCompromise,
            "affiliation_changed" => Self::AffiliationChanged,
            "cessation_of_operation" => Self::CessationOfOperation,
            "certificate_hold" => Self::CertificateHold,
            "privilege_withdrawn" => Self::PrivilegeWithdrawn,
            "aa_compromise" => Self::AaCompromise,
            exact => return exact.parse(),
        };
        Ok(alias)
    }
}

/// One revoked serial number. `(issuer_id, serial_number)` is unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Identifier.
    pub id: RevocationId,
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Serial number in canonical form.
    pub serial_number: String,
    /// Inventory row, when there is one.
    pub certificate_id: Option<CertificateId>,
    /// Reason.
    pub reason: RevocationReason,
    /// Since when the certificate is not to be trusted, when that is earlier than the revocation.
    pub invalidity_date: Option<Timestamp>,
    /// Name of who revoked it.
    pub revoked_by: String,
    /// When it was revoked.
    pub revoked_at: Timestamp,
    /// End of validity of the certificate; an entry is dropped from CRLs some time after it.
    pub not_after: Timestamp,
    /// When a hold ended; absent while it is revoked.
    pub released_at: Option<Timestamp>,
    /// Partition of the CRL that the certificate names; 0 when it names the undivided one.
    pub crl_shard: u32,
    /// Number of the issuer's change that brought the row to its present state; grows by one with
    /// every revocation, change of reason and release.
    pub generation: i64,
    /// How the CA learns of it.
    pub notice: IssuerNotice,
    /// When the row was made.
    pub created_at: Timestamp,
}

/// How far the CA that issued the certificate has been told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssuerNotice {
    /// Whether it knows. CAs of certctl know at once.
    pub notified: bool,
    /// Attempts so far.
    pub attempts: u32,
    /// When to try next; absent when told or given up.
    pub next_attempt_at: Option<Timestamp>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

/// A leaf in the inventory that the CRL of a CA outside certctl lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaRevocation {
    /// Version.
    pub version_id: VersionId,
    /// Inventory row.
    pub certificate_id: CertificateId,
    /// Reason.
    pub reason: RevocationReason,
    /// When it was revoked, says the CA.
    pub revoked_at: Timestamp,
    /// When certctl saw it.
    pub seen_at: Timestamp,
}

/// What a request for a revocation means for a serial number that may be revoked already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It becomes revoked.
    Revoke,
    /// It stays as it is.
    Nothing,
    /// It stays revoked, for a graver reason.
    Reason,
}

impl Revocation {
    /// Whether it is revoked now, rather than released from a hold.
    pub const fn in_force(&self) -> bool {
        self.released_at.is_none()
    }

    /// What asking for `reason` does. A hold may become final, and every reason may become
    /// `keyCompromise`; any other change would rewrite what relying parties were told.
    pub fn change(&self, reason: RevocationReason) -> Result<Change, InvalidTransition> {
        use RevocationReason as R;
        match (self.reason, reason) {
            _ if !self.in_force() => Ok(Change::Revoke),
            (_, R::Unspecified) => Ok(Change::Nothing),
            (before, after) if before == after => Ok(Change::Nothing),
            (R::CertificateHold, _) | (_, R::KeyCompromise) => Ok(Change::Reason),
            (before, _) => Err(InvalidTransition {
                entity: "revocation",
                from: before.as_str(),
                event: "another reason",
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_have_the_numbers_of_rfc_5280() {
        let codes: Vec<_> = RevocationReason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 9, 10]);
        for reason in RevocationReason::ALL {
            assert_eq!(RevocationReason::from_code(reason.code()), Some(*reason));
        }
        assert_eq!([7, 8, 11].map(RevocationReason::from_code), [None; 3]);
    }

    #[test]
    fn reasons_are_also_read_in_snake_case() {
        assert_eq!(RevocationReason::parse_lenient("key_compromise"), Ok(RevocationReason::KeyCompromise));
        assert_eq!(RevocationReason::parse_lenient("superseded"), Ok(RevocationReason::Superseded));
        assert!(RevocationReason::parse_lenient("KeyCompromise").is_err());
        assert!(RevocationReason::parse_lenient("removeFromCRL").is_err());
    }
}
