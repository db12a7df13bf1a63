//! The unit of work: a named closure that runs in one transaction and may run again.

use crate::{
    AgentGroupRepo, AgentRepo, AlertRepo, ApiCallRepo, ApiKeyRepo, ApprovalRepo, AuditChainRepo, AuditRepo,
    CaKeyRepo, CertificateRepo, ChannelRepo, CrlRepo, CrlWatchRepo, DeploymentRepo, DigestRepo,
    EnrolmentTokenRepo, EventRepo, ExpiryLookRepo, IdempotencyRepo, IssuerHealthRepo, IssuerRepo, JobRepo,
    LeaseRepo, LedgerRepo, NotificationRepo, NotificationSettingRepo, OcspRepo, OperationRepo, OwnerRepo,
    PolicyRuleRepo, PolicyViolationRepo, ProfileRepo, ReconcilerMarkRepo, RenewalPolicyRepo, RevocationRepo,
    SecretRepo, SessionRepo, StatisticsRepo, StoreError, TargetRepo, TeamRepo, VersionRepo,
};
use async_trait::async_trait;
use parking_lot::Mutex;
use std::fmt;
use std::sync::Arc;

/// One open transaction. Synchronous on purpose: nothing outside the database can be awaited in it.
///
/// After a statement the database refused (`Duplicate`, `Missing`, `InUse`, `Other`) the transaction
/// can only be undone, on every engine: return the error. `Stale` and the `Duplicate`s of
/// [`JobRepo::insert`] leave it usable.
pub trait Tx {
    /// Agent groups.
    fn agent_groups(&mut self) -> &mut dyn AgentGroupRepo;
    /// Agents.
    fn agents(&mut self) -> &mut dyn AgentRepo;
    /// Facts that people should hear of.
    fn alerts(&mut self) -> &mut dyn AlertRepo;
    /// Log of API calls.
    fn api_calls(&mut self) -> &mut dyn ApiCallRepo;
    /// API keys.
    fn api_keys(&mut self) -> &mut dyn ApiKeyRepo;
    /// Approval requests.
    fn approvals(&mut self) -> &mut dyn ApprovalRepo;
    /// Audit events.
    fn audit(&mut self) -> &mut dyn AuditRepo;
    /// Chain over the audit events.
    fn audit_chain(&mut self) -> &mut dyn AuditChainRepo;
    /// CA keys.
    fn ca_keys(&mut self) -> &mut dyn CaKeyRepo;
    /// Managed certificates.
    fn certificates(&mut self) -> &mut dyn CertificateRepo;
    /// Notification channels.
    fn channels(&mut self) -> &mut dyn ChannelRepo;
    /// CRLs of CAs outside certctl.
    fn crl_watch(&mut self) -> &mut dyn CrlWatchRepo;
    /// CRLs.
    fn crls(&mut self) -> &mut dyn CrlRepo;
    /// Certificate↔target mappings and their deployment state.
    fn deployments(&mut self) -> &mut dyn DeploymentRepo;
    /// What digests tell.
    fn digests(&mut self) -> &mut dyn DigestRepo;
    /// Agent enrolment tokens.
    fn enrolment_tokens(&mut self) -> &mut dyn EnrolmentTokenRepo;
    /// Live events.
    fn events(&mut self) -> &mut dyn EventRepo;
    /// Looks at the ends of certificates.
    fn expiry_looks(&mut self) -> &mut dyn ExpiryLookRepo;
    /// Keys of requests that may be sent again.
    fn idempotency_keys(&mut self) -> &mut dyn IdempotencyRepo;
    /// How issuers fare.
    fn issuer_health(&mut self) -> &mut dyn IssuerHealthRepo;
    /// Issuers.
    fn issuers(&mut self) -> &mut dyn IssuerRepo;
    /// Jobs.
    fn jobs(&mut self) -> &mut dyn JobRepo;
    /// Singleton leases.
    fn leases(&mut self) -> &mut dyn LeaseRepo;
    /// Issuance ledger.
    fn ledger(&mut self) -> &mut dyn LedgerRepo;
    /// Settings of notification.
    fn notification_settings(&mut self) -> &mut dyn NotificationSettingRepo;
    /// Notifications.
    fn notifications(&mut self) -> &mut dyn NotificationRepo;
    /// OCSP responders and answers.
    fn ocsp(&mut self) -> &mut dyn OcspRepo;
    /// Operations on many certificates.
    fn operations(&mut self) -> &mut dyn OperationRepo;
    /// Owners.
    fn owners(&mut self) -> &mut dyn OwnerRepo;
    /// Compliance rules.
    fn policy_rules(&mut self) -> &mut dyn PolicyRuleRepo;
    /// Violations of compliance rules.
    fn policy_violations(&mut self) -> &mut dyn PolicyViolationRepo;
    /// Certificate profiles.
    fn profiles(&mut self) -> &mut dyn ProfileRepo;
    /// Marks of the loops.
    fn reconciler_marks(&mut self) -> &mut dyn ReconcilerMarkRepo;
    /// Renewal policies.
    fn renewal_policies(&mut self) -> &mut dyn RenewalPolicyRepo;
    /// Revocations.
    fn revocations(&mut self) -> &mut dyn RevocationRepo;
    /// Sealed columns of all tables, for key rotation.
    fn secrets(&mut self) -> &mut dyn SecretRepo;
    /// Sessions of the console.
    fn sessions(&mut self) -> &mut dyn SessionRepo;
    /// Figures about everything.
    fn statistics(&mut self) -> &mut dyn StatisticsRepo;
    /// Targets.
    fn targets(&mut self) -> &mut dyn TargetRepo;
    /// Teams.
    fn teams(&mut self) -> &mut dyn TeamRepo;
    /// Issued versions.
    fn versions(&mut self) -> &mut dyn VersionRepo;
    /// Runs `effect` once, after this run of the body was committed, and never otherwise. For counting
    /// what has happened; it must be short and must not fail.
    fn after_commit(&mut self, effect: Box<dyn FnOnce() + Send>);
}

/// What the transaction is for; decides isolation and, on SQLite, the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TxMode {
    /// A consistent snapshot, read only.
    Read,
    /// State changes: REPEATABLE READ on PostgreSQL, IMMEDIATE on SQLite.
    Write,
    /// Claiming of rows: READ COMMITTED with SKIP LOCKED on PostgreSQL, IMMEDIATE on SQLite.
    Claim,
}

/// Name and mode of a transaction. The name becomes the span and the metric label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TxSpec {
    /// For example `certificate.renew`.
    pub name: &'static str,
    /// Mode.
    pub mode: TxMode,
}

/// What to do with the transaction once the body has returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Keep the changes.
    Commit,
    /// Undo them.
    RollBack,
}

/// The body of a transaction with its result type erased.
pub type TxBody = Box<dyn FnMut(&mut dyn Tx) -> Flow + Send>;

/// Runs bodies in transactions. Implemented once per storage technology.
#[async_trait]
pub trait TxRunner: Send + Sync + fmt::Debug {
    /// Runs `body`, again when the engine reports a conflict, and returns when its last run was
    /// committed or rolled back as it asked.
    async fn run(&self, spec: TxSpec, body: TxBody) -> Result<(), StoreError>;

    /// Whether the database answers.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Closes every connection once running transactions have ended.
    async fn close(&self);
}

/// The handle that services hold.
#[derive(Clone, Debug)]
pub struct Store(Arc<dyn TxRunner>);

impl Store {
    /// A store over `runner`.
    pub fn new(runner: Arc<dyn TxRunner>) -> Self {
        Self(runner)
    }

    /// Runs `body` in one write transaction. It may run more than once, so it must have no effect
    /// outside `tx`; an `Err` rolls back.
    pub async fn write<T, E>(
        &self,
        name: &'static str,
        body: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.run(TxSpec { name, mode: TxMode::Write }, body).await
    }

    /// Runs `body` on a consistent read-only snapshot.
    pub async fn read<T, E>(
        &self,
        name: &'static str,
        body: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.run(TxSpec { name, mode: TxMode::Read }, body).await
    }

    /// Runs `body` in a short transaction that claims rows.
    pub async fn claim<T, E>(
        &self,
        name: &'static str,
        body: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.run(TxSpec { name, mode: TxMode::Claim }, body).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.0.ping().await
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.0.close().await;
    }

    async fn run<T, E>(
        &self,
        spec: TxSpec,
        mut body: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let slot = Arc::new(Mutex::new(None));
        let result = Arc::clone(&slot);
        let erased: TxBody = Box::new(move |tx| {
            let outcome = body(tx);
            let flow = if outcome.is_ok() { Flow::Commit } else { Flow::RollBack };
            *result.lock() = Some(outcome);
            flow
        });
        self.0.run(spec, erased).await?;
        let outcome = slot.lock().take();
        outcome.unwrap_or_else(|| Err(StoreError::Other("the transaction body never ran".into()).into()))
    }
}
