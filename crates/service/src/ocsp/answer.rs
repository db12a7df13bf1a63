//! From a question to a signed answer.

use super::authority::{CaAuthority, IssuerState};
use super::knowledge::{Known, Signed, Standing};
use super::{NonIssued, Ocsp};
use crate::failure::Failure;
use bytes::Bytes;
use certctl_crypto::sha256_hex;
use certctl_domain::Timestamp;
use certctl_domain::id::IssuerId;
use certctl_domain::ledger::IssuanceState;
use certctl_domain::ocsp::KeptAnswer;
use certctl_domain::revocation::{Revocation, RevocationReason};
use certctl_pki::Serial;
use certctl_pki::ocsp::{
    CertId, CertIdForm, GetRequest, OcspError, OcspRequest, OcspStatus, RequestError, ResponseTemplate,
    SingleAnswer, decode_get_path, error_response,
};
use certctl_service_api::ServiceError;
use certctl_service_api::relying_party::{OcspCaching, OcspQuestion, OcspReply, RelyingPartyError};
use certctl_telemetry::{CacheResult, OcspEvent};
use std::sync::Arc;
use std::time::Duration;

/// Clocks of clients differ: answers begin this much before they are signed.
const BACKDATING: Duration = Duration::from_mins(5);
/// How long an answer about what was never issued counts.
const UNKNOWN_FOR: Duration = Duration::from_mins(1);
/// When to come back after an outage.
const COME_BACK: Duration = Duration::from_secs(5);
/// How long anybody may keep an answer without looking for a newer one.
const LONGEST_KEPT: Duration = Duration::from_hours(1);

/// A question that was read: whose CA, which certificates.
struct Question {
    authority: Arc<CaAuthority>,
    ids: Vec<CertId>,
    nonce: Option<Vec<u8>>,
}

impl Ocsp {
    /// Answers a question. Only an unknown issuer is an error; what else is wrong is an answer.
    pub async fn answer(
        &self,
        issuer: &IssuerId,
        question: OcspQuestion<'_>,
    ) -> Result<OcspReply, RelyingPartyError> {
        let started = self.0.metrics.start();
        let state = match self.state(issuer).await {
            Ok(state) => state,
            Err(RelyingPartyError::Failed(error)) => return Ok(self.failure(issuer, &error)),
            Err(error) => {
                self.0.counters.count(OcspEvent::IssuerNotFound);
                return Err(error);
            }
        };
        let question = match read(&state, question) {
            Ok(Some(question)) => question,
            Ok(None) => return Ok(refusal(OcspError::Unauthorized)),
            Err(error) => {
                let nonce = error.is_about_the_nonce();
                let event = if nonce { OcspEvent::NonceMalformed } else { OcspEvent::RequestInvalid };
                self.0.counters.count(event);
                tracing::debug!(issuer.id = %issuer, error = %error, "an OCSP request cannot be answered");
                return Ok(refusal(OcspError::MalformedRequest));
            }
        };
        let reply = match (question.ids.as_slice(), &question.nonce) {
            ([id], None) => self.answer_one(&state, &question.authority, id).await,
            _ => self.answer_many(&state, &question).await,
        };
        self.0.metrics.answered(started.elapsed());
        match reply {
            Ok(reply) => {
                self.0.counters.count(OcspEvent::RequestSuccess);
                if question.nonce.is_some() {
                    self.0.counters.count(OcspEvent::NonceEchoed);
                }
                Ok(reply)
            }
            Err(error) => Ok(self.failure(issuer, &error)),
        }
    }

    /// An outage is a reason to come back, a defect is none.
    fn failure(&self, issuer: &IssuerId, error: &ServiceError) -> OcspReply {
        self.0.counters.count(OcspEvent::SigningFailed);
        let away = matches!(error, ServiceError::Unavailable(_));
        let error: &(dyn std::error::Error + 'static) = error;
        tracing::error!(issuer.id = %issuer, error, "an OCSP request for issuer {issuer} could not be answered");
        if away {
            return OcspReply { retry_after: Some(COME_BACK), ..refusal(OcspError::TryLater) };
        }
        refusal(OcspError::InternalError)
    }

    /// One certificate and no nonce: the answer may be an older one.
    async fn answer_one(
        &self,
        state: &IssuerState,
        authority: &CaAuthority,
        id: &CertId,
    ) -> Result<OcspReply, ServiceError> {
        let now = self.0.base.clock.now();
        let form = id.form().unwrap_or(CertIdForm::USUAL);
        let remembered = state.knowledge.get(id.serial());
        if let Some(signed) = remembered.as_ref().and_then(|known| known.signed(&authority.id, form, now)) {
            self.0.metrics.cache(CacheResult::Hit);
            return Ok(self.reply(state, &signed, remembered.as_deref(), now));
        }
        let _turn = state.knowledge.ask(id.serial()).await;
        let known = self.known(state, id.serial()).await?;
        if let Some(signed) = known.signed(&authority.id, form, now) {
            self.0.metrics.cache(CacheResult::Hit);
            return Ok(self.reply(state, &signed, Some(&known), now));
        }
        let (signed, result) = match self.kept(state, authority, id, form, &known).await? {
            Some(signed) => (signed, CacheResult::Stored),
            None => (self.sign_one(state, authority, id, &known).await?, CacheResult::Miss),
        };
        self.0.metrics.cache(result);
        let signed = Arc::new(signed);
        known.sign(&authority.id, form, Arc::clone(&signed));
        Ok(self.reply(state, &signed, Some(&known), now))
    }

    fn reply(
        &self,
        state: &IssuerState,
        signed: &Signed,
        known: Option<&Known>,
        now: Timestamp,
    ) -> OcspReply {
        let standing = known.map_or(Standing::Unknown, |known| known.standing);
        self.count(state, standing);
        if standing == Standing::Unknown {
            return OcspReply { der: signed.der.clone(), caching: None, retry_after: None };
        }
        let caching = OcspCaching {
            this_update: signed.this_update,
            next_update: signed.next_update,
            digest: signed.digest.clone(),
            fresh_for: left(now, signed.next_update).min(LONGEST_KEPT),
        };
        OcspReply { der: signed.der.clone(), caching: Some(caching), retry_after: None }
    }

    fn count(&self, state: &IssuerState, standing: Standing) {
        if standing == Standing::Unknown {
            self.0.counters.count(OcspEvent::CertNotFound);
        }
        self.0.metrics.said(state.id.as_str(), standing.as_str());
    }

    /// Several certificates, or a nonce: signed for this question alone.
    async fn answer_many(&self, state: &IssuerState, question: &Question) -> Result<OcspReply, ServiceError> {
        let responder = self.responder(state, &question.authority).await?;
        let mut answers = Vec::with_capacity(question.ids.len());
        for id in &question.ids {
            let standing = if question.authority.identity.matches(id) {
                self.known(state, id.serial()).await?.standing
            } else {
                Standing::Unknown
            };
            self.count(state, standing);
            answers.push(self.say(
                &question.authority,
                id.clone(),
                standing,
                responder.certificate.not_after(),
            ));
        }
        let template = ResponseTemplate {
            responder: &responder.name,
            produced_at: self.0.base.clock.now(),
            extended_revoke: self.speaks_of_the_unknown(&answers),
            answers: &answers,
            nonce: question.nonce.as_deref(),
        };
        let der = Self::signed(&template, &responder)?;
        Ok(OcspReply { der, caching: None, retry_after: None })
    }

    /// Where a serial number stands, from memory or the database.
    pub(super) async fn known(
        &self,
        state: &IssuerState,
        serial: &Serial,
    ) -> Result<Arc<Known>, ServiceError> {
        if let Some(known) = state.knowledge.get(serial) {
            return Ok(known);
        }
        let (standing, generation) = self.look_up(&state.id, serial).await?;
        Ok(state.knowledge.learn(serial, standing, generation))
    }

    /// Where a serial number stands in one snapshot, and how many changes of the issuer's revocations
    /// it had seen.
    async fn look_up(&self, issuer: &IssuerId, serial: &Serial) -> Result<(Standing, i64), ServiceError> {
        let (issuer, serial) = (issuer.clone(), serial.to_string());
        let found = self.0.base.store.read("ocsp.look_up", move |tx| {
            let generation = tx.revocations().generation(&issuer)?;
            let revoked = tx.revocations().find(&issuer, &serial)?.filter(Revocation::in_force);
            if let Some(revocation) = revoked {
                let (at, reason) = (revocation.revoked_at, revocation.reason);
                return Ok((Standing::Revoked { at, reason, generation: revocation.generation }, generation));
            }
            let ledgered = tx.ledger().find_by_serial(&issuer, &serial)?;
            let good = ledgered
                .filter(|row| row.state == IssuanceState::Issued)
                .map(|row| Standing::Good { not_after: row.not_after });
            Ok::<_, Failure>((good.unwrap_or(Standing::Unknown), generation))
        });
        Ok(found.await?)
    }

    /// Signs the answer to one question without a nonce, and has it written down.
    pub(super) async fn sign_one(
        &self,
        state: &IssuerState,
        authority: &CaAuthority,
        id: &CertId,
        known: &Known,
    ) -> Result<Signed, ServiceError> {
        let now = self.0.base.clock.now();
        let responder = self.responder(state, authority).await?;
        let answer = self.say(authority, id.clone(), known.standing, responder.certificate.not_after());
        let (this_update, next_update) = (answer.this_update, answer.next_update.unwrap_or(now));
        let answers = [answer];
        let template = ResponseTemplate {
            responder: &responder.name,
            produced_at: now,
            extended_revoke: self.speaks_of_the_unknown(&answers),
            answers: &answers,
            nonce: None,
        };
        let der = Self::signed(&template, &responder)?;
        let refresh_at = now.plus(left(now, next_update) / 2);
        let digest = sha256_hex(&der);
        let signed = Signed { der, digest, this_update, next_update, refresh_at };
        self.have_kept(state, authority, id, known, &signed, &responder.id, now);
        Ok(signed)
    }

    fn signed(
        template: &ResponseTemplate<'_>,
        responder: &super::responder::LiveResponder,
    ) -> Result<Bytes, ServiceError> {
        use certctl_crypto::Signer as _;
        let draft = template.to_be_signed(responder.key.algorithm()).map_err(ServiceError::internal)?;
        let along = std::slice::from_ref(&responder.certificate);
        draft.sign(&responder.key, along).map(Bytes::from).map_err(ServiceError::internal)
    }

    /// What is said about a certificate, never for longer than its responder lives.
    fn say(
        &self,
        authority: &CaAuthority,
        cert_id: CertId,
        standing: Standing,
        responder_ends: Timestamp,
    ) -> SingleAnswer {
        let now = self.0.base.clock.now();
        let lasting = if standing == Standing::Unknown { UNKNOWN_FOR } else { self.0.options.validity };
        let status = match (standing, self.0.options.non_issued) {
            (Standing::Good { .. }, _) => OcspStatus::Good,
            (Standing::Revoked { at, reason, .. }, _) => OcspStatus::Revoked { at, reason },
            (Standing::Unknown, NonIssued::Unknown) => OcspStatus::Unknown,
            // RFC 6960 §2.2 names reason and time.
            (Standing::Unknown, NonIssued::Revoked) => {
                OcspStatus::Revoked { at: Timestamp::EPOCH, reason: RevocationReason::CertificateHold }
            }
        };
        // The ledger forgets nothing, so answers go back to the beginning of the CA.
        let ended = matches!(standing, Standing::Good { not_after: Some(end) } if end < now);
        SingleAnswer {
            cert_id,
            status,
            this_update: whole_second(now.minus(BACKDATING)),
            next_update: Some(whole_second(now.plus(lasting).min(responder_ends))),
            archive_cutoff: ended.then(|| authority.certificate.not_before()),
        }
    }

    /// Whether the extended definition of "revoked" was applied.
    fn speaks_of_the_unknown(&self, answers: &[SingleAnswer]) -> bool {
        let unknown = |answer: &SingleAnswer| matches!(answer.status, OcspStatus::Revoked { at, .. } if at == Timestamp::EPOCH);
        self.0.options.non_issued == NonIssued::Revoked && answers.iter().any(unknown)
    }

    /// The answer that was written down, if it still says where the serial number stands.
    async fn kept(
        &self,
        state: &IssuerState,
        authority: &CaAuthority,
        id: &CertId,
        form: CertIdForm,
        known: &Known,
    ) -> Result<Option<Signed>, ServiceError> {
        let Some(key) = super::keep::key(state, authority, id.serial(), form, known.standing) else {
            return Ok(None);
        };
        let now = self.0.base.clock.now();
        let read = self.0.base.store.read("ocsp.kept", move |tx| Ok::<_, Failure>(tx.ocsp().answer(&key)?));
        let kept: Option<KeptAnswer> = read.await?;
        Ok(kept.filter(|kept| super::keep::agrees(kept, known.standing) && now < kept.refresh_at).map(
            |kept| Signed {
                digest: sha256_hex(&kept.response_der),
                der: kept.response_der.into(),
                this_update: kept.this_update,
                next_update: kept.next_update,
                refresh_at: kept.refresh_at,
            },
        ))
    }
}

/// Reads a question; `None` when it is about no CA of the issuer.
fn read(state: &IssuerState, question: OcspQuestion<'_>) -> Result<Option<Question>, RequestError> {
    let der = match question {
        OcspQuestion::Der(der) => std::borrow::Cow::Borrowed(der),
        OcspQuestion::Path(path) => match decode_get_path(path)? {
            GetRequest::Der(der) => std::borrow::Cow::Owned(der),
            GetRequest::Serial(serial) => {
                let authority = state.authorities().first().cloned();
                return Ok(authority.map(|authority| {
                    let ids = vec![authority.identity.cert_id(&serial, CertIdForm::USUAL)];
                    Question { authority, ids, nonce: None }
                }));
            }
        },
    };
    let request = OcspRequest::parse(&der)?;
    let nonce = request.nonce().map(<[u8]>::to_vec);
    let authority = state.authority_of(request.ids());
    Ok(authority.map(|authority| Question { authority, ids: request.ids().to_vec(), nonce }))
}

fn refusal(error: OcspError) -> OcspReply {
    OcspReply { der: Bytes::from_static(error_response(error)), caching: None, retry_after: None }
}

fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_unix_seconds(at.unix_seconds())
}

/// Time from `now` to `then`.
fn left(now: Timestamp, then: Timestamp) -> Duration {
    Duration::from_micros(u64::try_from(then.unix_micros() - now.unix_micros()).unwrap_or(0))
}
