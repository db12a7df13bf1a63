//! What surrounds the routes: errors, input, identity, headers, TLS and the listener.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what it needs by failing")]
#![expect(
    clippy::disallowed_methods,
    reason = "tests write files of their own, and run the server beside its client"
)]

#[path = "main/call_log.rs"]
mod call_log;
#[path = "main/edge.rs"]
mod edge;
#[path = "main/input.rs"]
mod input;
#[path = "main/logs.rs"]
mod logs;
#[path = "main/replay.rs"]
mod replay;
#[path = "main/server.rs"]
mod server;
#[path = "main/support.rs"]
mod support;
#[path = "main/surroundings.rs"]
mod surroundings;
#[path = "main/tls.rs"]
mod tls;
