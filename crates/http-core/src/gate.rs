//! What a route demands of its caller, checked before anything else of the request is read.

use crate::auth::{Proof, credential};
use crate::limit::{self, Stranger};
use crate::replay::{self, Start};
use crate::{ApiError, Caller, CurrentSession, HttpCore, RequestInfo, call_log, query, session};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest};
use certctl_domain::access::Permission;
use certctl_domain::id::AgentId;
use certctl_service_api::{Actor, FieldError, Identity, ServiceError};
use futures_util::FutureExt;
use std::any::Any;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;

/// Who may use a route. There is no default: a route without it cannot be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody, without a credential.
    Public,
    /// Everybody, without a credential and without the limit of public routes: relying parties ask
    /// from behind few addresses, and their protocols have refusals of their own.
    RelyingParty,
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
            Self::Public | Self::RelyingParty | Self::Authenticated => None,
            Self::OwnAgent => Some(Permission::AgentSelf),
            Self::Holding(permission) => Some(permission),
        }
    }

    /// Whether no credential is needed.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Public | Self::RelyingParty)
    }

    fn check(self, actor: &Actor, path_id: Option<&str>) -> Result<(), ServiceError> {
        match self {
            Self::Public | Self::RelyingParty => Ok(()),
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

/// What a route demands, and what it takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) access: Access,
    /// Whether its answer shows a secret once.
    pub(crate) shows_secret: bool,
    /// Whether it knows any query parameter.
    pub(crate) takes_query: bool,
}

/// Lets a request through to its handler, with its [`Caller`], and turns a panic there into an error.
pub(crate) async fn gate<B: MessageBody + 'static>(
    terms: Terms,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Terms { access, shows_secret, takes_query } = terms;
    if let Err(error) = admit(access, &request).await {
        return Ok(request.error_response(error));
    }
    // Probes and what everybody may read are asked by programs that add something against caches.
    if !takes_query
        && !access.is_open()
        && let Some(name) = query::first_name(request.request())
    {
        let field = FieldError::new(&name, "unknown_field", "this route takes no query parameters");
        return Ok(request.error_response(ApiError::from(ServiceError::Invalid(vec![field]))));
    }
    match replay::start(access, shows_secret, &mut request).await {
        Ok(Start::Plain) if access == Access::Public => Ok(proven(run(request, next).await?)),
        Ok(Start::Plain) => run(request, next).await,
        Ok(Start::Keyed(keyed)) => keyed.keep(run(request, next).await).await,
        Ok(Start::Answer(answer)) => Ok(request.into_response(answer)),
        Err(error) => Ok(request.error_response(error)),
    }
}

async fn run<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
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

/// A public route that asks for a proof of its own, to sign in or to enrol, counts the bad ones.
fn proven(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    if response.status() == StatusCode::UNAUTHORIZED {
        let request = response.request();
        let core = request.app_data::<Data<HttpCore>>();
        if let (Some(limits), Some(client)) =
            (core.and_then(|core| core.edge.limits.as_ref()), client_of(request))
        {
            let quota = limits.failed(client);
            request.extensions_mut().insert(quota);
        }
    }
    response
}

async fn admit(access: Access, request: &ServiceRequest) -> Result<(), ApiError> {
    let core = request.app_data::<Data<HttpCore>>().cloned();
    let core = core.ok_or_else(|| ServiceError::internal("the application has no HttpCore"))?;
    if access == Access::RelyingParty {
        return Ok(());
    }
    if access == Access::Public {
        let probe = matches!(request.path(), "/health" | "/health/scheduler" | "/ready");
        let kind = match *request.method() {
            _ if probe => Stranger::Probe,
            // Who tries out proofs here must not get more tries than elsewhere.
            Method::POST => Stranger::Unknown,
            _ => Stranger::Public,
        };
        return Ok(charge_stranger(&core, request.request(), kind)?);
    }
    let Proof { identity, stay } = authenticate(&core, request.request()).await?;
    let info = request.extensions().get::<RequestInfo>().cloned();
    let (request_id, client_address) = info.map_or((None, None), |info| (Some(info.id), info.client_address));
    let actor = Actor { identity, request_id, client_address };
    tracing::Span::current().record("actor.id", actor.name());
    call_log::note_actor(request, &actor);
    charge_caller(&core, request.request(), &actor)?;
    access.check(&actor, request.match_info().get("id"))?;
    if let Some(stay) = &stay {
        session::check_csrf(request.method(), request.headers(), stay)?;
    }
    request.extensions_mut().insert(CurrentSession(stay));
    request.extensions_mut().insert(Caller(actor));
    Ok(())
}

/// The identity behind a request. An address pays for credentials that were not good a short while
/// ago, and more dearly for those that turn out to be bad.
async fn authenticate(core: &HttpCore, request: &HttpRequest) -> Result<Proof, ServiceError> {
    let (Some(limits), Some(client)) = (&core.edge.limits, client_of(request)) else {
        return core.authentication.identify(request.headers()).await;
    };
    let credential = credential(request.headers());
    let known = credential.is_some_and(|credential| limits.is_known(credential));
    if !known {
        charge_stranger(core, request, Stranger::Unknown)?;
    }
    let outcome = core.authentication.identify(request.headers()).await;
    match (&outcome, credential) {
        (Ok(_), Some(credential)) => limits.remember(credential),
        (Err(ServiceError::Unauthenticated { .. }), _) => {
            if let Some(credential) = credential {
                limits.forget(credential);
            }
            let quota = limits.failed(client);
            request.extensions_mut().insert(quota);
            limit::checked(quota)?;
        }
        _ => {}
    }
    outcome
}

fn client_of(request: &HttpRequest) -> Option<IpAddr> {
    request.extensions().get::<RequestInfo>().and_then(|info| info.client)
}

/// Charges the client's address.
pub(crate) fn charge_stranger(
    core: &HttpCore,
    request: &HttpRequest,
    kind: Stranger,
) -> Result<(), ServiceError> {
    let (Some(limits), Some(client)) = (&core.edge.limits, client_of(request)) else { return Ok(()) };
    let quota = limits.stranger(kind, client);
    request.extensions_mut().insert(quota);
    limit::checked(quota)
}

/// Charges the caller, unless it is nobody in particular: its address has paid then.
fn charge_caller(core: &HttpCore, request: &HttpRequest, actor: &Actor) -> Result<(), ServiceError> {
    if credential(request.headers()).is_none() {
        return Ok(());
    }
    let Some(quota) = core.edge.limits.as_ref().and_then(|limits| limits.caller(actor)) else {
        return Ok(());
    };
    request.extensions_mut().insert(quota);
    limit::checked(quota)
}

fn text_of(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&'static str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
