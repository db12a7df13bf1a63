//! When a failed attempt is made again: the policy's interval, shortened for short lifetimes.

use certctl_domain::certificate::Certificate;
use certctl_domain::id::IdSource;
use certctl_domain::job::{Job, JobEvent};
use certctl_domain::renewal::{Lifetime, RenewalPolicy, minimum_interval};
use certctl_domain::retry::{Backoff, FailureClass};
use certctl_domain::{InvalidTransition, Timestamp};
use std::time::Duration;

const LONGEST_PAUSE: Duration = Duration::from_hours(1);
/// `last_error` is for people; what is longer belongs in a log.
const MAX_ERROR_CHARS: usize = 2_000;

/// The lifetime of the current leaves of a certificate, once issued.
pub(crate) fn current_lifetime(certificate: &Certificate) -> Option<Lifetime> {
    let (from, until) = certificate.valid_from.zip(certificate.expires_at)?;
    Some(Lifetime { not_before: from, not_after: until, issued_at: from })
}

/// The backoff of a job about `certificate`.
pub(crate) fn backoff(job: &Job, policy: &RenewalPolicy, certificate: &Certificate) -> Backoff {
    Backoff {
        base: minimum_interval(policy, current_lifetime(certificate)),
        factor: 2.0,
        cap: LONGEST_PAUSE,
        jitter: 0.2,
        max_attempts: job.max_attempts,
    }
}

/// Pause before the sweep starts again after an issuance that failed for good.
pub(crate) fn pause_after_failure(policy: &RenewalPolicy, certificate: &Certificate) -> Duration {
    let lifetime = current_lifetime(certificate);
    let base = minimum_interval(policy, lifetime);
    let cap =
        lifetime.map_or(LONGEST_PAUSE * 6, |life| (life.usable() / 10).min(LONGEST_PAUSE * 6)).max(base);
    (base * 2_u32.saturating_pow(certificate.failed_issuances.clamp(1, 12) - 1)).min(cap)
}

/// Ends the current attempt: another one after the backoff, or the visible end. True at the end.
pub(crate) fn fail_attempt(
    job: &mut Job,
    backoff: Backoff,
    class: FailureClass,
    error: &str,
    at: Timestamp,
    ids: &dyn IdSource,
) -> Result<bool, InvalidTransition> {
    job.last_error = Some(readable(error));
    let Some(delay) = backoff.next(job.attempts, class, random(ids)) else {
        job.apply(JobEvent::Exhausted, at)?;
        return Ok(true);
    };
    job.apply(JobEvent::AttemptFailed, at)?;
    job.run_after = at.plus(delay);
    Ok(false)
}

/// What people can read of a text from elsewhere. PostgreSQL takes no NUL in a text, and such a
/// report must not be lost for it.
pub(crate) fn readable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).take(MAX_ERROR_CHARS).collect()
}

/// A number in 0..1 from the random part of a fresh id.
pub(crate) fn random(ids: &dyn IdSource) -> f64 {
    let [.., a, b, c, d] = ids.next().into_bytes();
    f64::from(u32::from_be_bytes([a, b, c, d])) / f64::from(u32::MAX)
}
