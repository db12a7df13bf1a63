//! How long jobs wait, and how many run at once.

use crate::key::{Key, Kind};
use crate::reader::Reader;
use crate::value;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
/// A lease must survive the time between two renewals of it.
const SHORTEST_LEASE: Duration = Duration::from_secs(2);

const AWAITING_CSR: Key = Key::new(
    "CERTCTL_JOB_AWAITING_CSR_TIMEOUT",
    "jobs.awaiting_csr_timeout",
    Kind::Span { min: SECOND },
    "How long a job waits for its agent to send a CSR before it fails.",
)
.or("24h");
const AWAITING_APPROVAL: Key = Key::new(
    "CERTCTL_JOB_AWAITING_APPROVAL_TIMEOUT",
    "jobs.awaiting_approval_timeout",
    Kind::Span { min: SECOND },
    "How long a job waits for an approval before it is cancelled.",
)
.or("168h");
const LEASE: Key = Key::new(
    "CERTCTL_JOB_LEASE",
    "jobs.lease",
    Kind::Span { min: SHORTEST_LEASE },
    "How long a server worker may be silent before another one takes its job over.",
)
.or("60s");
const AGENT_LEASE: Key = Key::new(
    "CERTCTL_AGENT_LEASE",
    "jobs.agent_lease",
    Kind::Span { min: SHORTEST_LEASE },
    "How long an agent may be silent about a job before it is offered again.",
)
.or("2m");
const APPROVAL_BYPASS: Key = Key::new(
    "CERTCTL_APPROVAL_BYPASS",
    "jobs.approval_bypass",
    Kind::Flag,
    "Approves every request at once, as `system-bypass`. For emergencies: the second person is not asked.",
)
.or("false");
const RETENTION: Key = Key::new(
    "CERTCTL_JOB_RETENTION",
    "jobs.retention",
    Kind::Span { min: Duration::ZERO },
    "How long jobs are kept after their end; 0 keeps them for ever. The newest job of each kind about a certificate, target and agent is always kept.",
)
.or("2160h");
const CONCURRENCY: Key = Key::new(
    "CERTCTL_RENEWAL_CONCURRENCY",
    "jobs.renewal_concurrency",
    Kind::Integer { min: 1, max: 1000 },
    "Most jobs this process runs at once.",
)
.or("25");

pub(crate) const KEYS: &[Key] =
    &[AWAITING_CSR, AWAITING_APPROVAL, APPROVAL_BYPASS, RETENTION, LEASE, AGENT_LEASE, CONCURRENCY];

/// Limits of jobs.
#[derive(Debug, Clone)]
pub struct Jobs {
    /// Longest wait for a CSR.
    pub awaiting_csr_timeout: Duration,
    /// Longest wait for an approval.
    pub awaiting_approval_timeout: Duration,
    /// Whether approvals are switched off.
    pub approval_bypass: bool,
    /// How long ended jobs are kept; zero for ever.
    pub retention: Duration,
    /// Lease of a server worker.
    pub lease: Duration,
    /// Lease of an agent.
    pub agent_lease: Duration,
    /// Jobs at once in this process.
    pub concurrency: usize,
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Jobs {
    Jobs {
        awaiting_csr_timeout: reader.span(&AWAITING_CSR),
        awaiting_approval_timeout: reader.span(&AWAITING_APPROVAL),
        approval_bypass: reader.optional(&APPROVAL_BYPASS, value::flag).unwrap_or_default(),
        retention: reader.span(&RETENTION),
        lease: reader.span(&LEASE),
        agent_lease: reader.span(&AGENT_LEASE),
        concurrency: reader.integer(&CONCURRENCY),
    }
}
