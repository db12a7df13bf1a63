//! Reconcilers: renewal, deployments that did not arrive, jobs that wait too long or are
//! long over, silent agents, kept counts, compliance rules, CRLs, CAs that must hear of revocations, what is
//! kept for a day or for good.

mod agent_health;
mod crl_generation;
mod deployment_sweep;
mod digest;
mod heartbeat;
mod job_retention;
mod job_timeouts;
mod notification_retention;
mod operation_retention;
mod operations;
mod policy_evaluation;
mod purge;
mod renewal_sweep;
mod retention;
mod revocation_notices;
mod rollups;
mod served_revocation;

pub use agent_health::AgentHealth;
pub use crl_generation::{CrlGeneration, follow_revocations};
pub use deployment_sweep::{DEPLOYMENT_PAUSE, DeploymentSweep};
pub use digest::Digest;
pub use heartbeat::{Heartbeat, Watcher};
pub use job_retention::JobRetention;
pub use job_timeouts::{JobTimeouts, WaitingTimes};
pub use notification_retention::NotificationRetention;
pub use operation_retention::OperationRetention;
pub use operations::OperationRunner;
pub use policy_evaluation::PolicyEvaluation;
pub use purge::Purge;
pub use renewal_sweep::RenewalSweep;
pub use retention::Retention;
pub use revocation_notices::RevocationNotices;
pub use rollups::{RollupFold, RollupRepair};
pub use served_revocation::{CrlSource, ServedRevocation};
