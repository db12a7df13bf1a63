//! Query strings, read strictly.

use crate::ApiError;
use crate::input::{field_error, refuse};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use certctl_service_api::{FieldError, ServiceError};
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Visitor, value};
use std::future::{Ready, ready};
use std::str::FromStr;

/// The query string. Malformed and repeated parameters are refused, unknown ones where `T` denies
/// them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parsed = parse(pairs(request));
        ready(parsed.map(Self).map_err(|field| ServiceError::Invalid(vec![field]).into()))
    }
}

/// Names and values, decoded, in order.
pub(crate) fn pairs(request: &HttpRequest) -> Vec<(String, String)> {
    // Any text is a query string: this fails for no input.
    web::Query::from_query(request.query_string()).map(web::Query::into_inner).unwrap_or_default()
}

/// Name of the first parameter, shortened where it is long.
pub(crate) fn first_name(request: &HttpRequest) -> Option<String> {
    pairs(request).into_iter().next().map(|(name, _)| name.chars().take(64).collect())
}

pub(crate) fn parse<T: DeserializeOwned>(pairs: Vec<(String, String)>) -> Result<T, FieldError> {
    // No parameter has any use for them, and PostgreSQL takes no NUL in a text.
    if let Some((name, _)) = pairs.iter().find(|(_, value)| value.chars().any(char::is_control)) {
        return Err(FieldError::new(name, "invalid_value", "control characters are not allowed"));
    }
    let values = pairs.into_iter().map(|(name, value)| (name, Text(value)));
    let input = MapDeserializer::<_, value::Error>::new(values);
    serde_path_to_error::deserialize(input)
        .map_err(|error| field_error(error.path(), &error.inner().to_string()))
}

/// One value: text that becomes a number or a flag where one is wanted.
struct Text(String);

impl Text {
    fn read<T: FromStr>(&self, wanted: &str) -> Result<T, value::Error> {
        let Ok(value) = self.0.parse() else { return Err(refuse(&self.0, wanted)) };
        Ok(value)
    }
}

impl IntoDeserializer<'_, value::Error> for Text {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Text {
    type Error = value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, value::Error> {
        visitor.visit_string(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, value::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, value::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, value::Error> {
        match self.0.as_str() {
            "true" | "1" => visitor.visit_bool(true),
            "false" | "0" => visitor.visit_bool(false),
            other => Err(refuse(other, "`true` or `false`")),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, value::Error> {
        visitor.visit_u32(self.read("a whole number")?)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, value::Error> {
        visitor.visit_u64(self.read("a whole number")?)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
