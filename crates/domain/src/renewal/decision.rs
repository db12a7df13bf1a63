//! The decision itself: what to do with one key holder of a certificate at an instant.

use super::{Closed, RenewalPolicy};
use crate::Timestamp;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);
/// The last tenth of the renewal window is the reserve in which holds are overridden.
const RESERVE: u32 = 10;
/// Whatever starts in the last hundredth of the renewal window is taken to end too late.
const MARGIN: u32 = 100;

/// The lifetime of the current leaf of one key holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// `notBefore` of the leaf; may lie before the issuance (backdating).
    pub not_before: Timestamp,
    /// `notAfter` of the leaf.
    pub not_after: Timestamp,
    /// When the leaf was issued.
    pub issued_at: Timestamp,
}

impl Lifetime {
    /// Usable lifetime: from issuance (or a later `notBefore`) to `notAfter`.
    pub fn usable(&self) -> Duration {
        self.not_after.since(self.start())
    }

    /// When it can be used: at issuance, or at a later `notBefore`.
    pub fn start(&self) -> Timestamp {
        self.issued_at.max(self.not_before)
    }
}

/// What the decision looks at.
#[derive(Debug, Clone, Copy)]
pub struct RenewalInput<'a> {
    /// Policy of the certificate.
    pub policy: &'a RenewalPolicy,
    /// Current leaf; absent when none was ever issued.
    pub lifetime: Option<Lifetime>,
    /// End of the pause after an issuance that failed or was cancelled.
    pub retry_at: Option<Timestamp>,
    /// Instant picked inside the CA's suggested window (RFC 9773), if the CA gives one.
    pub ari_pick: Option<Timestamp>,
    /// Spreads a fleet that was issued at once: 0 to 1, constant for a certificate.
    pub spread: f64,
}

/// What to do with a certificate now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Renew (or issue for the first time) now.
    Renew {
        /// Why.
        reason: Reason,
        /// What would have held it back, had the certificate not been about to expire.
        overriding: Option<Hold>,
    },
    /// Look again at `start.at`, which is when it will be renewed unless something changes.
    Wait {
        /// Why it will be renewed then.
        reason: Reason,
        /// When, and what holds it back until then.
        start: Start,
    },
    /// The policy forbids automatic renewal.
    Never,
}

string_enum! {
    /// Why a renewal is due.
    pub enum Reason ("renewal reason") {
        /// No leaf exists yet.
        NeverIssued = "never_issued",
        /// The renewal window has opened.
        Window = "window",
        /// The renewal window, given as a part of the lifetime, has opened.
        Fraction = "fraction",
        /// The CA suggests it (RFC 9773).
        Ari = "ari",
        /// The leaf has expired.
        Expired = "expired",
    }
}

string_enum! {
    /// What holds automatic work back that would be due.
    pub enum Hold ("hold") {
        /// The pause after a failure.
        Backoff = "backoff",
        /// No maintenance window is open.
        MaintenanceWindow = "maintenance_window",
        /// A freeze.
        Freeze = "freeze",
    }
}

/// When automatic work starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// The instant.
    pub at: Timestamp,
    /// What holds it back until then.
    pub hold: Option<Hold>,
    /// What it does not wait for, because the certificate would expire.
    pub overriding: Option<Hold>,
    /// The current leaf ends before: the policy forbids to override.
    pub expires_first: bool,
}

impl From<Closed<'_>> for Hold {
    fn from(closed: Closed<'_>) -> Self {
        match closed {
            Closed::Freeze(_) => Self::Freeze,
            Closed::OutsideWindows => Self::MaintenanceWindow,
        }
    }
}

/// Shortest pause after an issuance or a failure: the policy's interval, but at most a tenth of
/// the lifetime and at least one second, so that lifetimes of minutes work untouched.
pub fn minimum_interval(policy: &RenewalPolicy, lifetime: Option<Lifetime>) -> Duration {
    let configured = Duration::from_secs(policy.retry_interval_seconds.into());
    let bound = lifetime.map_or(configured, |life| life.usable() / 10);
    configured.min(bound).max(Duration::from_secs(1))
}

/// How long before the end renewal starts: the policy's part of the lifetime, if it names one;
/// otherwise its days or a third of the lifetime, whichever is shorter.
fn window(policy: &RenewalPolicy, life: Lifetime) -> Duration {
    let days = || (DAY * policy.renewal_window_days).min(life.usable() / 3);
    policy.renewal_window_fraction.map_or_else(days, |fraction| fraction.of(life.usable()))
}

/// The instant at which renewal is planned: before `notAfter` by the policy's window, and earlier
/// by up to a tenth of that for the spread. A window of the CA replaces it. The result lies after
/// the minimum interval and before `notAfter`.
pub fn planned_at(
    policy: &RenewalPolicy,
    life: Lifetime,
    ari_pick: Option<Timestamp>,
    spread: f64,
) -> Timestamp {
    let window = window(policy, life);
    let earlier = window.mul_f64(spread.clamp(0.0, 1.0) / 10.0);
    let by_policy = life.not_after.minus(window).minus(earlier);
    let earliest = life.start().plus(minimum_interval(policy, Some(life)));
    // The reserve stays even when the CA suggests later.
    let latest = life.not_after.minus(window / RESERVE);
    ari_pick.unwrap_or(by_policy).min(latest).max(earliest.min(latest))
}

/// When `Active` turns into `Expiring`: 30 days before the end, or the last third of shorter lifetimes.
pub fn expiring_from(life: Lifetime) -> Timestamp {
    life.not_after.minus((DAY * 30).min(life.usable() / 3))
}

/// When automatic work that is due at `at` starts by the policy's windows and freezes. `life` is
/// what the work replaces: when it would end before the next allowed instant, the work starts in
/// the reserve before its end, unless the policy forbids that.
pub fn start_at(policy: &RenewalPolicy, at: Timestamp, life: Option<Lifetime>) -> Start {
    let calendar = policy.calendar();
    let Some(closed) = calendar.closed(at) else {
        return Start { at, hold: None, overriding: None, expires_first: false };
    };
    let hold = Some(Hold::from(closed));
    let opens = calendar.next_open(at);
    let Some(life) = life.filter(|life| opens >= life.not_after.minus(window(policy, *life) / MARGIN)) else {
        return Start { at: opens, hold, overriding: None, expires_first: false };
    };
    if !policy.override_before_expiry {
        return Start { at: opens, hold, overriding: None, expires_first: true };
    }
    let last_call = at.max(life.not_after.minus(window(policy, life) / RESERVE));
    Start {
        at: last_call,
        hold: hold.filter(|_| last_call > at),
        overriding: calendar.closed(last_call).map(Hold::from),
        expires_first: false,
    }
}

/// Decides what to do at `now`.
pub fn decide(now: Timestamp, input: &RenewalInput<'_>) -> Decision {
    let policy = input.policy;
    if !policy.auto_renew {
        return Decision::Never;
    }
    let (planned, reason) = match input.lifetime {
        None => (Timestamp::EPOCH, Reason::NeverIssued),
        Some(life) if life.not_after <= now => (life.not_after, Reason::Expired),
        Some(life) => {
            let reason = match policy.renewal_window_fraction {
                _ if input.ari_pick.is_some() => Reason::Ari,
                Some(_) => Reason::Fraction,
                None => Reason::Window,
            };
            (planned_at(policy, life, input.ari_pick, input.spread), reason)
        }
    };
    let due = planned.max(input.retry_at.unwrap_or(planned));
    let mut start = start_at(policy, due.max(now), input.lifetime);
    if start.hold.is_none() && due > planned.max(now) {
        start.hold = Some(Hold::Backoff);
    }
    if start.at <= now {
        Decision::Renew { reason, overriding: start.overriding }
    } else {
        Decision::Wait { reason, start }
    }
}

/// A number in 0..1 that is constant for `id`, for [`RenewalInput::spread`].
pub fn spread_of(id: &str) -> f64 {
    // FNV-1a: stable across versions and machines, which std's hasher does not promise.
    let hash =
        id.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    f64::from(hash) / f64::from(u32::MAX)
}
