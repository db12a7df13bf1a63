//! Who is told about every call, for the log of API calls: what was asked, by whom, how it ended.

use crate::{HttpCore, RequestInfo};
use actix_web::HttpMessage;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use certctl_domain::access::ActorType;
use certctl_service_api::Actor;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// One call that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Method.
    pub method: String,
    /// Path without query.
    pub path: String,
    /// Pattern of the route; absent when none matched, or the client went away.
    pub route: Option<String>,
    /// Name and kind of the caller, also when the call was refused; absent when nobody proved who it is.
    pub actor: Option<(String, ActorType)>,
    /// SHA-256 of the body; absent when there was none, or it was not read to its end.
    pub body_sha256: Option<[u8; 32]>,
    /// Status; absent when the client went away first.
    pub status: Option<u16>,
    /// Time to the answer.
    pub latency: Duration,
    /// Request id.
    pub request_id: String,
    /// Address of the client.
    pub client_address: Option<String>,
}

/// Takes calls. Called on the way of every answer, so it must neither wait nor fail.
pub trait CallRecorder: Send + Sync + fmt::Debug {
    /// A call ended.
    fn record(&self, call: Call);
    /// SHA-256 of a body.
    fn digest(&self, body: &[u8]) -> [u8; 32];
}

/// Records nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unrecorded;

impl CallRecorder for Unrecorded {
    fn record(&self, _: Call) {}

    fn digest(&self, _: &[u8]) -> [u8; 32] {
        [0; 32]
    }
}

/// What is learned of a call on its way through the layers.
#[derive(Clone)]
struct Notes {
    recorder: Arc<dyn CallRecorder>,
    learned: Rc<RefCell<Learned>>,
}

#[derive(Default)]
struct Learned {
    actor: Option<(String, ActorType)>,
    body_sha256: Option<[u8; 32]>,
}

/// Notes who calls.
pub(crate) fn note_actor(request: &impl HttpMessage, actor: &Actor) {
    if let Some(notes) = request.extensions().get::<Notes>() {
        notes.learned.borrow_mut().actor = Some((actor.name().to_owned(), actor.actor_type()));
    }
}

/// Notes the whole body.
pub(crate) fn note_body(request: &impl HttpMessage, body: &[u8]) {
    if let Some(notes) = request.extensions().get::<Notes>().filter(|_| !body.is_empty()) {
        notes.learned.borrow_mut().body_sha256 = Some(notes.recorder.digest(body));
    }
}

/// Follows one call to its end. Dropped early, it records that the client went away.
pub(crate) struct CallWatch {
    notes: Notes,
    started: Instant,
    /// Taken when it is recorded.
    call: Option<Call>,
}

impl CallWatch {
    pub(crate) fn start(core: &HttpCore, request: &ServiceRequest, info: &RequestInfo) -> Self {
        let notes = Notes { recorder: Arc::clone(&core.calls), learned: Rc::default() };
        request.extensions_mut().insert(notes.clone());
        let call = Call {
            method: request.method().to_string(),
            path: request.path().to_owned(),
            route: None,
            actor: None,
            body_sha256: None,
            status: None,
            latency: Duration::ZERO,
            request_id: info.id.clone(),
            client_address: info.client_address.clone(),
        };
        Self { notes, started: Instant::now(), call: Some(call) }
    }

    pub(crate) fn finish(mut self, response: &ServiceResponse<BoxBody>) {
        self.record(response.request().match_pattern(), Some(response.status().as_u16()));
    }

    fn record(&mut self, route: Option<String>, status: Option<u16>) {
        let Some(mut call) = self.call.take() else { return };
        let learned = self.notes.learned.take();
        call.route = route;
        call.status = status;
        call.actor = learned.actor;
        call.body_sha256 = learned.body_sha256;
        call.latency = self.started.elapsed();
        self.notes.recorder.record(call);
    }
}

impl Drop for CallWatch {
    fn drop(&mut self) {
        self.record(None, None);
    }
}
