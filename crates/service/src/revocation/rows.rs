//! The rows of revocations, as one transaction writes them.

use super::gathered::Gathered;
use super::leaves::Leaf;
use crate::failure::Failure;
use certctl_domain::Timestamp;
use certctl_domain::certificate::Certificate;
use certctl_domain::id::{IdSource, IssuerId, RevocationId};
use certctl_domain::revocation::{Change, IssuerNotice, Revocation};
use certctl_repository::Tx;
use certctl_service_api::Actor;
use certctl_service_api::revocation::RevokeSpec;
use std::collections::BTreeMap;

/// Rows that are being put together. New ones are added at once.
#[derive(Default)]
pub(super) struct Rows {
    generations: Generations,
    all: Vec<Revocation>,
    /// Those of `all` that are new.
    fresh: Vec<usize>,
}

impl Rows {
    /// The rows of one certificate; those that are there already are changed.
    #[expect(clippy::too_many_arguments, reason = "one row has that many sources")]
    pub(super) fn add(
        &mut self,
        tx: &mut dyn Tx,
        ids: &dyn IdSource,
        who: &Actor,
        gathered: &Gathered,
        certificate: &Certificate,
        spec: &RevokeSpec,
        meant: Vec<Leaf>,
        now: Timestamp,
    ) -> Result<(), Failure> {
        for Leaf { version, crl_shard, known, change } in meant {
            let notice = notice(gathered.is_local(&version.issuer_id), now);
            if let (Some(row), Change::Nothing) = (&known, change) {
                let mut row = row.clone();
                if !row.notice.notified && row.notice.next_attempt_at.is_none() {
                    row.notice = notice;
                    tx.revocations().update(&row)?;
                }
                self.all.push(row);
                continue;
            }
            let mut row = Revocation {
                id: RevocationId::mint(ids),
                generation: self.generations.of(tx, &version.issuer_id)?,
                notice,
                issuer_id: version.issuer_id,
                serial_number: version.serial_number,
                certificate_id: Some(certificate.id.clone()),
                reason: spec.reason,
                invalidity_date: spec.invalidity_date,
                revoked_by: who.name().to_owned(),
                revoked_at: now,
                not_after: version.not_after,
                released_at: None,
                crl_shard,
                created_at: now,
            };
            if let Some(known) = known {
                row = succeeding(&known, &row, change);
                tx.revocations().update(&row)?;
            } else {
                self.fresh.push(self.all.len());
            }
            self.all.push(row);
        }
        Ok(())
    }

    /// Adds what is new; returns all.
    pub(super) fn write(self, tx: &mut dyn Tx) -> Result<Vec<Revocation>, Failure> {
        let fresh: Vec<_> = self.fresh.iter().filter_map(|at| self.all.get(*at).cloned()).collect();
        tx.revocations().insert(&fresh)?;
        Ok(self.all)
    }
}

/// The change of each issuer that a transaction makes.
#[derive(Default)]
pub(super) struct Generations(BTreeMap<IssuerId, i64>);

impl Generations {
    pub(super) fn of(&mut self, tx: &mut dyn Tx, issuer: &IssuerId) -> Result<i64, Failure> {
        if let Some(generation) = self.0.get(issuer) {
            return Ok(*generation);
        }
        let next = tx.revocations().next_generation(issuer)?;
        self.0.insert(issuer.clone(), next);
        Ok(next)
    }
}

/// The row of a serial number that was revoked before.
pub(super) fn succeeding(known: &Revocation, row: &Revocation, change: Change) -> Revocation {
    Revocation {
        id: known.id.clone(),
        created_at: known.created_at,
        // A graver reason does not move the day since when it has been revoked.
        revoked_at: if change == Change::Reason { known.revoked_at } else { row.revoked_at },
        invalidity_date: row.invalidity_date.or(known.invalidity_date),
        ..row.clone()
    }
}

/// How the CA learns of it: ours knows, others are told at once.
pub(super) fn notice(local: bool, now: Timestamp) -> IssuerNotice {
    IssuerNotice { notified: local, next_attempt_at: (!local).then_some(now), ..IssuerNotice::default() }
}
