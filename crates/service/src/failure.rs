//! The error inside transactions: a refused use case or a storage condition.

use certctl_domain::{InvalidTransition, UnknownValue};
use certctl_repository::StoreError;
use certctl_service_api::{ConflictCode, ServiceError};

/// What a transaction body can fail with.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The use case refuses.
    Service(ServiceError),
    /// The storage refuses.
    Store(StoreError),
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        Self::Service(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<InvalidTransition> for Failure {
    fn from(error: InvalidTransition) -> Self {
        Self::Service(error.into())
    }
}

impl From<certctl_crypto::Error> for Failure {
    fn from(error: certctl_crypto::Error) -> Self {
        Self::Service(ServiceError::internal(error))
    }
}

impl From<Failure> for ServiceError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Service(error) => error,
            Failure::Store(error) => from_store(error),
        }
    }
}

/// Storage conditions in the words of the API. Field names follow the part after the dot.
pub(crate) fn from_store(error: StoreError) -> ServiceError {
    match error {
        StoreError::Duplicate { key } => {
            let (kind, field) = split(key);
            let article = if kind.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
            ServiceError::conflict(
                ConflictCode::AlreadyExists,
                format!("{article} {kind} with this {field} exists already; choose another one"),
            )
        }
        StoreError::Missing { key } => {
            let (_, field) = split(key);
            ServiceError::unprocessable(field, "unknown_reference", "no object with this id exists")
        }
        StoreError::InUse { key } => {
            let (kind, _) = split(key);
            ServiceError::conflict(
                ConflictCode::InUse,
                format!("it is still used by at least one {kind}; change or remove that first"),
            )
        }
        StoreError::InvalidCursor => ServiceError::invalid(
            "cursor",
            "invalid_cursor",
            "use the next_cursor of the same list and sort, unchanged",
        ),
        StoreError::Stale => ServiceError::conflict(
            ConflictCode::Stale,
            "the object was changed by somebody else meanwhile; read it again and repeat the change",
        ),
        error @ (StoreError::Contended | StoreError::Unavailable(_)) => {
            ServiceError::Unavailable(Box::new(error))
        }
        error @ (StoreError::Corrupt { .. } | StoreError::Other(_)) => ServiceError::internal(error),
    }
}

fn split(key: &'static str) -> (String, &'static str) {
    let (kind, field) = key.split_once('.').unwrap_or((key, "value"));
    (kind.replace('_', " "), field)
}

/// A malformed enum value of a field.
pub(crate) fn unknown_value(field: &str, error: &UnknownValue) -> ServiceError {
    ServiceError::invalid(field, "unknown_value", error.to_string())
}
