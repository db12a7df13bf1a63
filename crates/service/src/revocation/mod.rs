//! Revocation: one transaction that brings leaves, certificate, audit trail, alert and the message to
//! the CA in line. CRLs and OCSP answers follow from the rows it writes.

mod gathered;
mod hold;
mod leaves;
mod outside;
mod preview;
mod revoke;
mod rows;

use revoke::{Done, revoke};

pub(crate) use revoke::revoke_all;

use crate::certificate;
use crate::failure::Failure;
use crate::support::{Foundation, listing, page_request};
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::access::Permission;
use certctl_domain::id::CertificateId;
use certctl_domain::revocation::{Revocation, RevocationReason};
use certctl_repository::{RevocationFilter, Tx};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::revocation::{
    Culprit, RevocationPreview, RevocationQuery, RevocationService, RevokeSpec, Revoked,
};
use certctl_service_api::{Actor, ServiceError};
use std::sync::Arc;

const LIST: &str = "revocations";

/// Use cases of revocation.
#[derive(Debug)]
pub struct Revocations {
    base: Foundation,
    wakeups: Arc<Wakeups>,
}

impl Revocations {
    /// Over a store, waking those who publish what is revoked.
    pub const fn new(base: Foundation, wakeups: Arc<Wakeups>) -> Self {
        Self { base, wakeups }
    }
}

/// What was done, as callers see it.
fn shown(tx: &mut dyn Tx, done: Done, now: Timestamp) -> Result<Revoked, Failure> {
    let Done { certificate, revocations, siblings } = done;
    let certificate = certificate.map(|row| certificate::view(tx, row, now)).transpose()?;
    Ok(Revoked { certificate, revocations, siblings })
}

/// Refuses what has not happened yet.
fn check_invalidity(date: Option<Timestamp>, now: Timestamp) -> Result<(), ServiceError> {
    if date.is_some_and(|date| date > now) {
        let message =
            "must be in the past: it says since when the key or the certificate is not to be trusted";
        return Err(ServiceError::invalid("invalidity_date", "in_the_future", message));
    }
    Ok(())
}

#[async_trait]
impl RevocationService for Revocations {
    async fn revoke(
        &self,
        who: &Actor,
        id: &CertificateId,
        spec: RevokeSpec,
    ) -> Result<Revoked, ServiceError> {
        who.require(Permission::CertificateRevoke)?;
        let now = self.base.clock.now();
        check_invalidity(spec.invalidity_date, now)?;
        let (ids, who, id) = (Arc::clone(&self.base.ids), who.clone(), id.clone());
        let done = self.base.store.write("certificate.revoke", move |tx| {
            revoke(tx, &*ids, &who, &id, &spec, now).and_then(|done| shown(tx, done, now))
        });
        let done = done.await?;
        self.wakeups.wake_revocations();
        Ok(done)
    }

    async fn preview(
        &self,
        who: &Actor,
        id: &CertificateId,
        spec: RevokeSpec,
    ) -> Result<RevocationPreview, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let now = self.base.clock.now();
        check_invalidity(spec.invalidity_date, now)?;
        let id = id.clone();
        let seen = self
            .base
            .store
            .read("certificate.revoke_preview", move |tx| preview::preview(tx, &id, &spec, now));
        Ok(seen.await?)
    }

    async fn unhold(&self, who: &Actor, id: &CertificateId) -> Result<Revoked, ServiceError> {
        who.require(Permission::CertificateRevoke)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let done = self.base.store.write("certificate.unhold", move |tx| {
            hold::release(tx, &*ids, &who, &id, now).and_then(|done| shown(tx, done, now))
        });
        let done = done.await?;
        self.wakeups.wake_revocations();
        self.wakeups.wake_sweep();
        Ok(done)
    }

    async fn revoke_one(
        &self,
        who: &Actor,
        culprit: Culprit,
        reason: RevocationReason,
        invalidity_date: Option<Timestamp>,
    ) -> Result<Revoked, ServiceError> {
        who.require(Permission::CertificateRevoke)?;
        let now = self.base.clock.now();
        check_invalidity(invalidity_date, now)?;
        let wanted = outside::Wanted { culprit: outside::read(&culprit)?, reason, invalidity_date };
        let (ids, who) = (Arc::clone(&self.base.ids), who.clone());
        let done = self.base.store.write("revocation.create", move |tx| {
            outside::revoke_one(tx, &*ids, &who, &wanted, now).and_then(|done| shown(tx, done, now))
        });
        let done = done.await?;
        self.wakeups.wake_revocations();
        Ok(done)
    }

    async fn list(
        &self,
        who: &Actor,
        query: RevocationQuery,
        page: ListRequest,
    ) -> Result<Listing<Revocation>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let request = page_request(LIST, &page)?;
        let RevocationQuery { issuer_id, certificate_id, reason, issuer_notified, in_force } = query;
        let filter = RevocationFilter {
            issuer_id,
            certificate_id,
            reason,
            issuer_notified,
            in_force,
            ..RevocationFilter::default()
        };
        let wanted = request.clone();
        let found = self
            .base
            .store
            .read("revocation.list", move |tx| Ok::<_, Failure>(tx.revocations().list(&filter, &wanted)?));
        Ok(listing(LIST, &request, found.await?))
    }

    async fn of_certificate(&self, who: &Actor, id: &CertificateId) -> Result<Vec<Revocation>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let id = id.clone();
        let found = self.base.store.read("revocation.of_certificate", move |tx| {
            certificate::get(tx, &id)?;
            Ok::<_, Failure>(tx.revocations().of_certificate(&id)?)
        });
        Ok(found.await?)
    }
}
