//! Statements that are prepared once per connection although diesel prepares them each time.
//!
//! diesel cannot know that the text of an UPDATE or of a hand-written statement stays the same, so it
//! has the database parse it anew for every execution: on PostgreSQL one more round trip and a plan, on
//! SQLite a compilation that includes the table's triggers. A statement that is known to have few texts
//! says so with [`Preparable::prepared`]. It is found again by its text, so a wrong promise costs memory
//! and never a wrong answer.

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;

/// A statement that is kept prepared, by its text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prepared<Q>(Q);

/// Statements that can be kept prepared.
pub(crate) trait Preparable: Sized {
    /// Keeps the statement prepared. For statements with few texts only: no lists of values.
    fn prepared(self) -> Prepared<Self> {
        Prepared(self)
    }
}

impl<Q: QueryId> Preparable for Q {}

impl<Q, DB> QueryFragment<DB> for Prepared<Q>
where
    DB: Backend,
    Q: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _backend: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

/// None that is known before the text is.
impl<Q> QueryId for Prepared<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, Conn> RunQueryDsl<Conn> for Prepared<Q> {}
