//! Managed certificates: the inventory row, its life cycle and its names.

use crate::id::{CertificateId, IssuerId, OwnerId, ProfileId, RenewalPolicyId, TeamId};
use crate::san::San;
use crate::{InvalidTransition, Timestamp};
use std::collections::BTreeMap;

string_enum! {
    /// Life-cycle status of a certificate. `Expiring` and `Expired` follow from the clock and are
    /// never stored: an `Active` row is shown as one of them when its time has come.
    pub enum CertificateStatus ("certificate status") {
        /// Never issued.
        Pending = "Pending",
        /// Issued and valid.
        Active = "Active",
        /// Issued, valid, and near its end.
        Expiring = "Expiring",
        /// Issued and past its end.
        Expired = "Expired",
        /// An issuance is under way.
        RenewalInProgress = "RenewalInProgress",
        /// The last issuance failed for good; certctl tries again later.
        Failed = "Failed",
        /// Revoked.
        Revoked = "Revoked",
        /// Taken out of service by a user.
        Archived = "Archived",
    }
}

string_enum! {
    /// How a certificate came into the inventory, and an issuance into the ledger.
    pub enum CertificateSource ("certificate source") {
        /// Through the REST API.
        Api = "API",
        /// Asked for by an agent.
        Agent = "Agent",
        /// Through the ACME server.
        Acme = "ACME",
        /// Through EST.
        Est = "EST",
        /// Through SCEP.
        Scep = "SCEP",
    }
}

/// What can happen to a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateEvent {
    /// An issuance starts, by a user or by the renewal sweep.
    IssuanceRequested,
    /// A new leaf was recorded.
    Issued,
    /// The issuance ended without a leaf and will not be retried by its job.
    IssuanceFailed,
    /// The issuance was cancelled; `issued` tells whether an older leaf exists.
    IssuanceCancelled {
        /// Whether a leaf was issued before.
        issued: bool,
    },
    /// Revoked.
    Revoked,
    /// The hold of its leaves has ended.
    Released,
    /// Archived by a user.
    Archived,
    /// Taken back into service by a user.
    Unarchived {
        /// Whether a leaf was issued before.
        issued: bool,
        /// Whether it was revoked before.
        revoked: bool,
    },
}

impl CertificateEvent {
    const fn name(self) -> &'static str {
        match self {
            Self::IssuanceRequested => "a renewal request",
            Self::Issued => "an issued leaf",
            Self::IssuanceFailed => "a failed issuance",
            Self::IssuanceCancelled { .. } => "a cancelled issuance",
            Self::Revoked => "a revocation",
            Self::Released => "the end of a hold",
            Self::Archived => "archiving",
            Self::Unarchived { .. } => "unarchiving",
        }
    }
}

impl CertificateStatus {
    /// The status after `event`. `Expiring` and `Expired` behave like `Active`.
    pub fn next(self, event: CertificateEvent) -> Result<Self, InvalidTransition> {
        use CertificateEvent as E;
        match (self, event) {
            (Self::Archived, E::Unarchived { revoked: true, .. }) => Ok(Self::Revoked),
            (Self::Archived, E::Unarchived { issued: true, .. }) => Ok(Self::Active),
            (Self::Archived, E::Unarchived { issued: false, .. }) => Ok(Self::Pending),
            (Self::Revoked, E::Released) => Ok(Self::Active),
            (Self::Archived, _)
            | (_, E::Unarchived { .. } | E::Released)
            | (
                Self::Revoked,
                E::IssuanceRequested
                | E::Issued
                | E::IssuanceFailed
                | E::IssuanceCancelled { .. }
                | E::Revoked,
            )
            | (Self::Pending, E::Issued | E::IssuanceFailed | E::IssuanceCancelled { .. } | E::Revoked)
            | (
                Self::Active | Self::Expiring | Self::Expired | Self::Failed,
                E::Issued | E::IssuanceFailed | E::IssuanceCancelled { .. },
            ) => Err(InvalidTransition { entity: "certificate", from: self.as_str(), event: event.name() }),
            (
                Self::Pending
                | Self::Active
                | Self::Expiring
                | Self::Expired
                | Self::Failed
                | Self::RenewalInProgress,
                E::IssuanceRequested,
            ) => Ok(Self::RenewalInProgress),
            (Self::RenewalInProgress, E::Issued | E::IssuanceCancelled { issued: true }) => Ok(Self::Active),
            (Self::RenewalInProgress, E::IssuanceCancelled { issued: false }) => Ok(Self::Pending),
            (Self::RenewalInProgress, E::IssuanceFailed) => Ok(Self::Failed),
            (
                Self::Active | Self::Expiring | Self::Expired | Self::Failed | Self::RenewalInProgress,
                E::Revoked,
            ) => Ok(Self::Revoked),
            (
                Self::Pending
                | Self::Active
                | Self::Expiring
                | Self::Expired
                | Self::Failed
                | Self::RenewalInProgress
                | Self::Revoked,
                E::Archived,
            ) => Ok(Self::Archived),
        }
    }
}

/// A certificate that certctl keeps valid and deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Identifier.
    pub id: CertificateId,
    /// Name, unique.
    pub name: String,
    /// Common name; also a SAN when it is a name.
    pub common_name: String,
    /// Subject alternative names in canonical form, sorted, without duplicates.
    pub sans: Vec<San>,
    /// Free text such as `production`; empty when unset.
    pub environment: String,
    /// Owner.
    pub owner_id: OwnerId,
    /// Team.
    pub team_id: TeamId,
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Renewal policy.
    pub renewal_policy_id: RenewalPolicyId,
    /// Profile, when one restricts issuance.
    pub profile_id: Option<ProfileId>,
    /// Stored status: never `Expiring` or `Expired`; see [`Certificate::status_at`].
    pub status: CertificateStatus,
    /// Start of the current lifetime, once issued.
    pub valid_from: Option<Timestamp>,
    /// End of validity: the earliest among the current leaves; absent until issued.
    pub expires_at: Option<Timestamp>,
    /// When `Active` becomes `Expiring`; absent until issued.
    pub expiring_from: Option<Timestamp>,
    /// When the renewal sweep must look at this row; absent when there is nothing to do.
    pub next_action_at: Option<Timestamp>,
    /// Issuances that failed for good since the last success.
    pub failed_issuances: u32,
    /// End of the pause after an issuance that failed or was cancelled.
    pub retry_at: Option<Timestamp>,
    /// Since when nothing automatic happens to it.
    pub paused_at: Option<Timestamp>,
    /// Why it was paused; there is one exactly when it is.
    pub pause_reason: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Last successful issuance.
    pub last_renewal_at: Option<Timestamp>,
    /// Last verified deployment.
    pub last_deployment_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Why it was revoked (RFC 5280 reason name).
    pub revocation_reason: Option<String>,
    /// Origin.
    pub source: Option<CertificateSource>,
    /// Counts changes; guards updates.
    pub revision: i64,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

impl Certificate {
    /// The status a user sees at `now`.
    pub fn status_at(&self, now: Timestamp) -> CertificateStatus {
        match self.status {
            CertificateStatus::Active if self.expires_at.is_some_and(|end| end <= now) => {
                CertificateStatus::Expired
            }
            CertificateStatus::Active if self.expiring_from.is_some_and(|from| from <= now) => {
                CertificateStatus::Expiring
            }
            stored => stored,
        }
    }

    /// Applies `event` and stamps the change.
    pub fn apply(&mut self, event: CertificateEvent, at: Timestamp) -> Result<(), InvalidTransition> {
        self.status = self.status.next(event)?;
        self.updated_at = at;
        Ok(())
    }

    /// Whether it was archived before `at`. Nothing changes what is archived, so the last change was that.
    pub fn archived_before(&self, at: Timestamp) -> bool {
        self.status == CertificateStatus::Archived && self.updated_at < at
    }

    /// Stops everything automatic until [`Certificate::unpause`].
    pub fn pause(&mut self, reason: String, at: Timestamp) {
        self.paused_at = Some(at);
        self.pause_reason = Some(reason);
        self.next_action_at = None;
        self.updated_at = at;
    }

    /// Lets it be renewed again as if nothing had failed; the sweep looks at it at once.
    pub fn unpause(&mut self, at: Timestamp) {
        self.paused_at = None;
        self.pause_reason = None;
        self.failed_issuances = 0;
        self.retry_at = None;
        self.next_action_at = Some(at);
        self.updated_at = at;
    }

    /// Every name a leaf of this certificate must carry, and may carry.
    pub fn names(&self) -> std::collections::BTreeSet<San> {
        crate::san::name_set(&self.common_name, &self.sans)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CertificateEvent as E;
    use CertificateStatus as S;

    #[test]
    fn every_pair_of_status_and_event_is_decided() {
        let events = [
            E::IssuanceRequested,
            E::Issued,
            E::IssuanceFailed,
            E::IssuanceCancelled { issued: true },
            E::IssuanceCancelled { issued: false },
            E::Revoked,
            E::Released,
            E::Archived,
            E::Unarchived { issued: true, revoked: false },
            E::Unarchived { issued: false, revoked: false },
            E::Unarchived { issued: true, revoked: true },
        ];
        let legal = |from: S, event: E| -> Option<S> {
            let issued =
                matches!(from, S::Active | S::Expiring | S::Expired | S::Failed | S::RenewalInProgress);
            match event {
                E::IssuanceRequested => (issued || from == S::Pending).then_some(S::RenewalInProgress),
                E::Issued => (from == S::RenewalInProgress).then_some(S::Active),
                E::IssuanceFailed => (from == S::RenewalInProgress).then_some(S::Failed),
                E::IssuanceCancelled { issued } => {
                    (from == S::RenewalInProgress).then_some(if issued { S::Active } else { S::Pending })
                }
                E::Revoked => issued.then_some(S::Revoked),
                E::Released => (from == S::Revoked).then_some(S::Active),
                E::Archived => (from != S::Archived).then_some(S::Archived),
                E::Unarchived { issued, revoked } => {
                    (from == S::Archived).then_some(match (issued, revoked) {
                        (_, true) => S::Revoked,
                        (true, false) => S::Active,
                        (false, false) => S::Pending,
                    })
                }
            }
        };
        for from in S::ALL {
            for event in events {
                assert_eq!(from.next(event).ok(), legal(*from, event), "{from} {event:?}");
            }
        }
    }
}
