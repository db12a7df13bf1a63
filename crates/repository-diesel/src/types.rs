//! Column types that both engines store and return equally.

use certctl_domain::Timestamp;
use chrono::NaiveDateTime;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types;

/// An instant as a zone-less `TIMESTAMP` column that holds UTC. [`Timestamp`] is cut to whole
/// microseconds, which both engines keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::Timestamp)]
pub struct DbTime(NaiveDateTime);

impl From<Timestamp> for DbTime {
    fn from(at: Timestamp) -> Self {
        Self(at.datetime().naive_utc())
    }
}

impl From<DbTime> for Timestamp {
    fn from(at: DbTime) -> Self {
        Self::from_datetime(at.0.and_utc())
    }
}

impl<DB: Backend> FromSql<sql_types::Timestamp, DB> for DbTime
where
    NaiveDateTime: FromSql<sql_types::Timestamp, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        NaiveDateTime::from_sql(bytes).map(Self)
    }
}

impl<DB: Backend> ToSql<sql_types::Timestamp, DB> for DbTime
where
    NaiveDateTime: ToSql<sql_types::Timestamp, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}
