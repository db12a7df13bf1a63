//! JSON bodies, read strictly.

use crate::call_log;
use crate::input::field_error;
use crate::objects::Objects;
use crate::{ApiError, HttpCore, Refusal};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use certctl_service_api::{FieldError, ServiceError};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

/// A JSON body. The media type must be `application/json`; unknown fields (where `T` denies them),
/// repeated fields and anything after the value are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body<T>(pub T);

/// A JSON body that may be left out; `T`'s default stands for it then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionalBody<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            // A missing body is the better news when both are missing.
            let declared = check_json(&request);
            if request.headers().contains_key(header::CONTENT_TYPE) {
                declared.clone()?;
            }
            let bytes = read(&request, payload).await?;
            if bytes.is_empty() {
                return Err(Refusal::MissingBody.into());
            }
            declared?;
            parse(&bytes).map(Self)
        })
    }
}

impl<T: DeserializeOwned + Default + 'static> FromRequest for OptionalBody<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = read(&request, payload).await?;
            if bytes.is_empty() {
                return Ok(Self(T::default()));
            }
            check_json(&request)?;
            parse(&bytes).map(Self)
        })
    }
}

/// Refuses a body of another media type than `accepted`, or in an encoding.
pub fn check_media_type(request: &HttpRequest, accepted: &[&str], hint: &'static str) -> Result<(), Refusal> {
    if request.headers().get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return Err(Refusal::UnsupportedMediaType("send the body without a Content-Encoding"));
    }
    let wrong = Err(Refusal::UnsupportedMediaType(hint));
    let Ok(Some(media_type)) = request.mime_type() else { return wrong };
    let utf8 = media_type.get_param("charset").is_none_or(|charset| charset == "utf-8");
    if accepted.contains(&media_type.essence_str()) && utf8 { Ok(()) } else { wrong }
}

fn check_json(request: &HttpRequest) -> Result<(), Refusal> {
    check_media_type(
        request,
        &["application/json"],
        "send the body as JSON, with the header `Content-Type: application/json`",
    )
}

pub(crate) async fn read(request: &HttpRequest, payload: Payload) -> Result<Bytes, ApiError> {
    read_body(request, payload, usize::MAX).await
}

/// The whole body of at most `most` bytes, and never more than the server accepts.
pub async fn read_body(request: &HttpRequest, mut payload: Payload, most: usize) -> Result<Bytes, ApiError> {
    let core = request.app_data::<Data<HttpCore>>();
    let core = core.ok_or_else(|| ServiceError::internal("the application has no HttpCore"))?;
    let limit = core.max_body_size.min(most);
    let declared =
        request.headers().get(header::CONTENT_LENGTH).and_then(|text| text.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: u64| length > u64::try_from(limit).unwrap_or(u64::MAX)) {
        return Err(Refusal::BodyTooLarge { limit }.into());
    }
    let collect = async {
        let mut body = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.or(Err(Refusal::IncompleteBody))?;
            if chunk.len() > limit - body.len() {
                return Err(Refusal::BodyTooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    };
    match tokio::time::timeout(core.body_timeout, collect).await {
        Ok(outcome) => outcome.inspect(|body| call_log::note_body(request, body)).map_err(ApiError::from),
        Err(_elapsed) => Err(Refusal::RequestTimeout(core.body_timeout).into()),
    }
}

pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    // serde would take the fields of an object from an array too, by their order.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        serde_json::from_slice::<IgnoredAny>(bytes).map_err(|error| malformed(&error))?;
        let field = FieldError::new("", "invalid_value", "the body must be a JSON object, not an array");
        return Err(ServiceError::Invalid(vec![field]).into());
    }
    let mut input = serde_json::Deserializer::from_slice(bytes);
    let value = match serde_path_to_error::deserialize(Objects(&mut input)) {
        Ok(value) => value,
        Err(error) if error.inner().classify() == Category::Data => {
            let field = field_error(error.path(), &reason(error.inner()));
            return Err(ServiceError::Invalid(vec![field]).into());
        }
        Err(error) => return Err(malformed(error.inner())),
    };
    input.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> ApiError {
    Refusal::MalformedJson { line: error.line(), column: error.column(), reason: reason(error) }.into()
}

/// The error's text without its position, which has a place of its own.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((reason, _)) => reason.to_owned(),
        None => text,
    }
}
