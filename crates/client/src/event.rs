//! Live events.

use crate::call::Stream;
use crate::{Client, ClientError};
use certctl_api_types::event::{Event, Reset};
use reqwest::header::{ACCEPT, HeaderName, HeaderValue};
use std::time::Duration;

/// The server speaks every 15 seconds; after this silence the connection is dead.
const SILENCE: Duration = Duration::from_secs(45);
/// Longest unfinished event.
const EVENT_LIMIT: usize = 64 << 10;

/// `/events`.
#[derive(Debug, Clone, Copy)]
pub struct Events<'c>(pub(crate) &'c Client);

/// What a watcher hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Watched {
    /// Something changed; read it again.
    Event(Event),
    /// Events were left out; read everything again.
    Reset(Reset),
}

/// An open stream of events.
#[derive(Debug)]
pub struct LiveEvents {
    answer: Stream,
    unread: Vec<u8>,
    position: Option<String>,
    route: &'static str,
}

impl Events<'_> {
    /// Watches objects of these kinds (all when there are none), from now on or from the position of
    /// an earlier stream.
    pub async fn watch(&self, resources: &[&str], after: Option<&str>) -> Result<LiveEvents, ClientError> {
        let mut call = self.0.get(&["events"]).header(ACCEPT, HeaderValue::from_static("text/event-stream"));
        if !resources.is_empty() {
            call = call.query("resource", &resources.join(","));
        }
        // A position that is no header value is none that a server gave.
        if let Some(position) = after.and_then(|after| HeaderValue::from_str(after).ok()) {
            call = call.header(HeaderName::from_static("last-event-id"), position);
        }
        let answer = call.stream().await?;
        Ok(LiveEvents {
            answer,
            unread: Vec::new(),
            position: after.map(str::to_owned),
            route: "GET /api/v1/events",
        })
    }
}

impl LiveEvents {
    /// Where to go on with another stream.
    pub fn position(&self) -> Option<&str> {
        self.position.as_deref()
    }

    /// The next change; nothing when the server ended the stream, which it does now and then: watch
    /// again from [`Self::position`].
    pub async fn next(&mut self) -> Result<Option<Watched>, ClientError> {
        loop {
            while let Some(block) = self.block() {
                if let Some(watched) = self.read(&block)? {
                    return Ok(Some(watched));
                }
            }
            if self.unread.len() > EVENT_LIMIT {
                return Err(ClientError::TooLarge { route: self.route.to_owned(), limit: EVENT_LIMIT });
            }
            let Ok(piece) = tokio::time::timeout(SILENCE, self.answer.next()).await else { return Ok(None) };
            match piece? {
                Some(piece) => self.unread.extend_from_slice(&piece),
                None => return Ok(None),
            }
        }
    }

    /// The next lines up to an empty one.
    fn block(&mut self) -> Option<String> {
        let end = self.unread.windows(2).position(|pair| pair == b"\n\n")?;
        let block = self.unread.drain(..end + 2).collect::<Vec<_>>();
        Some(String::from_utf8_lossy(&block).into_owned())
    }

    fn read(&mut self, block: &str) -> Result<Option<Watched>, ClientError> {
        let field = |name: &str| {
            let mut lines = block.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            lines.next().map(|value| value.strip_prefix(' ').unwrap_or(value))
        };
        if let Some(id) = field("id") {
            self.position = Some(id.to_owned());
        }
        let Some(data) = field("data") else { return Ok(None) };
        let read = if field("event") == Some("reset") {
            serde_json::from_str(data).map(Watched::Reset)
        } else {
            serde_json::from_str(data).map(Watched::Event)
        };
        read.map(Some).map_err(|source| ClientError::Decode { route: self.route.to_owned(), source })
    }
}
