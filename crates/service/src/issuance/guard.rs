//! Guards against going in circles: a limit of issuances per set of names, and a pause after
//! issuances that keep failing.

use super::Lineage;
use crate::failure::Failure;
use certctl_domain::Timestamp;
use certctl_domain::certificate::Certificate;
use certctl_domain::id::CertificateId;
use certctl_domain::renewal::RenewalPolicy;
use certctl_domain::san::San;
use certctl_repository::Tx;
use certctl_service_api::{ConflictCode, ServiceError};
use std::collections::BTreeSet;
use std::time::Duration;

/// Failures in a row from which on the sweep looks at once whether they are too many.
pub(crate) const FEWEST_FAILURES: u32 = 2;
/// Renewals as planned that fit into the time in which issuances are counted.
const PLANNED_RENEWALS: u32 = 5;

/// Limits of what happens by itself.
#[derive(Debug, Clone, Copy)]
pub struct Guards {
    /// Issuances for one set of names, for each agent that holds a key, in `window`.
    pub issuances_per_names: u32,
    /// The time in which they are counted; shorter for short lifetimes.
    pub window: Duration,
    /// Issuances in a row that fail for good before the certificate is paused, 0 for never.
    pub failures_before_pause: u32,
}

impl Default for Guards {
    fn default() -> Self {
        Self { issuances_per_names: 10, window: Duration::from_hours(24), failures_before_pause: 5 }
    }
}

/// The limit has been reached.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Open {
    /// Issuances allowed.
    pub(crate) limit: u32,
    /// Time in which they are counted.
    pub(crate) window: Duration,
    /// When the next one is allowed.
    pub(crate) until: Timestamp,
}

/// Identifies a set of names, whatever their order: lower-case hex SHA-256.
pub(crate) fn names_hash(names: &BTreeSet<San>) -> String {
    let mut texts: Vec<_> = names.iter().map(|name| format!("{}:{name}", name.kind())).collect();
    texts.sort();
    certctl_crypto::sha256_hex(texts.join("\n").as_bytes())
}

impl Guards {
    /// Whether the certificate has failed too often in a row.
    pub(crate) const fn gives_up(&self, certificate: &Certificate) -> bool {
        self.failures_before_pause > 0 && certificate.failed_issuances >= self.failures_before_pause
    }

    /// Lets an issuance pass that a person asks for, whatever the way, and says whether it goes past
    /// the limit; refuses it when the limit is reached and nobody overrides it.
    pub(crate) fn admit(
        &self,
        tx: &mut dyn Tx,
        certificate: &Certificate,
        lineages: &[Lineage],
        policy: &RenewalPolicy,
        way: Way,
        now: Timestamp,
    ) -> Result<bool, Failure> {
        match self.circuit(tx, certificate, lineages, policy, now)? {
            Some(open) if way != (Way::Renewal { overrides: true }) => {
                Err(open.refusal(&certificate.id, way))
            }
            open => Ok(open.is_some()),
        }
    }

    /// Whether too much was issued for the certificate's names. Each key holder needs a leaf of its
    /// own, so the limit grows with them; and a lifetime of minutes is renewed every few minutes,
    /// so the time shrinks to that of a few renewals as planned.
    pub(crate) fn circuit(
        &self,
        tx: &mut dyn Tx,
        certificate: &Certificate,
        lineages: &[Lineage],
        policy: &RenewalPolicy,
        now: Timestamp,
    ) -> Result<Option<Open>, Failure> {
        let holders = u32::try_from(lineages.len().max(1)).unwrap_or(u32::MAX);
        let limit = self.issuances_per_names.saturating_mul(holders);
        let planned = lineages.iter().filter_map(|lineage| {
            let life = lineage.lifetime()?;
            Some(lineage.planned(policy, &certificate.id).since(life.start()))
        });
        let window = planned.min().map_or(self.window, |pause| (pause * PLANNED_RENEWALS).min(self.window));
        let hash = names_hash(&certificate.names());
        let issued = tx.ledger().issued_for_names(&hash, now.minus(window), limit)?;
        let full = issued.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(issued.last().filter(|_| full).map(|oldest| Open {
            limit,
            window,
            // The rows of this very instant of the window still count.
            until: oldest.plus(window).plus(Duration::from_micros(1)),
        }))
    }
}

/// How a person asks for an issuance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// A renewal, which may go past the limit.
    Renewal {
        /// It does.
        overrides: bool,
    },
    /// A failed job is put back to work.
    Retry,
    /// A change that needs another leaf.
    Change,
}

impl Open {
    fn refusal(&self, certificate: &CertificateId, way: Way) -> Failure {
        let next = match way {
            Way::Renewal { .. } => "wait until then, or renew with override and a reason",
            Way::Retry => "retry the job then, or renew with override and a reason",
            Way::Change => "make the change then",
        };
        Failure::Service(ServiceError::Conflict {
            code: ConflictCode::IssuanceLimit,
            message: format!(
                "{} certificates were issued for the names of certificate {certificate} within {}, and the next is allowed at {}; find out why, and {next}",
                self.limit,
                readable(self.window),
                self.until
            ),
            details: Some(serde_json::json!({
                "limit": self.limit, "window_seconds": self.window.as_secs(), "until": self.until,
            })),
        })
    }
}

/// A time as people say it.
pub(crate) fn readable(span: Duration) -> String {
    let seconds = span.as_secs();
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_readable() {
        let seconds = [(1, "1 second"), (90, "90 seconds"), (3_600, "60 minutes"), (86_400, "24 hours")];
        for (span, text) in seconds.into_iter().chain([(259_200, "3 days")]) {
            assert_eq!(readable(Duration::from_secs(span)), text);
        }
    }
}
