//! Rows of `ocsp_responders` and `ocsp_response_cache`.

use super::{IntoDomain, Origin};
use crate::schema::{ocsp_responders, ocsp_response_cache};
use crate::types::DbTime;
use certctl_domain::ocsp::{AnswerKey, KeptAnswer, OcspResponder};
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = ocsp_responders, treat_none_as_default_value = false)]
pub(crate) struct OcspResponderRow {
    id: String,
    issuer_id: String,
    authority: String,
    cert_pem: String,
    cert_serial: String,
    key_alg: String,
    sealed_key: Vec<u8>,
    not_before: DbTime,
    not_after: DbTime,
    rotated_from: Option<String>,
    superseded_at: Option<DbTime>,
    created_at: DbTime,
}

impl From<&OcspResponder> for OcspResponderRow {
    fn from(responder: &OcspResponder) -> Self {
        Self {
            id: responder.id.to_string(),
            issuer_id: responder.issuer_id.to_string(),
            authority: responder.authority.clone(),
            cert_pem: responder.certificate_pem.clone(),
            cert_serial: responder.serial_number.clone(),
            key_alg: responder.key_algorithm.clone(),
            sealed_key: responder.sealed_key.clone(),
            not_before: responder.not_before.into(),
            not_after: responder.not_after.into(),
            rotated_from: responder.rotated_from.clone(),
            superseded_at: responder.superseded_at.map(DbTime::from),
            created_at: responder.created_at.into(),
        }
    }
}

impl IntoDomain for OcspResponderRow {
    type Domain = OcspResponder;

    fn into_domain(self) -> Result<OcspResponder, StoreError> {
        let at = Origin { table: "ocsp_responders", id: &self.id };
        Ok(OcspResponder {
            id: at.parse("id", &self.id)?,
            issuer_id: at.parse("issuer_id", &self.issuer_id)?,
            authority: self.authority,
            certificate_pem: self.cert_pem,
            serial_number: self.cert_serial,
            key_algorithm: self.key_alg,
            sealed_key: self.sealed_key,
            not_before: self.not_before.into(),
            not_after: self.not_after.into(),
            rotated_from: self.rotated_from,
            superseded_at: self.superseded_at.map(Into::into),
            created_at: self.created_at.into(),
        })
    }
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = ocsp_response_cache)]
pub(crate) struct KeptAnswerRow {
    issuer_id: String,
    serial_hex: String,
    authority: String,
    hash: String,
    responder_id: String,
    response_der: Vec<u8>,
    cert_status: String,
    revocation_generation: i64,
    this_update: DbTime,
    next_update: DbTime,
    refresh_at: DbTime,
    generated_at: DbTime,
}

impl From<&KeptAnswer> for KeptAnswerRow {
    fn from(answer: &KeptAnswer) -> Self {
        Self {
            issuer_id: answer.key.issuer_id.to_string(),
            serial_hex: answer.key.serial_number.clone(),
            authority: answer.key.authority.clone(),
            hash: answer.key.hash.clone(),
            responder_id: answer.responder_id.to_string(),
            response_der: answer.response_der.clone(),
            cert_status: answer.status.to_string(),
            revocation_generation: answer.revocation_generation,
            this_update: answer.this_update.into(),
            next_update: answer.next_update.into(),
            refresh_at: answer.refresh_at.into(),
            generated_at: answer.generated_at.into(),
        }
    }
}

impl IntoDomain for KeptAnswerRow {
    type Domain = KeptAnswer;

    fn into_domain(self) -> Result<KeptAnswer, StoreError> {
        let at = Origin { table: "ocsp_response_cache", id: &self.serial_hex };
        Ok(KeptAnswer {
            key: AnswerKey {
                issuer_id: at.parse("issuer_id", &self.issuer_id)?,
                serial_number: self.serial_hex.clone(),
                authority: self.authority,
                hash: self.hash,
            },
            responder_id: at.parse("responder_id", &self.responder_id)?,
            response_der: self.response_der,
            status: at.parse("cert_status", &self.cert_status)?,
            revocation_generation: self.revocation_generation,
            this_update: self.this_update.into(),
            next_update: self.next_update.into(),
            refresh_at: self.refresh_at.into(),
            generated_at: self.generated_at.into(),
        })
    }
}
