//! Deployment counters per target type.

use crate::counters::CounterSnapshot;
use crate::names;
use crate::registry::{MetricsError, Registry};
use arc_swap::ArcSwap;
use prometheus::{IntCounter, IntCounterVec};
use std::collections::BTreeMap;
use std::fmt;

/// What is counted about deployments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeployCounter {
    /// A deployment succeeded; an idempotent skip counts here too.
    AttemptSuccess,
    /// A deployment failed.
    AttemptFailure,
    /// The target's own validation refused the new files; nothing was changed.
    ValidateFailure,
    /// The reload failed after the new files were in place; a rollback ran.
    ReloadFailure,
    /// The TLS probe after the reload did not see the new certificate.
    PostVerifyFailure,
    /// A rollback restored the previous files.
    RollbackRestored,
    /// A rollback failed as well: a person must act.
    RollbackAlsoFailed,
    /// The target already had the same files.
    IdempotentSkip,
}

impl DeployCounter {
    /// Every counter.
    pub const ALL: [Self; 8] = [
        Self::AttemptSuccess,
        Self::AttemptFailure,
        Self::ValidateFailure,
        Self::ReloadFailure,
        Self::PostVerifyFailure,
        Self::RollbackRestored,
        Self::RollbackAlsoFailed,
        Self::IdempotentSkip,
    ];

    /// Stable name, also used where agents report counts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AttemptSuccess => "attempt_success",
            Self::AttemptFailure => "attempt_failure",
            Self::ValidateFailure => "validate_failure",
            Self::ReloadFailure => "reload_failure",
            Self::PostVerifyFailure => "post_verify_failure",
            Self::RollbackRestored => "rollback_restored",
            Self::RollbackAlsoFailed => "rollback_also_failed",
            Self::IdempotentSkip => "idempotent_skip",
        }
    }
}

/// Deployment counters. Adding is one atomic operation; only the first tick of a target type
/// makes its bucket, with all eight counters at zero.
pub struct DeployCounters {
    families: Families,
    buckets: ArcSwap<BTreeMap<&'static str, Bucket>>,
}

struct Families {
    attempts: IntCounterVec,
    validate_failures: IntCounterVec,
    reload_failures: IntCounterVec,
    post_verify_failures: IntCounterVec,
    rollback: IntCounterVec,
    idempotent_skip: IntCounterVec,
}

/// One counter per [`DeployCounter`], in the order of [`DeployCounter::ALL`].
#[derive(Clone)]
struct Bucket([IntCounter; 8]);

impl Bucket {
    fn counter(&self, counter: DeployCounter) -> Option<&IntCounter> {
        DeployCounter::ALL.iter().zip(&self.0).find_map(|(key, value)| (*key == counter).then_some(value))
    }
}

impl fmt::Debug for DeployCounters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DeployCounters").field(&self.snapshot()).finish()
    }
}

impl DeployCounters {
    /// Registers the families.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        Ok(Self {
            families: Families {
                attempts: registry.counter(&names::DEPLOY_ATTEMPTS_TOTAL)?,
                validate_failures: registry.counter(&names::DEPLOY_VALIDATE_FAILURES_TOTAL)?,
                reload_failures: registry.counter(&names::DEPLOY_RELOAD_FAILURES_TOTAL)?,
                post_verify_failures: registry.counter(&names::DEPLOY_POST_VERIFY_FAILURES_TOTAL)?,
                rollback: registry.counter(&names::DEPLOY_ROLLBACK_TOTAL)?,
                idempotent_skip: registry.counter(&names::DEPLOY_IDEMPOTENT_SKIP_TOTAL)?,
            },
            buckets: ArcSwap::default(),
        })
    }

    /// Adds `n` to `counter` of `target_type` (the exact text of a target kind, `NGINX`).
    pub fn add(&self, target_type: &'static str, counter: DeployCounter, n: u64) {
        if !self.buckets.load().contains_key(target_type) {
            self.make_bucket(target_type);
        }
        if let Some(counter) = self.buckets.load().get(target_type).and_then(|bucket| bucket.counter(counter))
        {
            counter.inc_by(n);
        }
    }

    /// Copies of the counts by target type and counter, sorted; changing them changes no counter.
    pub fn by_target_type(&self) -> BTreeMap<&'static str, BTreeMap<DeployCounter, u64>> {
        let counts = |bucket: &Bucket| {
            DeployCounter::ALL.into_iter().zip(bucket.0.iter().map(IntCounter::get)).collect()
        };
        self.buckets.load().iter().map(|(target_type, bucket)| (*target_type, counts(bucket))).collect()
    }

    /// Racing callers make equal buckets over the same counters, so no tick is lost.
    fn make_bucket(&self, target_type: &'static str) {
        let counter = |family: &IntCounterVec, rest: &[&str]| {
            let labels: Vec<&str> = std::iter::once(target_type).chain(rest.iter().copied()).collect();
            family.with_label_values(&labels)
        };
        let of = &self.families;
        let bucket = Bucket([
            counter(&of.attempts, &["success"]),
            counter(&of.attempts, &["failure"]),
            counter(&of.validate_failures, &[]),
            counter(&of.reload_failures, &[]),
            counter(&of.post_verify_failures, &[]),
            counter(&of.rollback, &["restored"]),
            counter(&of.rollback, &["also_failed"]),
            counter(&of.idempotent_skip, &[]),
        ]);
        self.buckets.rcu(|current| {
            let mut buckets = BTreeMap::clone(current);
            buckets.entry(target_type).or_insert_with(|| bucket.clone());
            buckets
        });
    }
}

impl CounterSnapshot for DeployCounters {
    /// Names are `<target type>.<counter>`, for example `NGINX.reload_failure`.
    fn snapshot(&self) -> BTreeMap<String, u64> {
        self.by_target_type()
            .into_iter()
            .flat_map(|(target_type, counts)| {
                counts
                    .into_iter()
                    .map(move |(counter, count)| (format!("{target_type}.{}", counter.as_str()), count))
            })
            .collect()
    }
}
