//! Sessions of the console.

use crate::rows::{IntoDomain, SessionRow};
use crate::schema::console_sessions::{self, dsl};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::id::SessionId;
use certctl_domain::session::Session;
use certctl_repository::{SessionRepo, StoreError};
use diesel::prelude::*;

impl SessionRepo for DieselTx<'_> {
    fn find_by_token(&mut self, token_hash: &str) -> Result<Option<Session>, StoreError> {
        let row = console_sessions::table
            .filter(dsl::token_hash.eq(token_hash))
            .select(SessionRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(SessionRow::into_domain).transpose()
    }

    fn insert(&mut self, session: &Session) -> Result<(), StoreError> {
        let inserted =
            diesel::insert_into(console_sessions::table).values(SessionRow::from(session)).execute(self.conn);
        self.check(inserted).map(drop)
    }

    fn record_use(&mut self, id: &SessionId, at: Timestamp) -> Result<(), StoreError> {
        let at = DbTime::from(at);
        let updated =
            diesel::update(console_sessions::table.find(id.as_str()).filter(dsl::last_used_at.lt(at)))
                .set(dsl::last_used_at.eq(at))
                .execute(self.conn);
        self.check(updated).map(drop)
    }

    fn delete(&mut self, id: &SessionId) -> Result<bool, StoreError> {
        let deleted = diesel::delete(console_sessions::table.find(id.as_str())).execute(self.conn);
        Ok(self.check(deleted)? == 1)
    }

    fn prune(&mut self, now: Timestamp, unused_since: Timestamp) -> Result<u64, StoreError> {
        let ended = dsl::expires_at.le(DbTime::from(now));
        let unused = dsl::last_used_at.le(DbTime::from(unused_since));
        let deleted = diesel::delete(console_sessions::table.filter(ended.or(unused))).execute(self.conn);
        Ok(self.check(deleted)? as u64)
    }
}
