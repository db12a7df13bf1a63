//! The one mapping from errors to HTTP.

use crate::Refusal;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use certctl_service_api::{BrokenRule, FieldError, ServiceError};
use serde_json::{Value, json};

/// Why a request was not answered with success.
///
/// Its response has status and headers only; the outermost layer, which knows the request id,
/// writes the body ([`certctl_api_types::ErrorBody`]) and the log line.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// A use case refused or failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The request never reached a use case.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl ApiError {
    /// The HTTP status.
    pub const fn status(&self) -> StatusCode {
        let error = match self {
            Self::Refused(refusal) => return refusal.status(),
            Self::Service(error) => error,
        };
        match error {
            ServiceError::Invalid(_) => StatusCode::BAD_REQUEST,
            ServiceError::Unauthenticated { .. } => StatusCode::UNAUTHORIZED,
            ServiceError::Forbidden { .. } | ServiceError::Refused { .. } => StatusCode::FORBIDDEN,
            ServiceError::NotFound(_) => StatusCode::NOT_FOUND,
            ServiceError::Conflict { .. } => StatusCode::CONFLICT,
            ServiceError::Retired { .. } => StatusCode::GONE,
            ServiceError::Unprocessable(_) | ServiceError::PolicyViolation(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            ServiceError::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
            ServiceError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            ServiceError::Upstream { .. } => StatusCode::BAD_GATEWAY,
            ServiceError::Unavailable(_) | ServiceError::NotConfigured { .. } => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Service(error) => error.code(),
            Self::Refused(refusal) => refusal.code(),
        }
    }

    /// What the client reads. Defects and outages say nothing about their cause; the log does.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Service(ServiceError::Internal(_)) => {
                "the server failed; its log has the cause under this request id".to_owned()
            }
            Self::Service(ServiceError::Unavailable(_)) => {
                "the service is not available at the moment; try again shortly".to_owned()
            }
            other => other.to_string(),
        }
    }

    /// Further facts for programs.
    pub(crate) fn details(&self) -> Option<Value> {
        match self {
            Self::Refused(refusal) => refusal.details(),
            Self::Service(ServiceError::Invalid(fields) | ServiceError::Unprocessable(fields)) => {
                Some(json!({ "fields": fields.iter().map(field).collect::<Vec<_>>() }))
            }
            Self::Service(ServiceError::PolicyViolation(rules)) => {
                Some(json!({ "violations": rules.iter().map(broken).collect::<Vec<_>>() }))
            }
            Self::Service(ServiceError::Conflict { details, .. }) => details.clone(),
            Self::Service(ServiceError::Forbidden { permission }) => {
                Some(json!({ "permission": permission.as_str() }))
            }
            Self::Service(_) => None,
        }
    }
}

fn field(error: &FieldError) -> Value {
    json!({ "field": error.field, "code": error.code, "message": error.message })
}

fn broken(rule: &BrokenRule) -> Value {
    json!({ "rule_id": rule.rule_id, "severity": rule.severity, "message": rule.message })
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status());
        match self {
            Self::Service(ServiceError::Unauthenticated { .. }) => {
                response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"certctl\""));
            }
            Self::Service(ServiceError::Throttled { retry_after }) => {
                // Whole seconds, rounded up: a client that comes back early is refused again.
                let seconds = retry_after.as_millis().div_ceil(1000).max(1);
                response.insert_header((header::RETRY_AFTER, seconds.to_string()));
            }
            Self::Refused(Refusal::MethodNotAllowed { allowed, .. }) => {
                response.insert_header((header::ALLOW, allowed.join(", ")));
            }
            _ => {}
        }
        response.finish()
    }
}
