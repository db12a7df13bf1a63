//! The OCSP responder.
//!
//! What is known of a serial number comes from the ledger and the revocations, and stays in memory
//! until the revocations of its issuer change; signed answers hang on that knowledge and go with
//! it, so a "good" never outlives the revocation by more than the follower's period. Answers are
//! signed by a delegate of the CA whose sealed key all replicas share. What was signed once is kept
//! in the database for the others and for the next start, and counts there only while it agrees
//! with the revocation beside it.

mod answer;
mod authority;
mod follow;
mod keep;
mod knowledge;
mod overview;
mod responder;
mod upkeep;

pub use upkeep::OcspUpkeep;

use crate::live_issuers::LiveIssuers;
use crate::secrets::Secrets;
use crate::support::Foundation;
use authority::IssuerState;
use certctl_domain::id::IssuerId;
use certctl_domain::ocsp::KeptAnswer;
use certctl_domain::profile::KeySpec;
use certctl_telemetry::{OcspCounters, OcspMetrics};
use parking_lot::{Mutex, RwLock};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Answers that wait to be written down; more are signed again by whoever needs them.
const MOST_TO_KEEP: usize = 10_000;

/// What is said of serial numbers that were never issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NonIssued {
    /// That they are unknown.
    Unknown,
    /// That they are revoked (RFC 6960 §2.2, extended revoked definition).
    Revoked,
}

/// How the responder works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OcspOptions {
    /// From signing to `nextUpdate`.
    pub validity: Duration,
    /// Validity of a responder's certificate.
    pub responder_validity: Duration,
    /// How long before its end a responder is replaced.
    pub rotation_grace: Duration,
    /// Kind of a responder's key; absent for that of the CA's family.
    pub responder_key: Option<KeySpec>,
    /// What is said of what was never issued.
    pub non_issued: NonIssued,
    /// Serial numbers per issuer that are remembered.
    pub remembered: u64,
}

impl Default for OcspOptions {
    fn default() -> Self {
        Self {
            validity: Duration::from_hours(24),
            responder_validity: Duration::from_hours(720),
            rotation_grace: Duration::from_hours(168),
            responder_key: None,
            non_issued: NonIssued::Unknown,
            remembered: 50_000,
        }
    }
}

/// The responder of one process. Clones share everything.
#[derive(Clone)]
pub struct Ocsp(Arc<Inner>);

struct Inner {
    base: Foundation,
    issuers: Arc<LiveIssuers>,
    secrets: Secrets,
    options: OcspOptions,
    counters: Arc<OcspCounters>,
    metrics: OcspMetrics,
    states: RwLock<HashMap<IssuerId, Arc<IssuerState>>>,
    to_keep: mpsc::Sender<KeptAnswer>,
    kept: Mutex<mpsc::Receiver<KeptAnswer>>,
}

impl fmt::Debug for Ocsp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ocsp").field("options", &self.0.options).finish_non_exhaustive()
    }
}

impl Ocsp {
    /// What it stands on.
    pub fn base(&self) -> Foundation {
        self.0.base.clone()
    }

    /// A responder for all local issuers. [`Self::follow`] must run, or revocations of other
    /// processes are not heard of.
    pub fn new(
        base: Foundation,
        issuers: Arc<LiveIssuers>,
        secrets: Secrets,
        options: OcspOptions,
        counters: Arc<OcspCounters>,
        metrics: OcspMetrics,
    ) -> Self {
        let (to_keep, kept) = mpsc::channel(MOST_TO_KEEP);
        let states = RwLock::default();
        let kept = Mutex::new(kept);
        Self(Arc::new(Inner { base, issuers, secrets, options, counters, metrics, states, to_keep, kept }))
    }
}
