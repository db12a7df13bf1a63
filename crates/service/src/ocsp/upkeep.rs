//! What one replica does for all: it replaces responders in time and signs answers anew before
//! they end, so that those who ask find them ready.

use super::Ocsp;
use super::authority::{CaAuthority, IssuerState};
use super::keep;
use crate::failure::Failure;
use async_trait::async_trait;
use certctl_domain::id::IssuerId;
use certctl_domain::ocsp::KeptAnswer;
use certctl_pki::Serial;
use certctl_pki::ocsp::CertIdForm;
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use certctl_service_api::relying_party::RelyingPartyError;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::knowledge::Standing;

/// Answers that are looked at in one go.
const BATCH: u32 = 200;
/// How often in one activation: another one follows, and a clock that is behind must not make this one
/// endless.
const MOST_BATCHES: u32 = 500;

/// The upkeep of responders and kept answers.
#[derive(Debug)]
pub struct OcspUpkeep {
    ocsp: Ocsp,
}

impl OcspUpkeep {
    /// Of this responder.
    pub const fn new(ocsp: Ocsp) -> Self {
        Self { ocsp }
    }

    /// Looks at the responders of all issuers that have one.
    async fn responders(&self) -> Result<u64, ServiceError> {
        let base = &self.ocsp.0.base;
        let read = base.store.read("ocsp.responders", |tx| {
            let current = tx.ocsp().responders(None)?.into_iter().filter(|one| one.superseded_at.is_none());
            Ok::<_, Failure>(current.map(|one| one.issuer_id).collect::<BTreeSet<_>>())
        });
        let mut looked_at = 0;
        for issuer in read.await? {
            let Some(state) = self.state(&issuer).await? else { continue };
            for authority in state.authorities().iter() {
                // Whatever is remembered, the database says which one is current.
                *authority.responder.write() = None;
                self.ocsp.responder(&state, authority).await?;
                looked_at += 1;
            }
        }
        let now = base.clock.now();
        base.store
            .write("ocsp.purge_responders", move |tx| Ok::<_, Failure>(tx.ocsp().purge_responders(now)?))
            .await?;
        Ok(looked_at)
    }

    /// Absent when the issuer has no CA of ours any more.
    async fn state(&self, issuer: &IssuerId) -> Result<Option<Arc<IssuerState>>, ServiceError> {
        match self.ocsp.state(issuer).await {
            Ok(state) => Ok(Some(state)),
            Err(RelyingPartyError::Failed(error)) => Err(error),
            Err(_gone) => Ok(None),
        }
    }

    /// Signs a batch of answers anew; tells how many there were.
    async fn batch(&self, report: &mut Report) -> Result<u32, ServiceError> {
        let base = &self.ocsp.0.base;
        let now = base.clock.now();
        let due = base
            .store
            .read("ocsp.due", move |tx| Ok::<_, Failure>(tx.ocsp().answers_to_refresh(now, BATCH)?));
        let due = due.await?;
        let looked_at = u32::try_from(due.len()).unwrap_or(BATCH);
        for kept in due {
            if self.refresh(&kept).await? {
                report.add("refreshed", 1);
            } else {
                let key = kept.key;
                let remove = base
                    .store
                    .write("ocsp.drop", move |tx| tx.ocsp().remove_answer(&key).map_err(Failure::from));
                remove.await?;
                report.add("dropped", 1);
            }
        }
        self.ocsp.write_down().await?;
        Ok(looked_at)
    }

    /// Signs one answer anew; false when nobody needs it any more.
    async fn refresh(&self, kept: &KeptAnswer) -> Result<bool, ServiceError> {
        let now = self.ocsp.0.base.clock.now();
        let Some(state) = self.state(&kept.key.issuer_id).await? else { return Ok(false) };
        let authority: Option<Arc<CaAuthority>> =
            state.authorities().iter().find(|authority| authority.id == kept.key.authority).cloned();
        let serial: Option<Serial> = kept.key.serial_number.parse().ok();
        let (Some(authority), Some(serial), Some(hash)) = (authority, serial, keep::hash(&kept.key.hash))
        else {
            return Ok(false);
        };
        let form = CertIdForm { hash, null_parameters: true };
        let known = self.ocsp.known(&state, &serial).await?;
        if matches!(known.standing, Standing::Unknown)
            || matches!(known.standing, Standing::Good { not_after: Some(end) } if end < now)
        {
            return Ok(false);
        }
        let id = authority.identity.cert_id(&serial, form);
        let signed = self.ocsp.sign_one(&state, &authority, &id, &known).await?;
        known.sign(&authority.id, form, Arc::new(signed));
        Ok(true)
    }
}

#[async_trait]
impl Reconciler for OcspUpkeep {
    fn name(&self) -> &'static str {
        "ocsp-upkeep"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        match self.responders().await {
            Ok(looked_at) => report.add("responders", looked_at),
            Err(error) => return report.failed(&error),
        }
        for _ in 0..MOST_BATCHES {
            if stop.stopping() {
                break;
            }
            match self.batch(&mut report).await {
                Ok(looked_at) if looked_at < BATCH => break,
                Ok(_) => {}
                Err(error) => return report.failed(&error),
            }
        }
        let now = self.ocsp.0.base.clock.now();
        while !stop.stopping() {
            let purge = self.ocsp.0.base.store.write("ocsp.purge_answers", move |tx| {
                Ok::<_, Failure>(tx.ocsp().purge_answers(now, BATCH)?)
            });
            match purge.await.map_err(ServiceError::from) {
                Ok(removed) => {
                    report.add("ended", removed);
                    if removed < u64::from(BATCH) {
                        break;
                    }
                }
                Err(error) => return report.failed(&error),
            }
        }
        report
    }
}
