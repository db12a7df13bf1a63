//! Who is told about finished requests, for metrics.

use std::fmt;
use std::time::Duration;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome<'a> {
    /// Method, or `OTHER` when it is none of the registered ones: labels come from a closed set.
    pub method: &'static str,
    /// Pattern of the route, for example `/api/v1/certificates/{id}`; absent when none matched.
    pub route: Option<&'a str>,
    /// Status; absent when the client went away first.
    pub status: Option<u16>,
    /// Time from the first header to the start of the answer.
    pub duration: Duration,
}

/// Counts requests. `started` and `finished` are called once each per request, also when the client
/// goes away, so their difference is the number in flight.
pub trait RequestObserver: Send + Sync + fmt::Debug {
    /// A request arrived.
    fn started(&self);
    /// It ended.
    fn finished(&self, outcome: Outcome<'_>);
}

/// Counts nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl RequestObserver for Unobserved {
    fn started(&self) {}

    fn finished(&self, _: Outcome<'_>) {}
}
