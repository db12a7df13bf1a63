//! From serde's errors to refused fields.

use crate::objects::Objects;
use certctl_service_api::{FieldError, ServiceError};
use serde::de::{DeserializeSeed, Error};
use serde_json::Value;
use serde_path_to_error::{Path, Track};
use std::fmt::Display;

/// Codes of refused fields that no use case has seen.
pub const FIELD_CODES: &[&str] =
    &["unknown_field", "missing_field", "duplicate_field", "invalid_value", "invalid_id"];

/// Names the field behind `message`, an error of serde at `path`.
pub(crate) fn field_error(path: &Path, message: &str) -> FieldError {
    let about = |prefix: &str| {
        message.strip_prefix(prefix).and_then(|rest| rest.split_once('`')).map(|(name, _)| name)
    };
    let (code, field) = if let Some(name) = about("unknown field `") {
        ("unknown_field", joined(path, name))
    } else if let Some(name) = about("missing field `") {
        ("missing_field", joined(path, name))
    } else if let Some(name) = about("duplicate field `") {
        ("duplicate_field", joined(path, name))
    } else {
        ("invalid_value", if is_root(path) { String::new() } else { path.to_string() })
    };
    FieldError::new(field, code, message)
}

/// Reads a value whose shape another field decides, as strictly as a whole body. `field` is where
/// it is in the input.
pub fn read_seed<'de, S: DeserializeSeed<'de>>(
    field: &str,
    seed: S,
    value: Value,
) -> Result<S::Value, ServiceError> {
    let mut track = Track::new();
    seed.deserialize(serde_path_to_error::Deserializer::new(Objects(value), &mut track)).map_err(|error| {
        let found = field_error(&track.path(), &error.to_string());
        let path = if found.field.is_empty() { field.to_owned() } else { format!("{field}.{}", found.field) };
        ServiceError::Invalid(vec![FieldError { field: path, ..found }])
    })
}

/// Serde reports some of these errors at the field and some at its parent.
fn joined(path: &Path, name: &str) -> String {
    let parent = path.to_string();
    if is_root(path) {
        name.to_owned()
    } else if parent == name || parent.ends_with(&format!(".{name}")) {
        parent
    } else {
        format!("{parent}.{name}")
    }
}

fn is_root(path: &Path) -> bool {
    path.iter().next().is_none()
}

/// A refusal of one value while it is read.
pub(crate) fn refuse<E: Error>(value: &str, wanted: impl Display) -> E {
    let shown: String = value.chars().take(64).collect();
    E::custom(format_args!("`{shown}` is not acceptable: use {wanted}"))
}
