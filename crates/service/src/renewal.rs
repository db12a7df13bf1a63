//! Explaining what happens to a certificate by itself, and stopping that.

mod explain;

use crate::certificate::{get, view};
use crate::failure::Failure;
use crate::support::{Foundation, audit_event, check_name};
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_domain::access::Permission;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::id::CertificateId;
use certctl_service_api::certificate::CertificateView;
use certctl_service_api::renewal::{Explanation, RenewalService};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use serde_json::json;
use std::sync::Arc;

/// Use cases around renewals that happen by themselves.
#[derive(Debug)]
pub struct Renewals {
    base: Foundation,
    wakeups: Arc<Wakeups>,
}

impl Renewals {
    /// Over a store, waking the sweep.
    pub const fn new(base: Foundation, wakeups: Arc<Wakeups>) -> Self {
        Self { base, wakeups }
    }
}

#[async_trait]
impl RenewalService for Renewals {
    async fn explain(&self, who: &Actor, id: &CertificateId) -> Result<Explanation, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let (id, now, guards) = (id.clone(), self.base.clock.now(), self.base.guards);
        let explained = self.base.store.read("certificate.explain", move |tx| {
            let certificate = get(tx, &id)?;
            explain::explain(tx, &guards, &certificate, now)
        });
        Ok(explained.await?)
    }

    async fn pause(
        &self,
        who: &Actor,
        id: &CertificateId,
        reason: String,
    ) -> Result<CertificateView, ServiceError> {
        who.require(Permission::CertificateRenew)?;
        check_name("reason", &reason, 500)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let paused = self.base.store.write("certificate.pause", move |tx| {
            let mut certificate = get(tx, &id)?;
            if matches!(certificate.status, CertificateStatus::Archived | CertificateStatus::Revoked) {
                return Err(Failure::Service(ServiceError::conflict(
                    ConflictCode::InvalidState,
                    format!(
                        "certificate {id} is {} and is not renewed anyway",
                        certificate.status.as_str().to_lowercase()
                    ),
                )));
            }
            if certificate.paused_at.is_none() {
                certificate.pause(reason.clone(), now);
                tx.certificates().update(&mut certificate)?;
                let (subject, details) = (("certificate", id.as_str()), json!({ "reason": reason }));
                tx.audit().append(&audit_event(&*ids, &who, now, "certificate_paused", subject, &details))?;
            }
            view(tx, certificate, now)
        });
        Ok(paused.await?)
    }

    async fn unpause(&self, who: &Actor, id: &CertificateId) -> Result<CertificateView, ServiceError> {
        who.require(Permission::CertificateRenew)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let unpaused = self.base.store.write("certificate.unpause", move |tx| {
            let mut certificate = get(tx, &id)?;
            if let Some(since) = certificate.paused_at {
                let details = json!({"paused_at": since, "paused_for": certificate.pause_reason});
                certificate.unpause(now);
                tx.certificates().update(&mut certificate)?;
                let subject = ("certificate", id.as_str());
                tx.audit().append(&audit_event(
                    &*ids,
                    &who,
                    now,
                    "certificate_unpaused",
                    subject,
                    &details,
                ))?;
            }
            view(tx, certificate, now)
        });
        let unpaused = unpaused.await?;
        self.wakeups.wake_sweep();
        Ok(unpaused)
    }
}
