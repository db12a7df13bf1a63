//! Everything HTTP that is not about certificates: errors, input, identity, routes, TLS, the server.
//!
//! A handler crate lists its routes in a [`RouteTable`]; [`app`] turns a table into an actix
//! application in which every answer carries a request id and security headers, every refusal has
//! the same JSON body, and no handler runs before the caller's permission was checked. [`Server`]
//! serves it over TLS 1.3. Knows service traits, never their implementations or a database.

mod app;
mod auth;
mod body;
mod bucket;
mod call_log;
mod client_address;
mod cors;
mod drain;
mod edge;
mod error;
mod etag;
mod export;
mod gate;
mod input;
mod limit;
mod list;
mod merge;
mod objects;
mod observe;
mod openapi;
mod path;
mod problem;
mod query;
mod refusal;
mod replay;
mod reply;
mod request;
mod route;
mod scalar;
mod security;
mod server;
mod session;
mod tls;

pub use app::{HttpCore, app};
pub use auth::Authentication;
pub use body::{Body, OptionalBody, check_media_type, read_body};
pub use bucket::Rate;
pub use call_log::{Call, CallRecorder, Unrecorded};
pub use client_address::TrustedProxies;
pub use cors::Cors;
pub use drain::Stopper;
pub use edge::Edge;
pub use error::ApiError;
pub use etag::IfMatch;
pub use export::{ExportForm, TaggedExport};
pub use gate::Access;
pub use input::{FIELD_CODES, read_seed};
pub use limit::{AddressLimit, RateLimitOptions, RateLimits};
pub use list::{List, NoFilter, Paging, TaggedList, Tags, page};
pub use merge::MergePatch;
pub use observe::{Outcome, RequestObserver, Unobserved};
pub use openapi::Description;
pub use path::{PathId, PathIds};
pub use problem::OwnBody;
pub use query::Query;
pub use refusal::Refusal;
pub use reply::{Accepted, AcceptedAt, Created, NoContent, Tagged};
pub use request::{Caller, RequestInfo};
pub use route::{Route, RouteTable};
pub use scalar::{DateOrTime, Wait};
pub use server::{Server, ServerError, ServerOptions};
pub use session::{CurrentSession, forget_session, keep_session, session_token};
pub use tls::{HotCertificate, TlsError, server_config};
