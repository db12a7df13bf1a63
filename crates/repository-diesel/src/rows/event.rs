//! Rows of `events`.

use super::IntoDomain;
use crate::schema::events;
use crate::types::DbTime;
use certctl_domain::event::LiveEvent;
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = events)]
pub(crate) struct EventRow {
    id: i64,
    kind: String,
    resource_type: String,
    resource_id: String,
    occurred_at: DbTime,
}

impl IntoDomain for EventRow {
    type Domain = LiveEvent;

    fn into_domain(self) -> Result<LiveEvent, StoreError> {
        let Self { id, kind, resource_type, resource_id, occurred_at } = self;
        Ok(LiveEvent { id, kind, resource_type, resource_id, at: occurred_at.into() })
    }
}
