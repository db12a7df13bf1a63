//! The part of JSON Schema that the schemas of this folder use. Whoever writes another keyword into
//! them fails the test: nothing in a schema is passed over. A complete validator would bring some
//! thirty crates for six small documents.

use serde_json::Value;
use std::path::Path;

/// Panics with every place of `document` that does not fit the schema of this name.
pub(super) fn check(name: &str, document: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/schemas/{name}.json"));
    let root: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut problems = Vec::new();
    Checker { root: &root }.check(&root, document, "", &mut problems);
    assert!(problems.is_empty(), "{name}: {problems:#?}\n{document:#}");
}

struct Checker<'a> {
    root: &'a Value,
}

impl Checker<'_> {
    fn check(&self, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
        for (keyword, rule) in schema.as_object().unwrap() {
            let fits = match keyword.as_str() {
                "$schema" | "$defs" | "title" | "description" => true,
                "$ref" => {
                    let target = self.root.pointer(rule.as_str().unwrap().trim_start_matches('#')).unwrap();
                    self.check(target, value, at, problems);
                    true
                }
                "anyOf" => rule.as_array().unwrap().iter().any(|schema| {
                    let mut problems = Vec::new();
                    self.check(schema, value, at, &mut problems);
                    problems.is_empty()
                }),
                "type" => match rule.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "null" => value.is_null(),
                    other => panic!("unknown type {other}"),
                },
                "const" => value == rule,
                "enum" => rule.as_array().unwrap().contains(value),
                "minLength" => value.as_str().is_none_or(|text| text.chars().count() >= number(rule)),
                "maxLength" => value.as_str().is_none_or(|text| text.encode_utf16().count() <= number(rule)),
                "minItems" => value.as_array().is_none_or(|items| items.len() >= number(rule)),
                "maxItems" => value.as_array().is_none_or(|items| items.len() <= number(rule)),
                "items" => {
                    for (position, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(rule, item, &format!("{at}/{position}"), problems);
                    }
                    true
                }
                "required" => {
                    rule.as_array().unwrap().iter().all(|name| value.get(name.as_str().unwrap()).is_some())
                }
                "properties" => {
                    for (name, schema) in rule.as_object().unwrap() {
                        if let Some(value) = value.get(name) {
                            self.check(schema, value, &format!("{at}/{name}"), problems);
                        }
                    }
                    true
                }
                "additionalProperties" => self.additional(schema, rule, value, at, problems),
                other => panic!("unknown keyword {other}"),
            };
            if !fits {
                problems.push(format!("{at}: {keyword} {rule}"));
            }
        }
    }

    fn additional(
        &self,
        schema: &Value,
        rule: &Value,
        value: &Value,
        at: &str,
        problems: &mut Vec<String>,
    ) -> bool {
        let known = schema.get("properties").and_then(Value::as_object);
        let others = value.as_object().into_iter().flatten();
        let mut others = others.filter(|(name, _)| known.is_none_or(|known| !known.contains_key(*name)));
        if rule == &Value::Bool(false) {
            return others.next().is_none();
        }
        others.for_each(|(name, value)| self.check(rule, value, &format!("{at}/{name}"), problems));
        true
    }
}

fn number(rule: &Value) -> usize {
    usize::try_from(rule.as_u64().unwrap()).unwrap()
}

#[test]
#[should_panic(expected = "maxLength 150")]
fn a_document_that_breaks_its_schema_is_found() {
    let long = "x".repeat(151);
    let header = serde_json::json!({"type": "header", "text": {"type": "plain_text", "text": long}});
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/slack.json");
    let root: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut problems = Vec::new();
    Checker { root: &root }.check(&root["$defs"]["header"], &header, "", &mut problems);
    panic!("{problems:?}");
}
