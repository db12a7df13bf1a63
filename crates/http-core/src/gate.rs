//! What a route demands of its caller, checked before anything else of the request is read.

use crate::{ApiError, Caller, HttpCore, RequestInfo};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use certctl_domain::access::Permission;
use certctl_domain::id::AgentId;
use certctl_service_api::{Actor, Identity, ServiceError};
use futures_util::FutureExt;
use std::any::Any;
use std::panic::AssertUnwindSafe;

/// Who may use a route. There is no default: a route without it cannot be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody, without a credential.
    Public,
    /// Every valid credential, agents included.
    Authenticated,
    /// The agent named by the path parameter `id`, and nobody else.
    OwnAgent,
    /// Whoever holds the permission.
    Holding(Permission),
}

impl Access {
    /// The permission in question; absent when none is needed.
    pub const fn permission(self) -> Option<Permission> {
        match self {
            Self::Public | Self::Authenticated => None,
            Self::OwnAgent => Some(Permission::AgentSelf),
            Self::Holding(permission) => Some(permission),
        }
    }

    fn check(self, actor: &Actor, path_id: Option<&str>) -> Result<(), ServiceError> {
        match self {
            Self::Public => Ok(()),
            Self::Authenticated => match &actor.identity {
                Identity::Agent { id, retired: true } => Err(ServiceError::Retired { id: id.clone() }),
                _ => Ok(()),
            },
            // A path id that is no id at all cannot be the caller's own.
            Self::OwnAgent => match path_id.and_then(|id| AgentId::parse(id).ok()) {
                Some(id) => actor.require_agent(&id),
                None => Err(ServiceError::Forbidden { permission: Permission::AgentSelf }),
            },
            Self::Holding(permission) => actor.require(permission),
        }
    }
}

/// Lets a request through to its handler, with its [`Caller`], and turns a panic there into an error.
pub(crate) async fn gate<B: MessageBody + 'static>(
    access: Access,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Err(error) = admit(access, &request).await {
        return Ok(request.error_response(ApiError::from(error)));
    }
    // The request is routed by now, so a second handle does no harm; it is needed after a panic.
    let spare = request.request().clone();
    match AssertUnwindSafe(async { next.call(request).await }).catch_unwind().await {
        Ok(answer) => answer.map(ServiceResponse::map_into_boxed_body),
        Err(payload) => {
            let error =
                ServiceError::internal(format!("the handler panicked: {}", text_of(payload.as_ref())));
            Ok(ServiceResponse::from_err(ApiError::from(error), spare))
        }
    }
}

async fn admit(access: Access, request: &ServiceRequest) -> Result<(), ServiceError> {
    if access == Access::Public {
        return Ok(());
    }
    let core = request.app_data::<Data<HttpCore>>().cloned();
    let core = core.ok_or_else(|| ServiceError::internal("the application has no HttpCore"))?;
    let identity = core.authentication.identify(request.headers()).await?;
    let info = request.extensions().get::<RequestInfo>().cloned();
    let (request_id, client_address) = info.map_or((None, None), |info| (Some(info.id), info.client_address));
    let actor = Actor { identity, request_id, client_address };
    tracing::Span::current().record("actor.id", actor.name());
    access.check(&actor, request.match_info().get("id"))?;
    request.extensions_mut().insert(Caller(actor));
    Ok(())
}

fn text_of(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&'static str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
