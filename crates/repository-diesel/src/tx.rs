//! One open transaction: hands itself out as every repository.

use crate::cancel::{self, Cancellation};
use crate::conn::AnyConn;
use crate::constraints::{Reference, duplicate_key};
use crate::dialect;
use crate::totals::TotalCache;
use certctl_repository::{
    AgentGroupRepo, AgentRepo, AlertRepo, ApiCallRepo, ApiKeyRepo, ApprovalRepo, AuditChainRepo, AuditRepo,
    CaKeyRepo, CertificateRepo, ChannelRepo, CrlRepo, CrlWatchRepo, DeploymentRepo, DigestRepo,
    EnrolmentTokenRepo, EventRepo, ExpiryLookRepo, IdempotencyRepo, IssuerHealthRepo, IssuerRepo, JobRepo,
    LeaseRepo, LedgerRepo, NotificationRepo, NotificationSettingRepo, OcspRepo, OperationRepo, OwnerRepo,
    PolicyRuleRepo, PolicyViolationRepo, ProfileRepo, ReconcilerMarkRepo, RenewalPolicyRepo, RevocationRepo,
    SecretRepo, SessionRepo, StatisticsRepo, StoreError, TargetRepo, TeamRepo, Tx, VersionRepo,
};
use diesel::result::{DatabaseErrorKind, Error, QueryResult};

/// A transaction on a connection, and what the runner must know about it afterwards.
pub(crate) struct DieselTx<'c> {
    pub(crate) conn: &'c mut AnyConn,
    /// Totals that were counted lately.
    pub(crate) totals: &'c TotalCache,
    /// A statement met a conflict; running the body again can help, whatever it returned.
    pub(crate) conflict: bool,
    /// A statement failed; nothing may be committed.
    pub(crate) failed: bool,
    /// What to do once the transaction is committed.
    pub(crate) effects: Vec<Box<dyn FnOnce() + Send>>,
    /// An alert was written.
    pub(crate) alerted: bool,
    cancellation: &'c Cancellation,
}

impl std::fmt::Debug for DieselTx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DieselTx")
            .field("conn", &self.conn)
            .field("conflict", &self.conflict)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

impl<'c> DieselTx<'c> {
    pub(crate) const fn new(
        conn: &'c mut AnyConn,
        totals: &'c TotalCache,
        cancellation: &'c Cancellation,
    ) -> Self {
        Self {
            conn,
            totals,
            conflict: false,
            failed: false,
            effects: Vec::new(),
            alerted: false,
            cancellation,
        }
    }

    /// Fails when nobody waits for the transaction any more.
    fn go_on(&mut self) -> Result<(), StoreError> {
        if self.cancellation.is_gone() {
            self.failed = true;
            return Err(cancel::gone());
        }
        Ok(())
    }

    /// Translates the error of a statement that refers to nothing new.
    pub(crate) fn check<T>(&mut self, result: QueryResult<T>) -> Result<T, StoreError> {
        self.check_references(result, &[])
    }

    /// Translates the error of an insert or update that writes `references`.
    pub(crate) fn check_references<T>(
        &mut self,
        result: QueryResult<T>,
        references: &[(Reference, Option<&str>)],
    ) -> Result<T, StoreError> {
        self.go_on()?;
        result.map_err(|error| {
            if let Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, info) = &error {
                self.failed = true;
                let missing =
                    Reference::named(info.as_ref()).or_else(|| Reference::missing(self.conn, references));
                if let Some(reference) = missing {
                    return StoreError::Missing { key: reference.key };
                }
            }
            self.refused(error)
        })
    }

    /// Translates the error of a delete.
    pub(crate) fn check_delete<T>(&mut self, result: QueryResult<T>) -> Result<T, StoreError> {
        self.go_on()?;
        result.map_err(|error| {
            // PostgreSQL 18 has a kind of its own for RESTRICT.
            if let Error::DatabaseError(
                DatabaseErrorKind::ForeignKeyViolation | DatabaseErrorKind::RestrictViolation,
                info,
            ) = &error
                && let Some(reference) = Reference::named(info.as_ref())
            {
                self.failed = true;
                return StoreError::InUse { key: reference.key };
            }
            self.refused(error)
        })
    }

    fn refused(&mut self, error: Error) -> StoreError {
        self.failed = true;
        if dialect::is_conflict(&error) {
            self.conflict = true;
            return StoreError::Contended;
        }
        if dialect::is_broken(&error) {
            return StoreError::Unavailable(error.into());
        }
        if let Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info) = &error
            && let Some(key) = duplicate_key(info.as_ref())
        {
            return StoreError::Duplicate { key };
        }
        StoreError::Other(error.into())
    }
}

/// Implements [`Tx`]: every accessor returns the transaction itself.
macro_rules! accessors {
    ($($name:ident: $repo:ident),+ $(,)?) => {
        impl Tx for DieselTx<'_> {
            $(fn $name(&mut self) -> &mut dyn $repo {
                self
            })+

            fn after_commit(&mut self, effect: Box<dyn FnOnce() + Send>) {
                self.effects.push(effect);
            }
        }
    };
}

accessors! {
    agent_groups: AgentGroupRepo,
    agents: AgentRepo,
    alerts: AlertRepo,
    api_calls: ApiCallRepo,
    api_keys: ApiKeyRepo,
    approvals: ApprovalRepo,
    audit: AuditRepo,
    audit_chain: AuditChainRepo,
    ca_keys: CaKeyRepo,
    certificates: CertificateRepo,
    channels: ChannelRepo,
    crl_watch: CrlWatchRepo,
    crls: CrlRepo,
    deployments: DeploymentRepo,
    digests: DigestRepo,
    enrolment_tokens: EnrolmentTokenRepo,
    events: EventRepo,
    expiry_looks: ExpiryLookRepo,
    idempotency_keys: IdempotencyRepo,
    issuer_health: IssuerHealthRepo,
    issuers: IssuerRepo,
    jobs: JobRepo,
    leases: LeaseRepo,
    ledger: LedgerRepo,
    notification_settings: NotificationSettingRepo,
    notifications: NotificationRepo,
    ocsp: OcspRepo,
    operations: OperationRepo,
    owners: OwnerRepo,
    policy_rules: PolicyRuleRepo,
    policy_violations: PolicyViolationRepo,
    profiles: ProfileRepo,
    reconciler_marks: ReconcilerMarkRepo,
    renewal_policies: RenewalPolicyRepo,
    revocations: RevocationRepo,
    secrets: SecretRepo,
    sessions: SessionRepo,
    statistics: StatisticsRepo,
    targets: TargetRepo,
    teams: TeamRepo,
    versions: VersionRepo,
}
