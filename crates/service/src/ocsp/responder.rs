//! Delegated responders: their keys are sealed in the database, so that every replica signs with
//! the same one, and replaced some time before they end.

use super::Ocsp;
use super::authority::{CaAuthority, IssuerState};
use crate::failure::Failure;
use crate::support::audit_event;
use certctl_crypto::{KeyPair, Signer, sha256_hex};
use certctl_domain::Timestamp;
use certctl_domain::certificate::CertificateSource;
use certctl_domain::id::{IssuanceId, OcspResponderId};
use certctl_domain::ledger::{Issuance, IssuanceState};
use certctl_domain::ocsp::OcspResponder;
use certctl_domain::profile::{KeyAlgorithm, KeySpec};
use certctl_pki::ocsp::Responder;
use certctl_pki::{
    Certificate, CertificateKind, LintParameters, PublicKey, ResponderTemplate, Serial, has_errors,
    key_matches, lint,
};
use certctl_repository::{SealedColumn, StoreError};
use certctl_service_api::{Actor, ServiceError};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// How long a responder is taken for the current one before the database is asked again.
const REFRESH: Duration = Duration::from_mins(5);
/// Clocks differ: certificates begin this much before they are made.
const BACKDATING: Duration = Duration::from_mins(5);

/// A responder with its key.
#[derive(Debug)]
pub(super) struct LiveResponder {
    pub(super) id: OcspResponderId,
    pub(super) certificate: Certificate,
    pub(super) key: KeyPair,
    pub(super) name: Responder,
    /// When to ask the database again.
    ask_at: Timestamp,
}

impl Ocsp {
    /// The responder that signs for a CA; made when there is none.
    pub(super) async fn responder(
        &self,
        state: &IssuerState,
        authority: &CaAuthority,
    ) -> Result<Arc<LiveResponder>, ServiceError> {
        let now = self.0.base.clock.now();
        let current = |live: &Arc<LiveResponder>| now < live.ask_at && now < live.certificate.not_after();
        if let Some(live) = authority.responder.read().as_ref().filter(|live| current(live)) {
            return Ok(Arc::clone(live));
        }
        let _making = authority.making.lock().await;
        if let Some(live) = authority.responder.read().as_ref().filter(|live| current(live)) {
            return Ok(Arc::clone(live));
        }
        let live = Arc::new(self.ensure(state, authority).await?);
        *authority.responder.write() = Some(Arc::clone(&live));
        Ok(live)
    }

    /// The responder of the database, replaced when its time has come.
    async fn ensure(
        &self,
        state: &IssuerState,
        authority: &CaAuthority,
    ) -> Result<LiveResponder, ServiceError> {
        let now = self.0.base.clock.now();
        let row = self.stored(state, authority).await?;
        let usable = row.as_ref().and_then(|row| match self.open(row, authority) {
            Ok(live) => Some(live).filter(|live| now < live.certificate.not_after()),
            Err(error) => {
                tracing::warn!(
                    issuer.id = %state.id, error = %error,
                    "OCSP responder {} of issuer {} cannot be used and is replaced", row.id, state.id
                );
                None
            }
        });
        let due = |live: &LiveResponder| live.certificate.not_after() <= now.plus(self.grace(live));
        match usable {
            Some(live) if !due(&live) => Ok(live),
            Some(live) => match self.replace(state, authority, row.as_ref()).await {
                Ok(fresh) => Ok(fresh),
                // It is good for a while yet, and the next look tries again.
                Err(error) => {
                    tracing::warn!(
                        issuer.id = %state.id, error = %error,
                        "OCSP responder {} of issuer {} could not be replaced; it ends at {}",
                        live.id, state.id, live.certificate.not_after()
                    );
                    Ok(live)
                }
            },
            None => self.replace(state, authority, row.as_ref()).await,
        }
    }

    /// How long before its end a responder is replaced: never more than half its life, or a short
    /// one would be replaced at every look.
    fn grace(&self, live: &LiveResponder) -> Duration {
        let lifetime = live.certificate.not_after().since(live.certificate.not_before());
        self.0.options.rotation_grace.min(lifetime / 2)
    }

    async fn stored(
        &self,
        state: &IssuerState,
        authority: &CaAuthority,
    ) -> Result<Option<OcspResponder>, ServiceError> {
        let (issuer, id) = (state.id.clone(), authority.id.clone());
        let row =
            self.0.base.store.read("ocsp.responder", move |tx| {
                Ok::<_, Failure>(tx.ocsp().current_responder(&issuer, &id)?)
            });
        Ok(row.await?)
    }

    fn open(&self, row: &OcspResponder, authority: &CaAuthority) -> Result<LiveResponder, ServiceError> {
        let certificate = Certificate::parse_pem(&row.certificate_pem).map_err(ServiceError::internal)?;
        certificate.verify_signed_by(&authority.certificate).map_err(ServiceError::internal)?;
        let pkcs8 = self.0.secrets.open(SealedColumn::OcspResponder, row.id.as_str(), &row.sealed_key)?;
        let key = KeyPair::from_der(pkcs8.expose()).map_err(ServiceError::internal)?;
        if !key_matches(&certificate, &key) {
            return Err(ServiceError::internal("the responder's key is not the one of its certificate"));
        }
        let name = Responder::of(&certificate).map_err(ServiceError::internal)?;
        let ask_at = self.0.base.clock.now().plus(REFRESH);
        Ok(LiveResponder { id: row.id.clone(), certificate, key, name, ask_at })
    }

    /// Makes a responder and lets it take over. When another replica was faster, its one counts.
    async fn replace(
        &self,
        state: &IssuerState,
        authority: &CaAuthority,
        before: Option<&OcspResponder>,
    ) -> Result<LiveResponder, ServiceError> {
        let (row, issuance) = self.make(state, authority, before)?;
        let (fresh, superseded) = (row.clone(), before.map(|before| before.id.clone()));
        let ids = Arc::clone(&self.0.base.ids);
        let taken_over = self.0.base.store.write("ocsp.replace_responder", move |tx| {
            if let Some(before) = &superseded {
                tx.ocsp().supersede_responder(before, fresh.created_at)?;
            }
            tx.ocsp().insert_responder(&fresh)?;
            tx.ledger().record(&issuance)?;
            let details = json!({
                "issuer_id": fresh.issuer_id, "serial_number": fresh.serial_number,
                "not_after": fresh.not_after, "rotated_from": fresh.rotated_from,
            });
            let subject = ("ocsp_responder", fresh.id.as_str());
            let event = audit_event(
                &*ids,
                &Actor::system(),
                fresh.created_at,
                "ocsp_responder_created",
                subject,
                &details,
            );
            tx.audit().append(&event)
        });
        match taken_over.await {
            Ok(()) => self.open(&row, authority),
            Err(StoreError::Duplicate { key: "ocsp_responder.current" } | StoreError::Stale) => {
                let row = self.stored(state, authority).await?;
                let row = row.ok_or_else(|| {
                    ServiceError::internal("the OCSP responder of another replica vanished again")
                })?;
                self.open(&row, authority)
            }
            Err(error) => Err(Failure::Store(error).into()),
        }
    }

    fn make(
        &self,
        state: &IssuerState,
        authority: &CaAuthority,
        before: Option<&OcspResponder>,
    ) -> Result<(OcspResponder, Issuance), ServiceError> {
        let now = self.0.base.clock.now();
        let spec = self.0.options.responder_key.unwrap_or_else(|| family(&authority.certificate));
        let key = KeyPair::generate(spec).map_err(ServiceError::internal)?;
        let template = ResponderTemplate {
            serial: Serial::random().map_err(ServiceError::internal)?,
            common_name: ResponderTemplate::name_for(&authority.certificate),
            not_before: now.minus(BACKDATING),
            not_after: now.plus(self.0.options.responder_validity),
            public_key: PublicKey::from_spki_der(key.public_spki_der()).map_err(ServiceError::internal)?,
        };
        let draft = template
            .to_be_signed(&authority.certificate, authority.key.algorithm())
            .map_err(ServiceError::internal)?;
        let parameters = LintParameters {
            kind: CertificateKind::OcspResponder,
            ..LintParameters::leaf(&authority.certificate)
        };
        let findings = lint(draft.der(), &parameters);
        if has_errors(&findings) {
            return Err(ServiceError::internal(format!(
                "the responder's certificate is not proper: {findings:?}"
            )));
        }
        let certificate = draft.sign(&*authority.key).map_err(ServiceError::internal)?;
        let id = OcspResponderId::mint(&*self.0.base.ids);
        let pkcs8 = key.to_pkcs8_der().map_err(ServiceError::internal)?;
        let sealed_key = self.0.secrets.seal(SealedColumn::OcspResponder, id.as_str(), pkcs8.expose())?;
        let row = OcspResponder {
            id,
            issuer_id: state.id.clone(),
            authority: authority.id.clone(),
            certificate_pem: certificate.to_pem(),
            serial_number: certificate.serial().to_string(),
            key_algorithm: format!("{}-{}", spec.algorithm, spec.size),
            sealed_key,
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
            rotated_from: before.map(|before| before.serial_number.clone()),
            superseded_at: None,
            created_at: now,
        };
        let issuance = Issuance {
            id: IssuanceId::mint(&*self.0.base.ids),
            issuer_id: state.id.clone(),
            serial_number: Some(row.serial_number.clone()),
            state: IssuanceState::Issued,
            certificate_id: None,
            job_id: None,
            names_hash: None,
            source: CertificateSource::Api,
            tbs_sha256: Some(draft.sha256_hex()),
            spki_sha256: Some(sha256_hex(key.public_spki_der())),
            crl_shard: 0,
            fingerprint_sha256: Some(certificate.fingerprint()),
            not_before: Some(row.not_before),
            not_after: Some(row.not_after),
            recorded_at: now,
            finished_at: Some(now),
        };
        Ok((row, issuance))
    }
}

/// The kind of key that everybody who verifies the CA can verify too.
fn family(ca: &Certificate) -> KeySpec {
    match ca.key_spec() {
        Some(KeySpec { algorithm: KeyAlgorithm::Rsa, .. }) => {
            KeySpec { algorithm: KeyAlgorithm::Rsa, size: 2048 }
        }
        Some(spec @ KeySpec { algorithm: KeyAlgorithm::Ed25519, .. }) => spec,
        _ => KeySpec::P256,
    }
}
