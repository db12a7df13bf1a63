//! Rows of `issuance_ledger`.

use super::{IntoDomain, Origin, db_time, text, time};
use crate::schema::issuance_ledger;
use crate::types::DbTime;
use certctl_domain::ledger::Issuance;
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = issuance_ledger, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(crate) struct LedgerRow {
    id: String,
    issuer_id: String,
    serial_number: Option<String>,
    state: String,
    certificate_id: Option<String>,
    job_id: Option<String>,
    source: String,
    tbs_sha256: Option<String>,
    fingerprint_sha256: Option<String>,
    not_before: Option<DbTime>,
    not_after: Option<DbTime>,
    recorded_at: DbTime,
    finished_at: Option<DbTime>,
    names_hash: Option<String>,
    spki_sha256: Option<String>,
    crl_shard: i64,
}

impl From<&Issuance> for LedgerRow {
    fn from(issuance: &Issuance) -> Self {
        Self {
            id: issuance.id.to_string(),
            issuer_id: issuance.issuer_id.to_string(),
            serial_number: issuance.serial_number.clone(),
            state: issuance.state.to_string(),
            certificate_id: text(issuance.certificate_id.as_ref()),
            job_id: text(issuance.job_id.as_ref()),
            source: issuance.source.to_string(),
            tbs_sha256: issuance.tbs_sha256.clone(),
            fingerprint_sha256: issuance.fingerprint_sha256.clone(),
            not_before: db_time(issuance.not_before),
            not_after: db_time(issuance.not_after),
            recorded_at: issuance.recorded_at.into(),
            finished_at: db_time(issuance.finished_at),
            names_hash: issuance.names_hash.clone(),
            spki_sha256: issuance.spki_sha256.clone(),
            crl_shard: issuance.crl_shard.into(),
        }
    }
}

impl IntoDomain for LedgerRow {
    type Domain = Issuance;

    fn into_domain(self) -> Result<Issuance, StoreError> {
        let at = Origin { table: "issuance_ledger", id: &self.id };
        Ok(Issuance {
            id: at.parse("id", &self.id)?,
            issuer_id: at.parse("issuer_id", &self.issuer_id)?,
            serial_number: self.serial_number,
            state: at.parse("state", &self.state)?,
            certificate_id: at.parse_set("certificate_id", self.certificate_id.as_deref())?,
            job_id: at.parse_set("job_id", self.job_id.as_deref())?,
            names_hash: self.names_hash,
            source: at.parse("source", &self.source)?,
            tbs_sha256: self.tbs_sha256,
            spki_sha256: self.spki_sha256,
            crl_shard: at.count("crl_shard", self.crl_shard)?,
            fingerprint_sha256: self.fingerprint_sha256,
            not_before: time(self.not_before),
            not_after: time(self.not_after),
            recorded_at: self.recorded_at.into(),
            finished_at: time(self.finished_at),
        })
    }
}
