//! Answers in the database: what one process has signed serves the others and the next start.

use super::Ocsp;
use super::authority::{CaAuthority, IssuerState};
use super::knowledge::{Known, Signed, Standing};
use crate::failure::Failure;
use certctl_domain::Timestamp;
use certctl_domain::id::OcspResponderId;
use certctl_domain::ocsp::{AnswerKey, AnswerStatus, KeptAnswer};
use certctl_pki::Serial;
use certctl_pki::ocsp::{CertId, CertIdForm, CertIdHash};
use certctl_service_api::ServiceError;

/// Answers that are written in one transaction.
const BATCH: usize = 200;

/// Where the answer is kept; nowhere when its serial number was never issued, because strangers
/// could fill the database, and when its form is an unusual one.
pub(super) fn key(
    state: &IssuerState,
    authority: &CaAuthority,
    serial: &Serial,
    form: CertIdForm,
    standing: Standing,
) -> Option<AnswerKey> {
    if standing == Standing::Unknown || !form.null_parameters {
        return None;
    }
    Some(AnswerKey {
        issuer_id: state.id.clone(),
        serial_number: serial.to_string(),
        authority: authority.id.clone(),
        hash: name(form.hash).to_owned(),
    })
}

/// Whether a kept answer says where the serial number stands.
pub(super) fn agrees(kept: &KeptAnswer, standing: Standing) -> bool {
    meaning(standing) == Some((kept.status, kept.revocation_generation))
}

fn meaning(standing: Standing) -> Option<(AnswerStatus, i64)> {
    match standing {
        Standing::Unknown => None,
        Standing::Good { .. } => Some((AnswerStatus::Good, 0)),
        Standing::Revoked { generation, .. } => Some((AnswerStatus::Revoked, generation)),
    }
}

/// The digest with this name.
pub(super) fn hash(name_of: &str) -> Option<CertIdHash> {
    CertIdHash::ALL.into_iter().find(|hash| name(*hash) == name_of)
}

const fn name(hash: CertIdHash) -> &'static str {
    match hash {
        CertIdHash::Sha1 => "sha1",
        CertIdHash::Sha256 => "sha256",
        CertIdHash::Sha384 => "sha384",
        CertIdHash::Sha512 => "sha512",
    }
}

impl Ocsp {
    /// Has an answer written down, later and with others: nobody who asks waits for it.
    #[expect(clippy::too_many_arguments, reason = "they are the columns of the row")]
    pub(super) fn have_kept(
        &self,
        state: &IssuerState,
        authority: &CaAuthority,
        id: &CertId,
        known: &Known,
        signed: &Signed,
        responder: &OcspResponderId,
        now: Timestamp,
    ) {
        let form = id.form().unwrap_or(CertIdForm::USUAL);
        let key = key(state, authority, id.serial(), form, known.standing);
        let (Some(key), Some((status, revocation_generation))) = (key, meaning(known.standing)) else {
            return;
        };
        let answer = KeptAnswer {
            key,
            responder_id: responder.clone(),
            response_der: signed.der.to_vec(),
            status,
            revocation_generation,
            this_update: signed.this_update,
            next_update: signed.next_update,
            refresh_at: signed.refresh_at,
            generated_at: now,
        };
        // Full: whoever needs it signs it again.
        let _full = self.0.to_keep.try_send(answer);
    }

    /// Writes down what waits for it; returns how many answers.
    pub async fn write_down(&self) -> Result<usize, ServiceError> {
        let mut written = 0;
        loop {
            let batch: Vec<KeptAnswer> = {
                let mut kept = self.0.kept.lock();
                std::iter::from_fn(|| kept.try_recv().ok()).take(BATCH).collect()
            };
            if batch.is_empty() {
                return Ok(written);
            }
            written += batch.len();
            let write = self.0.base.store.write("ocsp.keep", move |tx| {
                batch.iter().try_for_each(|answer| tx.ocsp().keep_answer(answer)).map_err(Failure::from)
            });
            write.await?;
        }
    }
}
