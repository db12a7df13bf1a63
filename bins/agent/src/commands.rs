//! What the commands do: wiring.

use crate::args::Enroll;
use crate::settings::{Settings, read_secret};
use crate::world::{RandomIds, SystemClock, facts};
use anyhow::{Context as _, anyhow};
use certctl_agent::{Agent, AgentError, AgentParts, Credential, EnrolmentOrder, StateDir, enrol};
use certctl_connector_api::TargetRegistry;
use certctl_deploy::AllowList;
use certctl_lifecycle::{Exit, Failure, Lifecycle, ShutdownSteps};
use std::io::Write as _;
use std::sync::Arc;

/// Runs the agent until it is told to stop, is retired, or, with `once`, has nothing left to do.
pub(crate) async fn run(settings: Settings, once: bool) -> anyhow::Result<()> {
    let life = Lifecycle::install(settings.lifecycle.clone()).context("cannot listen to signals")?;
    let state = StateDir::open(&settings.state_dir, Some(&settings.key_dir)).map_err(explained)?;
    let (agent_id, api_key, known) = match (settings.identity.clone(), state.credential().map_err(explained)?)
    {
        (Some((id, key)), _) => (id, key, None),
        (None, Some(Credential { agent_id, api_key, server })) => (agent_id, api_key, Some(server)),
        (None, None) => return Err(explained(AgentError::NotEnrolled { path: state.credential_path() })),
    };
    let client = settings.client(known.as_deref(), Some(api_key))?;
    tracing::info!(
        agent.id = %agent_id, version = env!("CARGO_PKG_VERSION"),
        "agent {agent_id} works for {}", client.server(),
    );
    let commands = settings.command_runner();
    let parts = AgentParts {
        options: settings.run,
        client,
        agent_id,
        state,
        registry: TargetRegistry::new(certctl_targets::registry()),
        commands,
        allowed_paths: settings.allowed.as_ref().and_then(AllowList::paths).map(<[_]>::to_vec),
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
        facts: facts(),
    };
    let agent = Agent::new(parts, life.tasks()).map_err(explained)?;
    if once {
        let tasks = life.tasks().clone();
        let done = life.tasks().spawn("once", async move {
            let outcome = agent.run_once().await;
            tasks.draining().cancel();
            outcome
        });
        life.run_until_stopped(ShutdownSteps::default()).await?;
        return match done.await? {
            // As final as it is without `once`, and logged: a timer unit need not show a failure.
            Err(AgentError::Retired) => Ok(()),
            outcome => outcome.map_err(explained),
        };
    }
    agent.start();
    life.ready();
    life.run_until_stopped(ShutdownSteps::default()).await
}

/// Enrols this host.
pub(crate) async fn enroll(settings: Settings, order: Enroll) -> anyhow::Result<()> {
    let token = match (order.token.filter(|token| !token.expose().trim().is_empty()), order.token_file) {
        (Some(token), _) => token,
        (None, Some(path)) => read_secret(&path).map_err(Failure::configuration)?,
        (None, None) => {
            return Err(Failure::configuration(anyhow!("enrolment needs a token"))
                .with_hints(["Pass --token-file FILE, or set CERTCTL_ENROLLMENT_TOKEN; an administrator makes tokens with `certctl-server enroll-token`."])
                .into());
        }
    };
    let client = settings.client(None, None)?;
    let state = StateDir::open(&settings.state_dir, Some(&settings.key_dir)).map_err(explained)?;
    let order = EnrolmentOrder { token, name: settings.name, facts: facts(), force: order.force };
    let credential = enrol(&state, &client, order).await.map_err(explained)?;
    print(&format!(
        "enrolled as {}; the credential is in {}\n",
        credential.agent_id,
        state.credential_path().display()
    ))
}

/// Prints the settings once everything about them that can be checked alone has been.
pub(crate) fn check_config(settings: &Settings) -> anyhow::Result<()> {
    let enrolled = Credential::load(&settings.state_dir).map_err(explained)?;
    let known = enrolled.as_ref().map(|credential| credential.server.as_str());
    settings.client(known, settings.identity.as_ref().map(|(_id, key)| key.clone()))?;
    print(&settings.describe(enrolled.as_ref()))
}

/// Writes to standard output, which holds only what a person or script asked for.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("cannot write to standard output")
}

/// The error with its hint, and with the exit code that tells a service manager whether a restart
/// can help.
fn explained(error: AgentError) -> anyhow::Error {
    let exit = match &error {
        AgentError::Exposed { .. }
        | AgentError::ForeignOwner { .. }
        | AgentError::NotEnrolled { .. }
        | AgentError::AlreadyEnrolled { .. }
        | AgentError::Malformed { .. } => Exit::Configuration,
        _ => Exit::Runtime,
    };
    let hint = error.hint();
    Failure::new(exit, error).with_hints(hint).into()
}
