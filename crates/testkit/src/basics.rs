//! The rows that most tests need before their own.

use crate::build;
use certctl_domain::agent::Agent;
use certctl_domain::issuer::Issuer;
use certctl_domain::organisation::{Owner, Team};
use certctl_domain::profile::CertificateProfile;
use certctl_domain::renewal::RenewalPolicy;
use certctl_domain::target::Target;
use certctl_repository::{Store, StoreError};

/// What [`seed_basics`] stored. Values made by [`build`] refer to exactly these rows.
#[derive(Debug, Clone)]
pub struct Basics {
    /// Team [`build::TEAM`].
    pub team: Team,
    /// Owner [`build::OWNER`].
    pub owner: Owner,
    /// Renewal policy [`build::POLICY`].
    pub policy: RenewalPolicy,
    /// Profile [`build::PROFILE`].
    pub profile: CertificateProfile,
    /// Issuer [`build::ISSUER`], without a CA key.
    pub issuer: Issuer,
    /// Agent [`build::AGENT`].
    pub agent: Agent,
    /// Target [`build::TARGET`] of that agent.
    pub target: Target,
}

/// Stores one row of everything a certificate refers to, an agent and a target.
pub async fn seed_basics(store: &Store) -> Basics {
    let basics = Basics {
        team: build::team(build::TEAM),
        owner: build::owner(build::OWNER),
        policy: build::policy(build::POLICY),
        profile: build::profile(build::PROFILE),
        issuer: build::issuer(build::ISSUER),
        agent: build::agent(build::AGENT),
        target: build::target(build::TARGET),
    };
    let rows = basics.clone();
    let stored: Result<(), StoreError> = store
        .write("test.seed", move |tx| {
            tx.teams().insert(&rows.team)?;
            tx.owners().insert(&rows.owner)?;
            tx.renewal_policies().insert(&rows.policy)?;
            tx.profiles().insert(&rows.profile)?;
            tx.issuers().insert(&rows.issuer)?;
            tx.agents().insert(&rows.agent)?;
            tx.targets().insert(&rows.target)
        })
        .await;
    stored.unwrap();
    basics
}
