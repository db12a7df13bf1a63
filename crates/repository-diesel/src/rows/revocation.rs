//! Rows of `certificate_revocations` and `ca_revocations`.

use super::{IntoDomain, Origin, db_time, parse, text, time};
use crate::schema::{ca_revocations, certificate_revocations};
use crate::types::DbTime;
use certctl_domain::revocation::{CaRevocation, IssuerNotice, Revocation};
use certctl_repository::{RevokedSerial, StoreError};
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = certificate_revocations, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(crate) struct RevocationRow {
    id: String,
    issuer_id: String,
    serial_number: String,
    certificate_id: Option<String>,
    reason: String,
    invalidity_date: Option<DbTime>,
    revoked_by: String,
    revoked_at: DbTime,
    not_after: DbTime,
    released_at: Option<DbTime>,
    crl_shard: i64,
    generation: i64,
    issuer_notified: bool,
    notify_attempts: i64,
    next_notify_at: Option<DbTime>,
    last_notify_error: Option<String>,
    created_at: DbTime,
}

impl From<&Revocation> for RevocationRow {
    fn from(revocation: &Revocation) -> Self {
        let notice = &revocation.notice;
        Self {
            id: revocation.id.to_string(),
            issuer_id: revocation.issuer_id.to_string(),
            serial_number: revocation.serial_number.clone(),
            certificate_id: text(revocation.certificate_id.as_ref()),
            reason: revocation.reason.to_string(),
            invalidity_date: db_time(revocation.invalidity_date),
            revoked_by: revocation.revoked_by.clone(),
            revoked_at: revocation.revoked_at.into(),
            not_after: revocation.not_after.into(),
            released_at: db_time(revocation.released_at),
            crl_shard: revocation.crl_shard.into(),
            generation: revocation.generation,
            issuer_notified: notice.notified,
            notify_attempts: notice.attempts.into(),
            next_notify_at: db_time(notice.next_attempt_at),
            last_notify_error: notice.last_error.clone(),
            created_at: revocation.created_at.into(),
        }
    }
}

impl IntoDomain for RevocationRow {
    type Domain = Revocation;

    fn into_domain(self) -> Result<Revocation, StoreError> {
        let at = Origin { table: "certificate_revocations", id: &self.id };
        Ok(Revocation {
            id: at.parse("id", &self.id)?,
            issuer_id: at.parse("issuer_id", &self.issuer_id)?,
            certificate_id: at.parse_set("certificate_id", self.certificate_id.as_deref())?,
            reason: at.parse("reason", &self.reason)?,
            crl_shard: at.count("crl_shard", self.crl_shard)?,
            notice: IssuerNotice {
                notified: self.issuer_notified,
                attempts: at.count("notify_attempts", self.notify_attempts)?,
                next_attempt_at: time(self.next_notify_at),
                last_error: self.last_notify_error,
            },
            serial_number: self.serial_number,
            invalidity_date: time(self.invalidity_date),
            revoked_by: self.revoked_by,
            revoked_at: self.revoked_at.into(),
            not_after: self.not_after.into(),
            released_at: time(self.released_at),
            generation: self.generation,
            created_at: self.created_at.into(),
        })
    }
}

/// The columns that a CRL needs.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = certificate_revocations)]
pub(crate) struct EntryRow {
    serial_number: String,
    reason: String,
    revoked_at: DbTime,
    invalidity_date: Option<DbTime>,
    released_at: Option<DbTime>,
}

impl IntoDomain for EntryRow {
    type Domain = RevokedSerial;

    fn into_domain(self) -> Result<RevokedSerial, StoreError> {
        Ok(RevokedSerial {
            reason: parse("certificate_revocations", &self.reason)?,
            serial_number: self.serial_number,
            revoked_at: self.revoked_at.into(),
            invalidity_date: time(self.invalidity_date),
            released: self.released_at.is_some(),
        })
    }
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = ca_revocations)]
pub(crate) struct CaRevocationRow {
    version_id: String,
    certificate_id: String,
    reason: String,
    revoked_at: DbTime,
    seen_at: DbTime,
}

impl From<&CaRevocation> for CaRevocationRow {
    fn from(revocation: &CaRevocation) -> Self {
        Self {
            version_id: revocation.version_id.to_string(),
            certificate_id: revocation.certificate_id.to_string(),
            reason: revocation.reason.to_string(),
            revoked_at: revocation.revoked_at.into(),
            seen_at: revocation.seen_at.into(),
        }
    }
}

impl IntoDomain for CaRevocationRow {
    type Domain = CaRevocation;

    fn into_domain(self) -> Result<CaRevocation, StoreError> {
        let at = Origin { table: "ca_revocations", id: &self.version_id };
        Ok(CaRevocation {
            version_id: at.parse("version_id", &self.version_id)?,
            certificate_id: at.parse("certificate_id", &self.certificate_id)?,
            reason: at.parse("reason", &self.reason)?,
            revoked_at: self.revoked_at.into(),
            seen_at: self.seen_at.into(),
        })
    }
}
