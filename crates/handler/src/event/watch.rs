//! `GET /api/v1/events`.

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use certctl_api_types::event as api;
use certctl_http_core::{ApiError, Caller, HttpCore, Query, Refusal};
use certctl_service_api::ServiceError;
use certctl_service_api::event::{EventFilter, EventService, EventStream, Notice};
use futures_util::{Stream, stream};
use serde::Deserialize;
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;
use utoipa::IntoParams;

/// Silence after which a comment shows that the stream lives; proxies close silent connections.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Life of a stream: whoever goes on shows a credential again.
const LIFE: Duration = Duration::from_mins(30);
/// How long clients wait before they come back.
const RETRY_MILLIS: u32 = 2_000;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What to watch.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WatchOptions {
    /// Kinds of objects, separated by commas, for example `certificate,job`; all when left out.
    resource: Option<String>,
    /// Like the header `Last-Event-ID`, for clients that cannot set one. The header wins.
    last_event_id: Option<u64>,
}

impl WatchOptions {
    fn filter(&self) -> Result<EventFilter, ServiceError> {
        let Some(text) = &self.resource else { return Ok(EventFilter::default()) };
        let sound = |kind: &str| {
            (1..=40).contains(&kind.len()) && kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        };
        let kinds: Vec<_> = text.split(',').map(str::to_owned).collect();
        if kinds.len() > 20 || !kinds.iter().all(|kind| sound(kind)) {
            let hint = "use kinds of objects separated by commas, for example `certificate,job`";
            return Err(ServiceError::invalid("resource", "invalid_value", hint));
        }
        Ok(EventFilter { resources: Some(kinds) })
    }
}

/// The header of a client that comes back. An empty one is none.
fn last_event_id(request: &HttpRequest) -> Result<Option<u64>, Refusal> {
    let Some(value) = request.headers().get(&LAST_EVENT_ID).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let id = value.to_str().ok().and_then(|text| text.parse().ok());
    let reason = "send the id of the last event as it was received";
    id.map(Some).ok_or(Refusal::InvalidHeader { name: "Last-Event-ID", reason })
}

/// Watch live events
///
/// A stream of server-sent events. `event` is the kind, `data` says what to read again, `id` is the
/// position to come back with. `reset` means that events were left out. The stream ends after half
/// an hour, and when the server stops; clients come back with `Last-Event-ID`.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "events",
    params(
        WatchOptions,
        ("Last-Event-ID" = Option<String>, Header, description = "Position to go on from"),
    ),
    responses(
        (status = 200, description = "The stream", body = api::Event, content_type = "text/event-stream"),
        (status = 429, description = "The caller has too many streams already"),
    ),
)]
pub(super) async fn watch_events(
    who: Caller,
    options: Query<WatchOptions>,
    request: HttpRequest,
    core: Data<HttpCore>,
    events: Data<dyn EventService>,
) -> Result<HttpResponse, ApiError> {
    let filter = options.0.filter()?;
    let after = last_event_id(&request)?.or(options.0.last_event_id);
    // A position that no server can have given is one that is lost.
    let after = after.map(|after| i64::try_from(after).unwrap_or(i64::MAX));
    let watched = events.watch(&who, after, filter).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")))
        // nginx would collect the answer otherwise.
        .insert_header((HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")))
        .streaming(lines(watched, core.stopping.clone())))
}

struct Watch {
    events: Box<dyn EventStream>,
    stopping: CancellationToken,
    end: Instant,
    greeted: bool,
}

fn lines(
    events: Box<dyn EventStream>,
    stopping: CancellationToken,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let watch = Watch { events, stopping, end: Instant::now() + LIFE, greeted: false };
    stream::unfold(watch, async |mut watch| {
        let text = watch.next().await?;
        Some((Ok(Bytes::from(text)), watch))
    })
}

impl Watch {
    async fn next(&mut self) -> Option<String> {
        if !self.greeted {
            self.greeted = true;
            return Some(format!("retry: {RETRY_MILLIS}\nid: {}\n\n", self.events.position()));
        }
        let next = timeout_at(Instant::now() + HEARTBEAT, self.events.next());
        let notice = tokio::select! {
            biased;
            () = self.stopping.cancelled() => return None,
            () = sleep_until(self.end) => return None,
            notice = next => notice,
        };
        let (kind, data) = match notice {
            Err(_silence) => return Some(format!(": still here\nid: {}\n\n", self.events.position())),
            Ok(notice) => described(notice?)?,
        };
        Some(format!("id: {}\nevent: {kind}\ndata: {data}\n\n", self.events.position()))
    }
}

fn described(notice: Notice) -> Option<(String, String)> {
    match notice {
        Notice::Event(event) => {
            let kind = event.kind.clone();
            let data = api::Event {
                resource: event.resource_type,
                id: event.resource_id,
                kind: event.kind,
                at: event.at,
            };
            // Kinds are words of the program; a line break in one would be an event of its own.
            let kind = if kind.contains(['\r', '\n']) { "change".to_owned() } else { kind };
            Some((kind, serde_json::to_string(&data).ok()?))
        }
        Notice::Reset(reason) => {
            let data = api::Reset { reason: reason.as_str().to_owned() };
            Some(("reset".to_owned(), serde_json::to_string(&data).ok()?))
        }
    }
}
