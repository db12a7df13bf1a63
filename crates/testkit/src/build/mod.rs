//! Sample values with sensible defaults, to be adjusted by struct update:
//!
//! ```
//! use certctl_domain::certificate::{Certificate, CertificateStatus};
//! use certctl_testkit::build;
//! let active = Certificate { status: CertificateStatus::Active, ..build::certificate("mc-web") };
//! ```
//!
//! They refer to the rows of [`crate::seed_basics`]. Names, hashes and the like derive from the id,
//! so that values with different ids never collide.

mod notice;
mod rule;
mod setting;
mod work;

pub use notice::{alert, channel, notification};
pub use rule::{policy_rule, violation};
pub use setting::{
    agent, agent_group, api_key, ca_key, enrolment_token, issuer, owner, policy, profile, session, target,
    team,
};
pub use work::{
    api_call, approval, audit_event, audit_key, certificate, issuance, issuance_job, job, mapping, version,
};

use certctl_domain::Timestamp;
use std::str::FromStr;

/// Id of the team of the basics.
pub const TEAM: &str = "t-platform";
/// Id of the owner of the basics.
pub const OWNER: &str = "o-platform";
/// Id of the renewal policy of the basics.
pub const POLICY: &str = "rp-standard";
/// Id of the profile of the basics.
pub const PROFILE: &str = "prof-server";
/// Id of the issuer of the basics.
pub const ISSUER: &str = "iss-local";
/// Id of the agent of the basics.
pub const AGENT: &str = "agent-web1";
/// Id of the target of the basics.
pub const TARGET: &str = "tgt-web1";

/// 2026-01-01T00:00:00Z plus `seconds`.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_767_225_600 + seconds)
}

/// An id, or a member of a closed enumeration, from its text.
pub fn id<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}
