//! What certctl needs from its database, without naming one.
//!
//! [`Store`] runs named, re-runnable closures in a transaction; inside, [`Tx`] hands out one
//! repository per aggregate. No SQL, no diesel, no await inside a transaction.

mod agent;
mod agent_group;
mod alert_source;
mod api_call;
mod api_key;
mod approval;
mod audit;
mod audit_chain;
mod ca_key;
mod certificate;
mod crl_watch;
mod deployment;
mod digest;
mod enrolment;
mod error;
mod event;
mod idempotency;
mod issuer;
mod job;
mod lease;
mod ledger;
mod notification;
mod ocsp;
mod operation;
mod organisation;
mod page;
mod policy;
mod policy_rule;
mod profile;
mod revocation;
mod secret;
mod session;
mod statistics;
mod store;
mod target;
mod version;

pub use agent::{AgentFilter, AgentRepo};
pub use agent_group::AgentGroupRepo;
pub use alert_source::{ExpiryLook, ExpiryLookRepo, IssuerHealthRepo};
pub use api_call::{ApiCallFilter, ApiCallRepo};
pub use api_key::ApiKeyRepo;
pub use approval::{ApprovalFilter, ApprovalRepo};
pub use audit::{AuditFilter, AuditPosition, AuditRepo};
pub use audit_chain::AuditChainRepo;
pub use ca_key::CaKeyRepo;
pub use certificate::{CertificateFilter, CertificateRepo, CertificateSort, CertificateSortKey};
pub use crl_watch::{CrlLook, CrlWatchRepo, NamedCrl, WatchedCrl};
pub use deployment::DeploymentRepo;
pub use digest::{DigestOwner, DigestRepo, ExpiringCertificate, FailedJob, JobFigures, PendingApproval, Top};
pub use enrolment::EnrolmentTokenRepo;
pub use error::{StoreError, exactly_one};
pub use event::EventRepo;
pub use idempotency::IdempotencyRepo;
pub use issuer::{IssuerFilter, IssuerRepo};
pub use job::{ClaimRequest, EndedJob, JobFilter, JobRepo};
pub use lease::LeaseRepo;
pub use ledger::LedgerRepo;
pub use notification::{
    AlertRepo, ChannelRepo, LaneClaim, NotificationCounts, NotificationFilter, NotificationRepo,
    NotificationSettingRepo, ReconcilerMark, ReconcilerMarkRepo, Told, ToldThreshold,
};
pub use ocsp::OcspRepo;
pub use operation::{OperationFilter, OperationRepo};
pub use organisation::{OwnerRepo, TeamRepo};
pub use page::{Cursor, Page, PageRequest};
pub use policy::RenewalPolicyRepo;
pub use policy_rule::{PolicyRuleRepo, PolicyViolationRepo, ViolationFilter};
pub use profile::ProfileRepo;
pub use revocation::{CrlRepo, EntryScope, RevocationFilter, RevocationRepo, RevokedSerial};
pub use secret::{SealedColumn, SealedRow, SecretRepo};
pub use session::SessionRepo;
pub use statistics::{Dimension, IssuedCounts, Miscount, StatisticsRepo};
pub use store::{Flow, Store, Tx, TxBody, TxMode, TxRunner, TxSpec};
pub use target::{TargetFilter, TargetRepo};
pub use version::VersionRepo;
