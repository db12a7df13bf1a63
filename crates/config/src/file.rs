//! The TOML file, flattened to the same texts that variables carry.

use crate::error::ConfigError;
use std::collections::BTreeMap;
use std::path::Path;
use toml::{Table, Value};

/// Values by dotted path.
pub(crate) type FileValues = BTreeMap<String, String>;

/// Reads `path`. A syntax error names the line and shows nothing of it: the line may hold a secret.
pub(crate) fn read(path: &Path) -> Result<FileValues, ConfigError> {
    let wrong = |problem: String, hint: Option<String>| ConfigError {
        place: path.display().to_string(),
        problem,
        hint,
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| wrong(format!("the file cannot be read: {error}"), None))?;
    let table: Table = toml::from_str(&text).map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        wrong(
            format!("line {line} is not TOML: {}", error.message()),
            Some("Texts and durations are quoted in TOML: `host = \"127.0.0.1\"`.".to_owned()),
        )
    })?;
    let mut values = FileValues::new();
    flatten("", table, &mut values);
    Ok(values)
}

fn flatten(prefix: &str, table: Table, values: &mut FileValues) {
    for (name, value) in table {
        let path = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
        match value {
            Value::Table(inner) => flatten(&path, inner, values),
            Value::Array(members) => {
                let members: Vec<String> = members.into_iter().map(text_of).collect();
                values.insert(path, members.join(","));
            }
            scalar => {
                values.insert(path, text_of(scalar));
            }
        }
    }
}

fn text_of(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
