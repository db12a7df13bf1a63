//! When to renew: one pure decision for the sweep, the API and every preview.

use crate::Timestamp;
use crate::id::RenewalPolicyId;
use std::collections::BTreeMap;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

string_enum! {
    /// Urgency tier of an expiry alert.
    pub enum AlertSeverity ("alert severity") {
        /// For information.
        Informational = "informational",
        /// Needs attention.
        Warning = "warning",
        /// Needs action now.
        Critical = "critical",
    }
}

string_enum! {
    /// Notification channel.
    pub enum NotificationChannel ("notification channel") {
        /// Mail.
        Email = "Email",
        /// Signed webhook.
        Webhook = "Webhook",
        /// Slack.
        Slack = "Slack",
        /// Microsoft Teams.
        Teams = "Teams",
        /// PagerDuty.
        PagerDuty = "PagerDuty",
        /// OpsGenie.
        OpsGenie = "OpsGenie",
    }
}

/// A renewal policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewalPolicy {
    /// Identifier.
    pub id: RenewalPolicyId,
    /// Name, unique.
    pub name: String,
    /// Days before the end at which renewal starts, 1 to 365; never more than a third of the lifetime.
    pub renewal_window_days: u32,
    /// Whether the sweep renews at all.
    pub auto_renew: bool,
    /// Retries of one renewal job, 0 to 10.
    pub max_retries: u32,
    /// Pause between attempts in seconds, 60 to 86400; shortened for short lifetimes.
    pub retry_interval_seconds: u32,
    /// Days before the end at which alerts are sent.
    pub alert_thresholds_days: Vec<u32>,
    /// Channels by severity; empty means mail for every severity.
    pub alert_channels: BTreeMap<AlertSeverity, Vec<NotificationChannel>>,
    /// Severity by threshold.
    pub alert_severity_map: BTreeMap<u32, AlertSeverity>,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

impl RenewalPolicy {
    /// Names this state of the row: microseconds of the last change, which every change moves on.
    pub const fn revision(&self) -> i64 {
        self.updated_at.unix_micros()
    }
}

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

    fn start(&self) -> Timestamp {
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
    /// End of the last failed issuance since then.
    pub last_failure_at: Option<Timestamp>,
    /// Instant picked inside the CA's suggested window (RFC 9773), if the CA gives one.
    pub ari_pick: Option<Timestamp>,
    /// Spreads a fleet that was issued at once: 0 to 1, constant for a certificate.
    pub spread: f64,
}

/// What to do with a certificate now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Renew (or issue for the first time) now.
    Renew(Reason),
    /// Look again at this instant.
    Wait {
        /// When.
        until: Timestamp,
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
        /// The CA suggests it (RFC 9773).
        Ari = "ari",
        /// The leaf has expired.
        Expired = "expired",
    }
}

/// Shortest pause after an issuance or a failure: the policy's interval, but at most a tenth of
/// the lifetime and at least one second, so that lifetimes of minutes work untouched.
pub fn minimum_interval(policy: &RenewalPolicy, lifetime: Option<Lifetime>) -> Duration {
    let configured = Duration::from_secs(policy.retry_interval_seconds.into());
    let bound = lifetime.map_or(configured, |life| life.usable() / 10);
    configured.min(bound).max(Duration::from_secs(1))
}

/// The instant at which renewal is planned: before `notAfter` by the policy's window or a third
/// of the lifetime, whichever is shorter, and earlier by up to a tenth of that for the spread.
/// A window of the CA replaces it. The result lies after the minimum interval and before `notAfter`.
pub fn planned_at(
    policy: &RenewalPolicy,
    life: Lifetime,
    ari_pick: Option<Timestamp>,
    spread: f64,
) -> Timestamp {
    let window = (DAY * policy.renewal_window_days).min(life.usable() / 3);
    let earlier = window.mul_f64(spread.clamp(0.0, 1.0) / 10.0);
    let by_policy = life.not_after.minus(window).minus(earlier);
    let earliest = life.start().plus(minimum_interval(policy, Some(life)));
    // The last tenth of the window stays as a reserve even when the CA suggests later.
    let latest = life.not_after.minus(window / 10);
    ari_pick.unwrap_or(by_policy).min(latest).max(earliest.min(latest))
}

/// When `Active` turns into `Expiring`: 30 days before the end, or the last third of shorter lifetimes.
pub fn expiring_from(life: Lifetime) -> Timestamp {
    life.not_after.minus((DAY * 30).min(life.usable() / 3))
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
            let reason = if input.ari_pick.is_some() { Reason::Ari } else { Reason::Window };
            (planned_at(policy, life, input.ari_pick, input.spread), reason)
        }
    };
    let pause = minimum_interval(policy, input.lifetime);
    let due = input.last_failure_at.map_or(planned, |failed| planned.max(failed.plus(pause)));
    if due <= now { Decision::Renew(reason) } else { Decision::Wait { until: due } }
}

/// A number in 0..1 that is constant for `id`, for [`RenewalInput::spread`].
pub fn spread_of(id: &str) -> f64 {
    // FNV-1a: stable across versions and machines, which std's hasher does not promise.
    let hash =
        id.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    f64::from(hash) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests;
