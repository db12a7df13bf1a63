//! One description of a connector's configuration for validation, masking, forms and documents.

use crate::{ConfigError, RawConfig};
use serde_json::{Map, Value, json};

/// Type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// Text.
    Text,
    /// Text from a closed set.
    Choice(&'static [&'static str]),
    /// Whole number.
    Integer,
    /// true or false.
    Boolean,
    /// Time span: `"90s"`, `"5m"`, `"47d"`, or whole seconds.
    Duration,
    /// File mode in octal: `"0640"`.
    FileMode,
    /// List of texts.
    TextList,
    /// Object whose values are texts, under names that the user chooses.
    TextMap,
    /// A command: an argument list, or a text split at white space.
    Command,
    /// A nested object with its own fields.
    Object(&'static [Field]),
}

/// One field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// JSON name.
    pub name: &'static str,
    /// Type.
    pub kind: FieldType,
    /// Whether it must be given.
    pub required: bool,
    /// Whether its value is a secret: sealed at rest, never returned.
    pub secret: bool,
    /// Default as users would write it; empty when there is none.
    pub default: &'static str,
    /// One sentence for forms and documents.
    pub help: &'static str,
}

impl Field {
    /// An optional field.
    pub const fn optional(
        name: &'static str,
        kind: FieldType,
        default: &'static str,
        help: &'static str,
    ) -> Self {
        Self { name, kind, required: false, secret: false, default, help }
    }

    /// A required field.
    pub const fn required(name: &'static str, kind: FieldType, help: &'static str) -> Self {
        Self { name, kind, required: true, secret: false, default: "", help }
    }

    /// Marks the value as secret.
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}

/// The fields of a connector's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfigSchema {
    /// Fields in the order of forms and documents.
    pub fields: &'static [Field],
}

impl ConfigSchema {
    /// Checks names, presence and types. All problems at once.
    pub fn check(&self, config: &RawConfig) -> Result<(), Vec<ConfigError>> {
        let mut problems = Vec::new();
        check_object(self.fields, config.fields(), "", &mut problems);
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// The configuration as it may be shown: each secret reads `{"set":true}`.
    pub fn mask(&self, config: &RawConfig) -> RawConfig {
        RawConfig::new(mask_object(self.fields, config.fields()))
    }

    /// Takes secrets that read `{"set":true}` in `update` from `stored`, so that a client can send
    /// back what it was shown. A mark without a stored value is an error.
    pub fn restore_secrets(
        &self,
        update: &mut RawConfig,
        stored: Option<&RawConfig>,
    ) -> Result<(), Vec<ConfigError>> {
        let mut problems = Vec::new();
        restore_object(self.fields, update.fields_mut(), stored.map(RawConfig::fields), "", &mut problems);
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// JSON Schema (draft 2020-12); secrets are `writeOnly`.
    pub fn json_schema(&self) -> Value {
        object_schema(self.fields)
    }
}

fn is_mark(value: &Value) -> bool {
    value.as_object().is_some_and(|object| object.len() == 1 && object.get("set") == Some(&Value::Bool(true)))
}

fn check_object(fields: &[Field], object: &Map<String, Value>, path: &str, problems: &mut Vec<ConfigError>) {
    for name in object.keys().filter(|name| fields.iter().all(|field| field.name != name.as_str())) {
        let known: Vec<_> = fields.iter().map(|field| field.name).collect();
        problems.push(ConfigError::new(
            format!("{path}{}", name.chars().take(64).collect::<String>()),
            format!("unknown field; known fields are {}", known.join(", ")),
        ));
    }
    for field in fields {
        let at = format!("{path}{}", field.name);
        match object.get(field.name) {
            None | Some(Value::Null) if field.required => {
                problems.push(ConfigError::new(at, "this field is required"));
            }
            None | Some(Value::Null) => {}
            Some(value) => check_value(field.kind, value, &at, problems),
        }
    }
}

fn check_value(kind: FieldType, value: &Value, at: &str, problems: &mut Vec<ConfigError>) {
    let text_list = |value: &Value| value.as_array().is_some_and(|items| items.iter().all(Value::is_string));
    let (fits, wanted) = match kind {
        FieldType::Text => (value.is_string(), "a text".to_owned()),
        FieldType::Choice(choices) => (
            value.as_str().is_some_and(|text| choices.contains(&text)),
            format!("one of {}", choices.join(", ")),
        ),
        FieldType::Integer => (value.is_i64() || value.is_u64(), "a whole number".to_owned()),
        FieldType::Boolean => (value.is_boolean(), "true or false".to_owned()),
        FieldType::Duration => (
            value.is_u64() || value.as_str().is_some_and(|text| parse_duration(text).is_some()),
            "a time span such as \"90s\", \"5m\" or \"47d\"".to_owned(),
        ),
        FieldType::FileMode => (
            value.as_str().is_some_and(|text| parse_mode(text).is_some()),
            "an octal file mode such as \"0640\"".to_owned(),
        ),
        FieldType::TextList => (text_list(value), "a list of texts".to_owned()),
        FieldType::TextMap => {
            let texts = value.as_object().is_some_and(|object| object.values().all(Value::is_string));
            (texts, "an object of texts".to_owned())
        }
        FieldType::Command => {
            (value.is_string() || text_list(value), "a command as a list of arguments or a text".to_owned())
        }
        FieldType::Object(fields) => {
            if let Some(object) = value.as_object() {
                check_object(fields, object, &format!("{at}."), problems);
                return;
            }
            (false, "an object".to_owned())
        }
    };
    if !fits {
        problems.push(ConfigError::new(at, format!("must be {wanted}")));
    }
}

fn mask_object(fields: &[Field], object: &Map<String, Value>) -> Map<String, Value> {
    let mut masked = Map::new();
    for (name, value) in object {
        // A field that the schema does not know might be a secret of another version: hide it.
        let shown = match fields.iter().find(|field| field.name == name) {
            None => json!({"set": true}),
            Some(field) if field.secret => json!({"set": !value.is_null()}),
            Some(Field { kind: FieldType::Object(inner), .. }) => match value.as_object() {
                Some(nested) => Value::Object(mask_object(inner, nested)),
                None => value.clone(),
            },
            Some(_) => value.clone(),
        };
        masked.insert(name.clone(), shown);
    }
    masked
}

fn restore_object(
    fields: &[Field],
    update: &mut Map<String, Value>,
    stored: Option<&Map<String, Value>>,
    path: &str,
    problems: &mut Vec<ConfigError>,
) {
    for field in fields {
        let old = stored.and_then(|stored| stored.get(field.name));
        match (update.get_mut(field.name), field.kind) {
            (Some(Value::Object(nested)), FieldType::Object(inner)) => {
                restore_object(
                    inner,
                    nested,
                    old.and_then(Value::as_object),
                    &format!("{path}{}.", field.name),
                    problems,
                );
            }
            (Some(value), _) if field.secret && is_mark(value) => match old {
                Some(old) => *value = old.clone(),
                None => problems.push(ConfigError::new(
                    format!("{path}{}", field.name),
                    "no value is stored; send the secret itself",
                )),
            },
            _ => {}
        }
    }
}

fn object_schema(fields: &[Field]) -> Value {
    let mut properties = Map::new();
    for field in fields {
        let mut schema = match field.kind {
            FieldType::Text => json!({"type": "string"}),
            FieldType::Choice(choices) => json!({"type": "string", "enum": choices}),
            FieldType::Integer => json!({"type": "integer"}),
            FieldType::Boolean => json!({"type": "boolean"}),
            FieldType::Duration => json!({"type": ["string", "integer"], "format": "duration"}),
            FieldType::FileMode => json!({"type": "string", "pattern": "^0?[0-7]{3}$"}),
            FieldType::TextList => json!({"type": "array", "items": {"type": "string"}}),
            FieldType::TextMap => json!({"type": "object", "additionalProperties": {"type": "string"}}),
            FieldType::Command => json!({"type": ["array", "string"], "items": {"type": "string"}}),
            FieldType::Object(inner) => object_schema(inner),
        };
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".to_owned(), field.help.into());
            if !field.default.is_empty() {
                schema.insert("default".to_owned(), field.default.into());
            }
            if field.secret {
                schema.insert("writeOnly".to_owned(), true.into());
            }
        }
        properties.insert(field.name.to_owned(), schema);
    }
    let required: Vec<_> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

/// Parses `"90s"`, `"5m"`, `"12h"`, `"47d"`, sums of them (`"1h30m"`), or plain seconds.
pub fn parse_duration(text: &str) -> Option<std::time::Duration> {
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(std::time::Duration::from_secs(seconds));
    }
    let mut total = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after) = rest.split_at(digits);
        let unit = after.chars().next()?;
        let factor = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return None,
        };
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(factor)?)?;
        rest = after.get(unit.len_utf8()..)?;
    }
    (total > 0).then(|| std::time::Duration::from_secs(total))
}

/// Parses an octal file mode, `"0640"` or `"640"`.
pub fn parse_mode(text: &str) -> Option<u32> {
    let digits = text.strip_prefix('0').unwrap_or(text);
    (digits.len() == 3).then(|| u32::from_str_radix(digits, 8).ok()).flatten()
}

/// serde helper: a time span as text or seconds.
pub mod duration {
    use serde::Deserialize;
    use std::time::Duration;

    /// Reads a time span.
    pub fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Span {
            Seconds(u64),
            Text(String),
        }
        match Span::deserialize(deserializer)? {
            Span::Seconds(seconds) => Ok(Duration::from_secs(seconds)),
            Span::Text(text) => super::parse_duration(&text).ok_or_else(|| {
                serde::de::Error::custom("must be a time span such as \"90s\", \"5m\" or \"47d\"")
            }),
        }
    }
}

#[cfg(test)]
mod tests;
