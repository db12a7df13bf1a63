//! Partial changes: JSON merge patch (RFC 7396).

use crate::body::{check_media_type, parse, read};
use crate::input::field_error;
use crate::objects::Objects;
use crate::{ApiError, Refusal};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use certctl_service_api::ServiceError;
use futures_util::future::LocalBoxFuture;
use serde::de::{DeserializeOwned, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;

/// The body of a PATCH: its members replace those of the object, and `null` takes them away, so
/// that they get their default. The media type is `application/merge-patch+json` or `application/json`.
#[derive(Debug, Clone, PartialEq)]
pub struct MergePatch(Map<String, Value>);

impl MergePatch {
    /// The fields that serialise of `changes`.
    pub fn of(changes: &impl Serialize) -> Result<Self, ServiceError> {
        match serde_json::to_value(changes).map_err(ServiceError::internal)? {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(ServiceError::internal("a merge patch is an object")),
        }
    }

    /// `target` with the patch applied. The result is read as strictly as a whole body.
    pub fn apply<T: Serialize + DeserializeOwned>(&self, target: &T) -> Result<T, ServiceError> {
        let mut value = serde_json::to_value(target).map_err(ServiceError::internal)?;
        merge(&mut value, &self.0);
        serde_path_to_error::deserialize(Objects(value)).map_err(|error| {
            ServiceError::Invalid(vec![field_error(error.path(), &error.inner().to_string())])
        })
    }
}

/// RFC 7396 §2.
fn merge(target: &mut Value, patch: &Map<String, Value>) {
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(members) = target else { return };
    for (name, change) in patch {
        match change {
            Value::Null => {
                members.remove(name);
            }
            Value::Object(inner) => merge(members.entry(name.as_str()).or_insert(Value::Null), inner),
            other => {
                members.insert(name.clone(), other.clone());
            }
        }
    }
}

impl FromRequest for MergePatch {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            check_media_type(
                &request,
                &["application/merge-patch+json", "application/json"],
                "send the change as JSON, with the header `Content-Type: application/merge-patch+json`",
            )?;
            let bytes = read(&request, payload).await?;
            if bytes.is_empty() {
                return Err(Refusal::MissingBody.into());
            }
            parse(&bytes).map(|Members(members)| Self(members))
        })
    }
}

/// An object in which, at any depth, no name is there twice: the last one would win silently.
struct Members(Map<String, Value>);

/// A value of such an object.
struct Member(Value);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_map(Anything).and_then(|value| match value {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(D::Error::custom("a merge patch is an object")),
        })
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_any(Anything).map(Self)
    }
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Member(value)) = items.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some((name, Member(value))) = entries.next_entry::<String, Member>()? {
            if members.contains_key(&name) {
                return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
            }
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn patch(text: &str) -> Result<MergePatch, String> {
        serde_json::from_str(text)
            .map(|Members(members)| MergePatch(members))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_examples_of_the_rfc_hold() {
        // RFC 7396 appendix A, as far as both sides are objects.
        let cases = [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (json!({"a":{"b":"c"}}), json!({"a":{"b":"d","c":null}}), json!({"a":{"b":"d"}})),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (json!({}), json!({"a":{"bb":{"ccc":null}}}), json!({"a":{"bb":{}}})),
        ];
        for (mut target, change, wanted) in cases {
            merge(&mut target, &patch(&change.to_string()).unwrap().0);
            assert_eq!(target, wanted, "{change}");
        }
    }

    #[test]
    fn names_that_are_there_twice_and_other_values_than_objects_are_refused() {
        assert!(patch(r#"{"a":1,"a":2}"#).unwrap_err().contains("duplicate field `a`"));
        assert!(patch(r#"{"a":{"b":[{"c":1,"c":1}]}}"#).unwrap_err().contains("duplicate field `c`"));
        for other in ["[]", "null", "1", "\"text\""] {
            assert!(patch(other).is_err(), "{other}");
        }
    }

    #[test]
    fn the_result_is_read_strictly() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Note {
            text: String,
            #[serde(default)]
            lines: u8,
        }
        let note = Note { text: "a".to_owned(), lines: 7 };
        let apply = |change: &str| match patch(change).unwrap().apply(&note) {
            Ok(note) => Ok((note.text, note.lines)),
            Err(ServiceError::Invalid(fields)) => Err((fields[0].field.clone(), fields[0].code)),
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(apply("{}"), Ok(("a".to_owned(), 7)));
        assert_eq!(apply(r#"{"lines":null}"#), Ok(("a".to_owned(), 0)));
        assert_eq!(apply(r#"{"text":null}"#), Err(("text".to_owned(), "missing_field")));
        assert_eq!(apply(r#"{"lines":300}"#), Err(("lines".to_owned(), "invalid_value")));
        assert_eq!(apply(r#"{"colour":"red"}"#), Err(("colour".to_owned(), "unknown_field")));
    }
}
