//! The CAs of an issuer, as the responder needs them.

use super::Ocsp;
use super::knowledge::Knowledge;
use super::responder::LiveResponder;
use crate::crl::authority_id;
use crate::failure::Failure;
use bytes::Bytes;
use certctl_connector_api::issuer::Authority;
use certctl_crypto::Signer;
use certctl_domain::Timestamp;
use certctl_domain::id::IssuerId;
use certctl_pki::Certificate;
use certctl_pki::ocsp::{CaIdentity, CertId};
use certctl_service_api::ServiceError;
use certctl_service_api::relying_party::RelyingPartyError;
use parking_lot::RwLock;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How long the CAs of an issuer are taken for granted before its row is looked at again.
const REFRESH: Duration = Duration::from_secs(10);

/// One issuer in memory.
#[derive(Debug)]
pub(super) struct IssuerState {
    pub(super) id: IssuerId,
    pub(super) knowledge: Knowledge,
    authorities: RwLock<Loaded>,
}

#[derive(Debug, Clone)]
struct Loaded {
    at: Timestamp,
    authorities: Arc<Vec<Arc<CaAuthority>>>,
}

/// One CA that signs for its issuer.
#[derive(Debug)]
pub(super) struct CaAuthority {
    /// Identity of the CA.
    pub(super) id: String,
    pub(super) certificate: Certificate,
    pub(super) chain: Vec<Bytes>,
    pub(super) key: Arc<dyn Signer>,
    pub(super) identity: CaIdentity,
    pub(super) responder: RwLock<Option<Arc<LiveResponder>>>,
    /// Held by who looks for or makes a responder.
    pub(super) making: Mutex<()>,
}

impl IssuerState {
    /// The CAs, the one that issues first.
    pub(super) fn authorities(&self) -> Arc<Vec<Arc<CaAuthority>>> {
        Arc::clone(&self.authorities.read().authorities)
    }

    /// Whether it is time to look at the issuer's row again. Of those who ask at once only one is told
    /// to; the others go on with what is known.
    fn takes_a_look(&self, now: Timestamp) -> bool {
        if now < self.authorities.read().at.plus(REFRESH) {
            return false;
        }
        let mut loaded = self.authorities.write();
        let due = now >= loaded.at.plus(REFRESH);
        if due {
            loaded.at = now;
        }
        due
    }

    /// The CA that these names speak of.
    pub(super) fn authority_of(&self, ids: &[CertId]) -> Option<Arc<CaAuthority>> {
        let authorities = self.authorities();
        let speaks = |authority: &Arc<CaAuthority>| ids.iter().any(|id| authority.identity.matches(id));
        authorities.iter().find(|authority| speaks(authority)).cloned()
    }
}

impl CaAuthority {
    fn new(authority: &Authority) -> Result<Self, ServiceError> {
        let der = authority.chain_der.first().map(Vec::as_slice).unwrap_or_default();
        let certificate = Certificate::parse_der(der).map_err(ServiceError::internal)?;
        Ok(Self {
            id: authority_id(&certificate),
            identity: CaIdentity::of(&certificate).map_err(ServiceError::internal)?,
            chain: authority.chain_der.iter().map(|der| Bytes::copy_from_slice(der)).collect(),
            key: Arc::clone(&authority.key),
            certificate,
            responder: RwLock::default(),
            making: Mutex::default(),
        })
    }
}

impl Ocsp {
    /// The certificate of the CA that issues, then those above it, DER.
    pub async fn chain(&self, issuer: &IssuerId) -> Result<Vec<Bytes>, RelyingPartyError> {
        let state = self.state(issuer).await?;
        let first = state.authorities().first().map(|authority| authority.chain.clone());
        first.ok_or_else(|| RelyingPartyError::NotPublished(issuer.clone()))
    }

    /// The issuer with its CAs.
    pub(super) async fn state(&self, issuer: &IssuerId) -> Result<Arc<IssuerState>, RelyingPartyError> {
        let now = self.0.base.clock.now();
        let known = self.0.states.read().get(issuer).cloned();
        if let Some(state) = &known
            && !state.takes_a_look(now)
        {
            return Ok(Arc::clone(state));
        }
        match (self.load(issuer, known.as_ref(), now).await, known) {
            (Ok(state), _) => Ok(state),
            // Answers of a moment ago are better than none while the database is away.
            (Err(RelyingPartyError::Failed(error)), Some(state)) => {
                tracing::warn!(issuer.id = %issuer, error = %error, "the CAs of issuer {issuer} cannot be looked at");
                Ok(state)
            }
            (Err(error), _) => Err(error),
        }
    }

    async fn load(
        &self,
        issuer: &IssuerId,
        known: Option<&Arc<IssuerState>>,
        now: Timestamp,
    ) -> Result<Arc<IssuerState>, RelyingPartyError> {
        let id = issuer.clone();
        let row = self.0.base.store.read("ocsp.issuer", move |tx| Ok::<_, Failure>(tx.issuers().find(&id)?));
        let row = row.await.map_err(ServiceError::from)?;
        let Some(row) = row else {
            self.0.states.write().remove(issuer);
            return Err(RelyingPartyError::IssuerNotFound(issuer.clone()));
        };
        let connector = self.0.issuers.connector(&row)?;
        let signing = connector.authorities().await.map_err(ServiceError::internal)?;
        if signing.is_empty() {
            self.0.states.write().remove(issuer);
            return Err(RelyingPartyError::NotPublished(issuer.clone()));
        }
        let before = known.map(|state| state.authorities()).unwrap_or_default();
        let mut authorities = Vec::with_capacity(signing.len());
        for authority in &signing {
            let fresh = CaAuthority::new(authority)?;
            let same = before.iter().find(|old| old.certificate == fresh.certificate).cloned();
            authorities.push(same.unwrap_or_else(|| Arc::new(fresh)));
        }
        let loaded = Loaded { at: now, authorities: Arc::new(authorities) };
        let mut states = self.0.states.write();
        if let Some(state) = states.get(issuer) {
            *state.authorities.write() = loaded;
            return Ok(Arc::clone(state));
        }
        let state = Arc::new(IssuerState {
            id: issuer.clone(),
            knowledge: Knowledge::new(self.0.options.remembered),
            authorities: RwLock::new(loaded),
        });
        states.insert(issuer.clone(), Arc::clone(&state));
        Ok(state)
    }
}
