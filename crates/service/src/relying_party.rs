//! What relying parties read: CRLs, OCSP answers, CA certificates.

use crate::crl::{Crls, PublishedCrl};
use crate::ocsp::Ocsp;
use crate::support::Foundation;
use async_trait::async_trait;
use bytes::Bytes;
use certctl_crypto::sha256_hex;
use certctl_domain::crl::{CrlKind, CrlSlot};
use certctl_domain::id::IssuerId;
use certctl_service_api::relying_party::{
    CrlDocument, CrlPart, OcspQuestion, OcspReply, RelyingPartyError, RelyingPartyService,
};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How long anybody may keep a CRL without asking.
const LONGEST_KEPT: Duration = Duration::from_hours(1);

/// Serves relying parties.
#[derive(Debug)]
pub struct RelyingParties {
    base: Foundation,
    crls: Arc<Crls>,
    ocsp: Ocsp,
    /// Digests of the CRLs that were served last: one of a million entries is hashed once.
    digests: Mutex<HashMap<CrlSlot, (i64, String)>>,
}

impl RelyingParties {
    /// With these CRLs and this OCSP responder.
    pub fn new(base: Foundation, crls: Arc<Crls>, ocsp: Ocsp) -> Self {
        Self { base, crls, ocsp, digests: Mutex::default() }
    }

    fn digest(&self, crl: &PublishedCrl) -> String {
        let (slot, number) = (&crl.head.slot, crl.head.number);
        if let Some((_, digest)) = self.digests.lock().get(slot).filter(|(of, _)| *of == number) {
            return digest.clone();
        }
        let digest = sha256_hex(&crl.der);
        self.digests.lock().insert(slot.clone(), (number, digest.clone()));
        digest
    }
}

#[async_trait]
impl RelyingPartyService for RelyingParties {
    async fn crl(&self, issuer: &IssuerId, part: CrlPart) -> Result<CrlDocument, RelyingPartyError> {
        let kind = if part.delta { CrlKind::Delta } else { CrlKind::Base };
        let Some(crl) = self.crls.find(issuer, part.shard, kind).await? else {
            // Says whether there is such an issuer, and a CA of ours.
            self.ocsp.chain(issuer).await?;
            return Err(RelyingPartyError::NoSuchCrl(issuer.clone()));
        };
        let left = crl.head.next_update.unix_micros() - self.base.clock.now().unix_micros();
        Ok(CrlDocument {
            digest: self.digest(&crl),
            number: crl.head.number,
            this_update: crl.head.this_update,
            next_update: crl.head.next_update,
            fresh_for: Duration::from_micros(u64::try_from(left).unwrap_or(0)).min(LONGEST_KEPT),
            der: Bytes::from_owner(crl.der),
        })
    }

    async fn ocsp(
        &self,
        issuer: &IssuerId,
        question: OcspQuestion<'_>,
    ) -> Result<OcspReply, RelyingPartyError> {
        self.ocsp.answer(issuer, question).await
    }

    async fn ca_certificates(&self, issuer: &IssuerId) -> Result<Vec<Bytes>, RelyingPartyError> {
        self.ocsp.chain(issuer).await
    }
}
