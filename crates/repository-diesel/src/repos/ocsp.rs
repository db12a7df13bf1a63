//! OCSP responders and answers that were signed ahead.

use crate::conn::MultiBackend;
use crate::rows::{IntoDomain, KeptAnswerRow, OcspResponderRow, domain_values};
use crate::schema::{ocsp_responders as responders, ocsp_response_cache as answers};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::id::{IssuerId, OcspResponderId};
use certctl_domain::ocsp::{AnswerKey, KeptAnswer, OcspResponder};
use certctl_repository::{OcspRepo, StoreError, exactly_one};
use diesel::prelude::*;

/// The row in a place.
macro_rules! place {
    ($key:expr) => {
        answers::table.find((
            $key.issuer_id.as_str(),
            $key.serial_number.as_str(),
            $key.authority.as_str(),
            $key.hash.as_str(),
        ))
    };
}

impl OcspRepo for DieselTx<'_> {
    fn current_responder(
        &mut self,
        issuer: &IssuerId,
        authority: &str,
    ) -> Result<Option<OcspResponder>, StoreError> {
        let row = responders::table
            .filter(responders::issuer_id.eq(issuer.as_str()))
            .filter(responders::authority.eq(authority))
            .filter(responders::superseded_at.is_null())
            .select(OcspResponderRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(OcspResponderRow::into_domain).transpose()
    }

    fn responders(&mut self, issuer: Option<&IssuerId>) -> Result<Vec<OcspResponder>, StoreError> {
        let mut query = responders::table.into_boxed::<MultiBackend>();
        if let Some(issuer) = issuer {
            query = query.filter(responders::issuer_id.eq(issuer.to_string()));
        }
        let rows = query
            .order((responders::issuer_id, responders::created_at.desc(), responders::id.desc()))
            .select(OcspResponderRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn insert_responder(&mut self, responder: &OcspResponder) -> Result<(), StoreError> {
        let row = OcspResponderRow::from(responder);
        let inserted = diesel::insert_into(responders::table).values(row).execute(self.conn);
        self.check(inserted).map(drop)
    }

    fn supersede_responder(&mut self, id: &OcspResponderId, at: Timestamp) -> Result<(), StoreError> {
        let current = responders::table.find(id.as_str()).filter(responders::superseded_at.is_null());
        let updated = diesel::update(current)
            .set(responders::superseded_at.eq(Some(DbTime::from(at))))
            .execute(self.conn);
        exactly_one(self.check(updated)?)
    }

    fn purge_responders(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let ended = responders::table
            .filter(responders::superseded_at.is_not_null())
            .filter(responders::not_after.lt(DbTime::from(before)));
        let deleted = diesel::delete(ended).execute(self.conn);
        Ok(self.check(deleted)? as u64)
    }

    fn answer(&mut self, key: &AnswerKey) -> Result<Option<KeptAnswer>, StoreError> {
        let row = place!(key).select(KeptAnswerRow::as_select()).first(self.conn).optional();
        self.check(row)?.map(KeptAnswerRow::into_domain).transpose()
    }

    fn keep_answer(&mut self, answer: &KeptAnswer) -> Result<(), StoreError> {
        let row = KeptAnswerRow::from(answer);
        let older = place!(answer.key).filter(answers::generated_at.le(DbTime::from(answer.generated_at)));
        let updated = diesel::update(older).set(row.clone()).execute(self.conn);
        if self.check(updated)? == 1 {
            return Ok(());
        }
        let inserted = on_backend!(self.conn, |conn| diesel::insert_into(answers::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(conn));
        self.check(inserted).map(drop)
    }

    fn answers_to_refresh(&mut self, at: Timestamp, limit: u32) -> Result<Vec<KeptAnswer>, StoreError> {
        let rows = answers::table
            .filter(answers::refresh_at.le(DbTime::from(at)))
            .order((answers::refresh_at, answers::serial_hex))
            .limit(limit.into())
            .select(KeptAnswerRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn remove_answer(&mut self, key: &AnswerKey) -> Result<(), StoreError> {
        let deleted = diesel::delete(place!(key)).execute(self.conn);
        self.check(deleted).map(drop)
    }

    fn purge_answers(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let ended = answers::table
            .filter(answers::next_update.lt(DbTime::from(before)))
            .order(answers::next_update)
            .limit(limit.into())
            .select((answers::issuer_id, answers::serial_hex, answers::authority, answers::hash))
            .load::<(String, String, String, String)>(self.conn);
        let ended = self.check(ended)?;
        for (issuer, serial, authority, hash) in &ended {
            let row = answers::table.find((issuer, serial, authority, hash));
            let deleted = diesel::delete(row).execute(self.conn);
            self.check(deleted)?;
        }
        Ok(ended.len() as u64)
    }
}
