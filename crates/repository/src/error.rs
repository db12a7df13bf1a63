//! What can go wrong in storage, free of any engine's vocabulary.

/// A storage condition.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique rule was broken.
    #[error("a {key} with this value exists already")]
    Duplicate {
        /// Which rule, for example `certificate.name`; see the constraint table of the implementation.
        key: &'static str,
    },
    /// A row refers to one that does not exist.
    #[error("the referenced {key} does not exist")]
    Missing {
        /// Which reference, for example `certificate.owner_id`.
        key: &'static str,
    },
    /// A row cannot go because others refer to it.
    #[error("still referenced by {key}")]
    InUse {
        /// Which reference, for example `certificate.issuer_id`.
        key: &'static str,
    },
    /// The row changed, or went, since it was read.
    #[error("the row was changed by somebody else")]
    Stale,
    /// A list was asked to continue at a position that is not one of its own.
    #[error("the cursor does not belong to this list")]
    InvalidCursor,
    /// Gave up after several conflicting transactions.
    #[error("too many conflicting transactions")]
    Contended,
    /// No connection could be had, or it broke.
    #[error("the database cannot be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored value contradicts the schema's rules.
    #[error("the stored value of {table}.{column} in row {id} is not valid")]
    Corrupt {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// Row.
        id: String,
        /// What the value broke.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Anything else, with its cause.
    #[error("the database refused the operation")]
    Other(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Turns the row count of a guarded write into `Stale` unless it is one.
pub const fn exactly_one(rows: usize) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Stale) }
}
