//! Changes of an object, told from what it is.

use crate::ServiceError;

/// What an object should become, from what it is: a PUT looks at nothing, a PATCH merges into it.
/// Runs inside the transaction of the change, possibly more than once.
pub type Edit<Row, Spec> = Box<dyn Fn(&Row) -> Result<Spec, ServiceError> + Send + Sync>;
