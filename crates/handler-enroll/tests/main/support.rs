//! The application on a fake service, and a client for it.

use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use async_trait::async_trait;
use bytes::Bytes;
use certctl_domain::id::{IdSource, IssuerId};
use certctl_domain::{Clock, Timestamp};
use certctl_handler_enroll::{OcspEntry, PkiRoutes};
use certctl_http_core::{AddressLimit, Authentication, Edge, HttpCore, Unobserved, Unrecorded, app};
use certctl_pki::ocsp::{GetRequest, OcspError, OcspRequest, decode_get_path, error_response};
use certctl_service_api::auth::Authenticator;
use certctl_service_api::relying_party::{
    CrlDocument, CrlPart, OcspCaching, OcspQuestion, OcspReply, RelyingPartyError, RelyingPartyService,
};
use certctl_service_api::session::Stay;
use certctl_service_api::{Identity, ServiceError};
use certctl_telemetry::{CounterSnapshot, OcspCounters};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// When everything of the fake was made.
pub(super) const MADE: &str = "2026-11-21T10:00:00Z";
/// What the fake says to every question that can be read.
pub(super) const ANSWER: &[u8] = b"an answer";
pub(super) const DIGEST: &str = "d1";

fn made() -> Timestamp {
    Timestamp::parse_rfc3339(MADE).unwrap()
}

/// Knows `iss-local`; `iss-remote` publishes elsewhere.
struct Fake;

fn known(issuer: &IssuerId) -> Result<(), RelyingPartyError> {
    match issuer.as_str() {
        "iss-local" => Ok(()),
        "iss-remote" => Err(RelyingPartyError::NotPublished(issuer.clone())),
        "iss-broken" => Err(ServiceError::internal("a secret cause").into()),
        _ => Err(RelyingPartyError::IssuerNotFound(issuer.clone())),
    }
}

#[async_trait]
impl RelyingPartyService for Fake {
    async fn crl(&self, issuer: &IssuerId, part: CrlPart) -> Result<CrlDocument, RelyingPartyError> {
        known(issuer)?;
        if part.shard > 4 {
            return Err(RelyingPartyError::NoSuchCrl(issuer.clone()));
        }
        Ok(CrlDocument {
            der: format!("crl {} {}", part.shard, part.delta).into(),
            number: 7,
            this_update: made(),
            next_update: made().plus(Duration::from_hours(24)),
            digest: DIGEST.to_owned(),
            fresh_for: Duration::from_mins(30),
        })
    }

    async fn ocsp(
        &self,
        issuer: &IssuerId,
        question: OcspQuestion<'_>,
    ) -> Result<OcspReply, RelyingPartyError> {
        known(issuer)?;
        if question == OcspQuestion::Path("dead") {
            let der = Bytes::from_static(error_response(OcspError::TryLater));
            return Ok(OcspReply { der, caching: None, retry_after: Some(Duration::from_secs(5)) });
        }
        let readable = match question {
            OcspQuestion::Der(der) => OcspRequest::parse(der).is_ok(),
            OcspQuestion::Path(path) => match decode_get_path(path) {
                Ok(GetRequest::Der(der)) => OcspRequest::parse(&der).is_ok(),
                Ok(GetRequest::Serial(_)) => true,
                Err(_) => false,
            },
        };
        if !readable {
            let der = Bytes::from_static(error_response(OcspError::MalformedRequest));
            return Ok(OcspReply { der, caching: None, retry_after: None });
        }
        let caching = OcspCaching {
            this_update: made(),
            next_update: made().plus(Duration::from_hours(24)),
            digest: DIGEST.to_owned(),
            fresh_for: Duration::from_hours(1),
        };
        Ok(OcspReply { der: Bytes::from_static(ANSWER), caching: Some(caching), retry_after: None })
    }

    async fn ca_certificates(&self, issuer: &IssuerId) -> Result<Vec<Bytes>, RelyingPartyError> {
        known(issuer)?;
        Ok(vec![super::ca::certificate().der().to_vec().into()])
    }
}

struct Nobody;

#[async_trait]
impl Authenticator for Nobody {
    async fn authenticate(&self, _: &str) -> Result<Identity, ServiceError> {
        Err(ServiceError::Unauthenticated { code: "invalid_credential", message: "nobody is known here" })
    }

    async fn resume(&self, _: &str) -> Result<Stay, ServiceError> {
        Err(ServiceError::Unauthenticated { code: "invalid_credential", message: "nobody is known here" })
    }
}

#[derive(Debug)]
struct NilIds;

impl IdSource for NilIds {
    fn next(&self) -> Uuid {
        Uuid::nil()
    }
}

#[derive(Debug)]
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        made()
    }
}

/// What a client gets.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// A header as text; empty when it is missing.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(super) struct Bench {
    core: Arc<HttpCore>,
    pub(super) routes: PkiRoutes,
    counters: Arc<OcspCounters>,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self::limited(None)
    }

    /// With a limit of so many OCSP requests per minute.
    pub(super) fn limited(per_minute: Option<u32>) -> Self {
        let core = HttpCore {
            encrypted: false,
            authentication: Authentication::required(Arc::new(Nobody)),
            ids: Arc::new(NilIds),
            observer: Arc::new(Unobserved),
            calls: Arc::new(Unrecorded),
            stopping: CancellationToken::new(),
            max_body_size: 1024 * 1024,
            body_timeout: Duration::from_secs(5),
            edge: Edge::default(),
        };
        let counters = Arc::<OcspCounters>::default();
        let limit = per_minute.map(|calls| AddressLimit::per_minute(calls, Arc::new(Stopped)));
        let entry = Arc::new(OcspEntry { counters: Arc::clone(&counters), limit });
        Self { core: Arc::new(core), routes: PkiRoutes::new(Arc::new(Fake), entry), counters }
    }

    pub(super) async fn send(&self, request: TestRequest) -> Answer {
        let routes = self.routes.clone();
        let service =
            init_service(app(Arc::clone(&self.core), move |config| routes.configure_alone(config))).await;
        let response = call_service(&service, request.to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, body: read_body(response).await.to_vec() }
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(TestRequest::get().uri(path)).await
    }

    pub(super) async fn call(&self, method: Method, path: &str) -> Answer {
        self.send(TestRequest::default().method(method).uri(path)).await
    }

    /// How often an event was counted.
    pub(super) fn counted(&self, label: &str) -> u64 {
        self.counters.snapshot()[label]
    }
}
