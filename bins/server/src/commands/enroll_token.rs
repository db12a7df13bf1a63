//! `enroll-token`: a one-time token for an agent.

use super::foundation;
use crate::database::Access;
use crate::{Environment, output};
use certctl_config::ServerConfig;
use certctl_service::Agents;
use certctl_service_api::Actor;
use certctl_service_api::agent::AgentService;
use std::time::Duration;

pub(crate) async fn run(
    config: &ServerConfig,
    environment: &Environment,
    validity: Duration,
) -> anyhow::Result<()> {
    let agents = Agents::new(foundation(config, environment, Access::Command).await?, None);
    let issued = agents.issue_token(&Actor::system(), validity).await?;
    output::line(&issued.token)
}
