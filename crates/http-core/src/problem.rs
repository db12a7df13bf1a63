//! The body of every answer with a status of 400 or more, and its one log line.

use crate::{ApiError, Refusal};
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::{StatusCode, header};
use certctl_api_types::ErrorBody;
use certctl_service_api::ServiceError;
use std::error::Error;
use std::fmt;

/// Marks an answer with a status of 400 or more that is no error and brings its own body: a probe that
/// answers 503 and says what is late. Put into the extensions of the response.
#[derive(Debug, Clone, Copy)]
pub struct OwnBody;

/// Gives a refusal or failure its body. Other answers pass.
pub(crate) fn render(mut response: ServiceResponse<BoxBody>, request_id: &str) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let fine = !status.is_client_error() && !status.is_server_error();
    if fine || response.response().extensions().contains::<OwnBody>() {
        return response;
    }
    // The framework's own refusals have no error of ours behind them.
    let foreign = framework_error(status);
    let error =
        response.response().error().and_then(|error| error.as_error::<ApiError>()).unwrap_or(&foreign);
    log(error);
    let (status, body) = (error.status(), body_of(error, request_id));
    *response.response_mut().status_mut() = status;
    let headers = response.response_mut().headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response.map_body(|_, _| BoxBody::new(body))
}

fn framework_error(status: StatusCode) -> ApiError {
    match status {
        StatusCode::NOT_FOUND => Refusal::RouteNotFound.into(),
        status if status.is_server_error() => {
            ServiceError::internal(format!("the framework answered {status}")).into()
        }
        _ => Refusal::BadRequest.into(),
    }
}

fn body_of(error: &ApiError, request_id: &str) -> String {
    let body = ErrorBody {
        error: error.code().to_owned(),
        message: error.message(),
        request_id: request_id.to_owned(),
        details: error.details(),
    };
    // Strings and JSON values always serialise.
    serde_json::to_string(&body).unwrap_or_default()
}

fn log(error: &ApiError) {
    let (status, code) = (error.status().as_u16(), error.code());
    // What is switched off answers 503 by contract; nothing has failed.
    let is_off = matches!(error, ApiError::Service(ServiceError::NotConfigured { .. }));
    if status >= 500 && !is_off {
        tracing::error!(http.status = status, error.code = code, error = %Chain(error), "request failed with {code}");
    } else {
        tracing::debug!(http.status = status, error.code = code, error = %Chain(error), "request refused with {code}");
    }
}

/// An error and its causes, parted by colons.
struct Chain<'a>(&'a dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
