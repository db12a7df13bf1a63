//! Looks at the ends of certificates, and how issuers fare.

use crate::rows::parse;
use crate::schema::{expiry_looks, issuer_health};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::id::{CertificateId, IssuerId};
use certctl_domain::issuer::IssuerHealth;
use certctl_repository::{ExpiryLook, ExpiryLookRepo, IssuerHealthRepo, StoreError};
use diesel::prelude::*;

fn look((id, due_at): (String, DbTime)) -> Result<ExpiryLook, StoreError> {
    Ok(ExpiryLook { certificate_id: parse("expiry_looks", &id)?, due_at: due_at.into() })
}

impl ExpiryLookRepo for DieselTx<'_> {
    fn due(
        &mut self,
        at: Timestamp,
        after: Option<&ExpiryLook>,
        limit: u32,
    ) -> Result<Vec<ExpiryLook>, StoreError> {
        let mut query = expiry_looks::table
            .filter(expiry_looks::due_at.le(DbTime::from(at)))
            .into_boxed::<crate::conn::MultiBackend>();
        if let Some(after) = after {
            let due_at = DbTime::from(after.due_at);
            let id = after.certificate_id.to_string();
            query = query.filter(
                expiry_looks::due_at
                    .gt(due_at)
                    .or(expiry_looks::due_at.eq(due_at).and(expiry_looks::certificate_id.gt(id))),
            );
        }
        let rows = query
            .order((expiry_looks::due_at, expiry_looks::certificate_id))
            .limit(limit.into())
            .select((expiry_looks::certificate_id, expiry_looks::due_at))
            .load::<(String, DbTime)>(self.conn);
        self.check(rows)?.into_iter().map(look).collect()
    }

    fn find(&mut self, certificate: &CertificateId) -> Result<Option<ExpiryLook>, StoreError> {
        let row = expiry_looks::table
            .find(certificate.as_str())
            .select((expiry_looks::certificate_id, expiry_looks::due_at))
            .first::<(String, DbTime)>(self.conn)
            .optional();
        self.check(row)?.map(look).transpose()
    }

    fn plan(&mut self, certificate: &CertificateId, due_at: Option<Timestamp>) -> Result<(), StoreError> {
        let Some(due_at) = due_at else {
            let deleted = diesel::delete(expiry_looks::table.find(certificate.as_str())).execute(self.conn);
            return self.check(deleted).map(drop);
        };
        let due_at = expiry_looks::due_at.eq(DbTime::from(due_at));
        let written = on_backend!(self.conn, |conn| diesel::insert_into(expiry_looks::table)
            .values((expiry_looks::certificate_id.eq(certificate.as_str()), due_at))
            .on_conflict(expiry_looks::certificate_id)
            .do_update()
            .set(due_at)
            .execute(conn));
        self.check(written).map(drop)
    }
}

impl IssuerHealthRepo for DieselTx<'_> {
    fn find(&mut self, issuer: &IssuerId) -> Result<IssuerHealth, StoreError> {
        let row = issuer_health::table
            .find(issuer.as_str())
            .select((
                issuer_health::consecutive_failures,
                issuer_health::failing_since,
                issuer_health::last_error,
            ))
            .first::<(i64, Option<DbTime>, Option<String>)>(self.conn)
            .optional();
        let known = self.check(row)?.map(|(failures, since, last_error)| IssuerHealth {
            consecutive_failures: u32::try_from(failures).unwrap_or(u32::MAX),
            failing_since: since.map(Timestamp::from),
            last_error,
        });
        Ok(known.unwrap_or_default())
    }

    fn put(&mut self, issuer: &IssuerId, health: &IssuerHealth) -> Result<(), StoreError> {
        let state = (
            issuer_health::consecutive_failures.eq(i64::from(health.consecutive_failures)),
            issuer_health::failing_since.eq(health.failing_since.map(DbTime::from)),
            issuer_health::last_error.eq(&health.last_error),
        );
        let written = on_backend!(self.conn, |conn| diesel::insert_into(issuer_health::table)
            .values((issuer_health::issuer_id.eq(issuer.as_str()), state))
            .on_conflict(issuer_health::issuer_id)
            .do_update()
            .set(state)
            .execute(conn));
        self.check(written).map(drop)
    }
}
