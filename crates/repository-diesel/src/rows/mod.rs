//! Rows as stored, one type per table, and their fallible way into the domain.
//!
//! The text of a column is trusted for nothing: a value that breaks a rule of the domain becomes
//! [`StoreError::Corrupt`] with table, column and row.

mod agent;
mod agent_group;
mod api_call;
mod api_key;
mod approval;
mod audit;
mod audit_chain;
mod ca_key;
mod certificate;
mod channel;
mod crl;
mod deployment;
mod enrolment;
mod event;
mod idempotency;
mod issuer;
mod job;
mod job_event;
mod ledger;
mod notification;
mod ocsp;
mod operation;
mod organisation;
mod policy;
mod policy_rule;
mod profile;
mod revocation;
mod session;
mod target;
mod version;

pub(crate) use agent::AgentRow;
pub(crate) use agent_group::{AgentGroupRow, GroupMemberRow};
pub(crate) use api_call::ApiCallRow;
pub(crate) use api_key::ApiKeyRow;
pub(crate) use approval::ApprovalRow;
pub(crate) use audit::AuditRow;
pub(crate) use audit_chain::{AuditKeyRow, CheckpointRow, LinkRow};
pub(crate) use ca_key::CaKeyRow;
pub(crate) use certificate::{CertificateRow, SanRow, TagRow};
pub(crate) use channel::{ChannelRow, MarkRow};
pub(crate) use crl::{CrlEventRow, CrlHeadRow, CrlRow};
pub(crate) use deployment::MappingRow;
pub(crate) use enrolment::EnrolmentRow;
pub(crate) use event::EventRow;
pub(crate) use idempotency::IdempotencyRow;
pub(crate) use issuer::IssuerRow;
pub(crate) use job::JobRow;
pub(crate) use job_event::JobEventRow;
pub(crate) use ledger::LedgerRow;
pub(crate) use notification::{AlertRow, AttemptRow, NotificationRow, OutcomeRow};
pub(crate) use ocsp::{KeptAnswerRow, OcspResponderRow};
pub(crate) use operation::{ItemRow, OperationRow};
pub(crate) use organisation::{OwnerRow, TeamRow};
pub(crate) use policy::PolicyRow;
pub(crate) use policy_rule::{PolicyRuleRow, ViolationRow};
pub(crate) use profile::ProfileRow;
pub(crate) use revocation::{CaRevocationRow, EntryRow, RevocationRow};
pub(crate) use session::SessionRow;
pub(crate) use target::TargetRow;
pub(crate) use version::VersionRow;

use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_repository::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::error::Error;
use std::str::FromStr;

/// A row that stands for a domain value by itself.
pub(crate) trait IntoDomain {
    /// The value.
    type Domain;
    /// Checks every column.
    fn into_domain(self) -> Result<Self::Domain, StoreError>;
}

/// Converts rows, stopping at the first bad one.
pub(crate) fn domain_values<R: IntoDomain>(rows: Vec<R>) -> Result<Vec<R::Domain>, StoreError> {
    rows.into_iter().map(R::into_domain).collect()
}

/// Ids selected on their own.
pub(crate) fn parse_ids<T>(table: &'static str, ids: &[String]) -> Result<Vec<T>, StoreError>
where
    T: FromStr,
    T::Err: Error + Send + Sync + 'static,
{
    ids.iter().map(|id| Origin { table, id }.parse("id", id)).collect()
}

/// A text that was selected on its own.
pub(crate) fn parse<T>(table: &'static str, text: &str) -> Result<T, StoreError>
where
    T: FromStr,
    T::Err: Error + Send + Sync + 'static,
{
    Origin { table, id: text }.parse("key", text)
}

/// Where a value was read, for the error that blames it.
#[derive(Debug, Clone, Copy)]
struct Origin<'a> {
    table: &'static str,
    id: &'a str,
}

impl Origin<'_> {
    fn corrupt(self, column: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
        StoreError::Corrupt { table: self.table, column, id: self.id.to_owned(), source: source.into() }
    }

    /// An identifier or a member of a closed enumeration.
    fn parse<T>(self, column: &'static str, text: &str) -> Result<T, StoreError>
    where
        T: FromStr,
        T::Err: Error + Send + Sync + 'static,
    {
        text.parse().map_err(|error: T::Err| self.corrupt(column, error))
    }

    /// The same, when the column is set.
    fn parse_set<T>(self, column: &'static str, text: Option<&str>) -> Result<Option<T>, StoreError>
    where
        T: FromStr,
        T::Err: Error + Send + Sync + 'static,
    {
        text.map(|text| self.parse(column, text)).transpose()
    }

    /// A count.
    fn count(self, column: &'static str, value: i64) -> Result<u32, StoreError> {
        u32::try_from(value).map_err(|error| self.corrupt(column, error))
    }

    /// A JSON document with a known shape.
    fn json<T: DeserializeOwned>(self, column: &'static str, text: &str) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|error| self.corrupt(column, error))
    }
}

/// The text of a JSON column.
fn json_text(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Other(error.into()))
}

fn time(at: Option<DbTime>) -> Option<Timestamp> {
    at.map(Timestamp::from)
}

fn db_time(at: Option<Timestamp>) -> Option<DbTime> {
    at.map(DbTime::from)
}

fn text(id: Option<&impl ToString>) -> Option<String> {
    id.map(ToString::to_string)
}
