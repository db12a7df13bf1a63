//! Rows of `managed_certificates` and of its SANs and tags.

use super::{Origin, db_time, text, time};
use crate::schema::{certificate_sans, certificate_tags, managed_certificates};
use crate::types::DbTime;
use certctl_domain::certificate::Certificate;
use certctl_domain::san::San;
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = managed_certificates, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(crate) struct CertificateRow {
    pub(crate) id: String,
    name: String,
    common_name: String,
    environment: String,
    owner_id: String,
    team_id: String,
    issuer_id: String,
    renewal_policy_id: String,
    certificate_profile_id: Option<String>,
    status: String,
    valid_from: Option<DbTime>,
    expires_at: Option<DbTime>,
    expiring_from: Option<DbTime>,
    next_action_at: Option<DbTime>,
    failed_issuances: i64,
    last_renewal_at: Option<DbTime>,
    last_deployment_at: Option<DbTime>,
    revoked_at: Option<DbTime>,
    revocation_reason: Option<String>,
    source: Option<String>,
    search_text: String,
    pub(crate) revision: i64,
    created_at: DbTime,
    updated_at: DbTime,
    retry_at: Option<DbTime>,
    paused_at: Option<DbTime>,
    pause_reason: Option<String>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable, Insertable)]
#[diesel(table_name = certificate_sans, treat_none_as_default_value = false)]
pub(crate) struct SanRow {
    pub(crate) certificate_id: String,
    pub(crate) kind: String,
    pub(crate) value: String,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable, Insertable)]
#[diesel(table_name = certificate_tags, treat_none_as_default_value = false)]
pub(crate) struct TagRow {
    pub(crate) certificate_id: String,
    pub(crate) key: String,
    pub(crate) value: String,
}

impl From<&Certificate> for CertificateRow {
    fn from(certificate: &Certificate) -> Self {
        Self {
            id: certificate.id.to_string(),
            name: certificate.name.clone(),
            common_name: certificate.common_name.clone(),
            environment: certificate.environment.clone(),
            owner_id: certificate.owner_id.to_string(),
            team_id: certificate.team_id.to_string(),
            issuer_id: certificate.issuer_id.to_string(),
            renewal_policy_id: certificate.renewal_policy_id.to_string(),
            certificate_profile_id: text(certificate.profile_id.as_ref()),
            status: certificate.status.to_string(),
            valid_from: db_time(certificate.valid_from),
            expires_at: db_time(certificate.expires_at),
            expiring_from: db_time(certificate.expiring_from),
            next_action_at: db_time(certificate.next_action_at),
            failed_issuances: certificate.failed_issuances.into(),
            last_renewal_at: db_time(certificate.last_renewal_at),
            last_deployment_at: db_time(certificate.last_deployment_at),
            revoked_at: db_time(certificate.revoked_at),
            revocation_reason: certificate.revocation_reason.clone(),
            source: text(certificate.source.as_ref()),
            // No search text holds a line break, so a match never spans both names.
            search_text: format!("{}\n{}", certificate.name, certificate.common_name).to_lowercase(),
            revision: certificate.revision,
            created_at: certificate.created_at.into(),
            updated_at: certificate.updated_at.into(),
            retry_at: db_time(certificate.retry_at),
            paused_at: db_time(certificate.paused_at),
            pause_reason: certificate.pause_reason.clone(),
        }
    }
}

impl CertificateRow {
    /// The certificate with its SANs and tags.
    pub(crate) fn into_domain(self, sans: Vec<SanRow>, tags: Vec<TagRow>) -> Result<Certificate, StoreError> {
        let at = Origin { table: "managed_certificates", id: &self.id };
        let names = Origin { table: "certificate_sans", id: &self.id };
        let san = |row: SanRow| {
            San::from_stored(&row.kind, &row.value).map_err(|error| names.corrupt("value", error))
        };
        let mut sans: Vec<San> = sans.into_iter().map(san).collect::<Result<_, _>>()?;
        sans.sort();
        Ok(Certificate {
            id: at.parse("id", &self.id)?,
            name: self.name,
            common_name: self.common_name,
            sans,
            environment: self.environment,
            owner_id: at.parse("owner_id", &self.owner_id)?,
            team_id: at.parse("team_id", &self.team_id)?,
            issuer_id: at.parse("issuer_id", &self.issuer_id)?,
            renewal_policy_id: at.parse("renewal_policy_id", &self.renewal_policy_id)?,
            profile_id: at.parse_set("certificate_profile_id", self.certificate_profile_id.as_deref())?,
            status: at.parse("status", &self.status)?,
            valid_from: time(self.valid_from),
            expires_at: time(self.expires_at),
            expiring_from: time(self.expiring_from),
            next_action_at: time(self.next_action_at),
            failed_issuances: at.count("failed_issuances", self.failed_issuances)?,
            retry_at: time(self.retry_at),
            paused_at: time(self.paused_at),
            pause_reason: self.pause_reason,
            tags: tags.into_iter().map(|tag| (tag.key, tag.value)).collect(),
            last_renewal_at: time(self.last_renewal_at),
            last_deployment_at: time(self.last_deployment_at),
            revoked_at: time(self.revoked_at),
            revocation_reason: self.revocation_reason,
            source: at.parse_set("source", self.source.as_deref())?,
            revision: self.revision,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        })
    }
}

impl SanRow {
    /// Rows of a certificate's SANs, sorted.
    pub(crate) fn all_of(certificate: &Certificate) -> Vec<Self> {
        let row = |san: &San| Self {
            certificate_id: certificate.id.to_string(),
            kind: san.kind().to_owned(),
            value: san.to_string(),
        };
        let mut rows: Vec<Self> = certificate.sans.iter().map(row).collect();
        rows.sort();
        rows.dedup();
        rows
    }
}

impl TagRow {
    /// Rows of a certificate's tags, sorted.
    pub(crate) fn all_of(certificate: &Certificate) -> Vec<Self> {
        let row = |(key, value): (&String, &String)| Self {
            certificate_id: certificate.id.to_string(),
            key: key.clone(),
            value: value.clone(),
        };
        certificate.tags.iter().map(row).collect()
    }
}
