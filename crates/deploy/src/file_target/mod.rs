//! The deployment sequence of targets that read files.
//!
//! Recover, check the pair, write the new generation, journal, flip, validate, reload, verify,
//! record. A failure after the flip goes the same way back. File operations are few, small and
//! done in place: an agent has no latency to protect.

mod check;
mod failure;
mod rollback;
mod session;

use crate::destination::{Destination, Found, Place};
use crate::disk::Disk;
use crate::journal::{InFlight, KnownGood};
use crate::pair::{self, PairError};
use crate::probe::{Endpoint, probe, wait_until_served};
use certctl_connector_api::command::Argv;
use certctl_connector_api::target::{
    DeployFailure, Deployed, Deployment, Rollback, Stage, TargetEnv, Verification,
};
use certctl_connector_api::{ConnectorError, ErrorKind};
use certctl_crypto::SecretBytes;
use certctl_domain::id::TargetId;
use failure::{Culprit, Keys, from_store};
use session::Session;
use std::time::Duration;

/// Longest look at an endpoint whose answer only informs.
const GLANCE: Duration = Duration::from_secs(5);

/// What a target of files needs to know about itself.
#[derive(Debug, Clone)]
pub struct FileTargetSettings {
    /// Files; the store lies beside the first one.
    pub destinations: Vec<Destination>,
    /// Checks the target's configuration together with the new files. It must change nothing.
    pub validate: Option<Argv>,
    /// Makes the target read its files again.
    pub reload: Argv,
    /// Time for each command.
    pub command_timeout: Duration,
    /// Where to look afterwards.
    pub verify: Option<Verify>,
    /// Older generations to keep.
    pub retention: usize,
}

/// Where and how long to look for the new certificate.
#[derive(Debug, Clone)]
pub struct Verify {
    /// Endpoint.
    pub endpoint: Endpoint,
    /// Time until the new leaf must be served.
    pub timeout: Duration,
}

/// A target made of files and a program that reads them.
#[derive(Debug)]
pub struct FileTarget {
    id: TargetId,
    settings: FileTargetSettings,
    env: TargetEnv,
    disk: Disk,
}

impl FileTarget {
    /// The target `id`.
    pub const fn new(id: TargetId, settings: FileTargetSettings, env: TargetEnv, disk: Disk) -> Self {
        Self { id, settings, env, disk }
    }

    /// Deploys `contents`: destination name and bytes. A destination without an entry will not
    /// exist afterwards. What is in place and in use already is left alone.
    pub async fn deploy(
        &self,
        plan: &Deployment,
        contents: &[(&'static str, SecretBytes)],
    ) -> Result<Deployed, DeployFailure> {
        let prepare = |error| failed(Stage::Prepare, error);
        pair::check(plan, self.env.clock.now()).map_err(|error| prepare(unfit(plan, error)))?;
        self.permitted("nothing was changed").map_err(prepare)?;
        let mut session =
            self.begin().await.map_err(|error| prepare(from_store("nothing was changed", error)))?;
        let found = session.find().map_err(|error| prepare(from_store("nothing was changed", error)))?;
        session.keys = Keys::of(Some(plan), &session.places, &found);
        if in_place(&session.places, &found, contents) {
            return self.reuse(&mut session, plan).await;
        }
        self.exchange(&mut session, plan, &found, contents).await
    }

    /// The files are the wanted ones: makes sure that they are in use, without writing.
    async fn reuse(&self, session: &mut Session, plan: &Deployment) -> Result<Deployed, DeployFailure> {
        let wanted = plan.fingerprint_sha256.as_str();
        let known = session.state.deployed.as_ref().is_some_and(|known| known.fingerprint_sha256 == wanted);
        if known
            && !session.state.reload_due
            && self.glance().await.is_none_or(|seen| seen.as_deref() == Some(wanted))
        {
            self.record(session, plan).map_err(|error| failed(Stage::Verify, error))?;
            return Ok(Deployed { idempotent: true, verification: self.verification(wanted) });
        }
        self.validate(session, Culprit::FilesInPlace)
            .await
            .map_err(|error| failed(Stage::Validate, error))?;
        session
            .reload_due(true)
            .map_err(|error| failed(Stage::Reload, from_store("nothing was changed", error)))?;
        self.reload(session, Culprit::FilesInPlace).await.map_err(|error| failed(Stage::Reload, error))?;
        self.verify(wanted, Culprit::FilesInPlace).await.map_err(|error| failed(Stage::Verify, error))?;
        self.record(session, plan).map_err(|error| failed(Stage::Verify, error))?;
        Ok(Deployed { idempotent: false, verification: self.verification(wanted) })
    }

    async fn exchange(
        &self,
        session: &mut Session,
        plan: &Deployment,
        found: &[Option<Found>],
        contents: &[(&'static str, SecretBytes)],
    ) -> Result<Deployed, DeployFailure> {
        let before = self.glance().await.flatten();
        let prepared = match session.store.prepare(&session.places, found, contents) {
            Ok(prepared) => prepared,
            Err(error) => {
                session.sweep_or_warn(&self.id);
                return Err(failed(Stage::Prepare, from_store("nothing was changed", error)));
            }
        };
        session.state.in_flight = Some(InFlight {
            store: session.store.root().to_owned(),
            links: session.store.links().to_vec(),
            previous: prepared.previous,
            new: prepared.new,
        });
        let flipped = (session.store.expose(&prepared))
            .and_then(|()| session.save())
            .and_then(|()| session.store.flip(prepared.new));
        if let Err(error) = flipped {
            let error = from_store("the new files could not be put in place", error);
            return Err(self.go_back(session, Stage::Swap, error, None).await);
        }
        if let Err(error) = self.validate(session, Culprit::NewFiles).await {
            return Err(self.go_back(session, Stage::Validate, error, None).await);
        }
        let reloaded = match session.reload_due(true) {
            Ok(()) => self.reload(session, Culprit::NewFiles).await,
            Err(error) => Err(from_store("the reload could not be recorded", error)),
        };
        if let Err(error) = reloaded {
            return Err(self.go_back(session, Stage::Reload, error, None).await);
        }
        if let Err(error) = self.verify(&plan.fingerprint_sha256, Culprit::NewFiles).await {
            return Err(self.go_back(session, Stage::Verify, error, before.as_deref()).await);
        }
        if let Err(error) = self.record(session, plan) {
            return Err(self.go_back(session, Stage::Verify, error, before.as_deref()).await);
        }
        if let Err(error) = session.store.prune(self.settings.retention) {
            let error = crate::error::chain(&error);
            tracing::warn!(target.id = %self.id, error, "old generations could not be removed; the next deployment tries again");
        }
        Ok(Deployed { idempotent: false, verification: self.verification(&plan.fingerprint_sha256) })
    }

    async fn validate(&self, session: &Session, culprit: Culprit) -> Result<(), ConnectorError> {
        match &self.settings.validate {
            None => Ok(()),
            Some(command) => {
                self.run(command).await.map_err(|ended| culprit.refused(command, &ended, &session.keys))
            }
        }
    }

    async fn reload(&self, session: &Session, culprit: Culprit) -> Result<(), ConnectorError> {
        let command = &self.settings.reload;
        self.run(command).await.map_err(|ended| culprit.not_reloaded(command, &ended, &session.keys))
    }

    async fn verify(&self, fingerprint: &str, culprit: Culprit) -> Result<(), ConnectorError> {
        match &self.settings.verify {
            None => Ok(()),
            Some(Verify { endpoint, timeout }) => {
                match wait_until_served(endpoint, fingerprint, *timeout).await {
                    Ok(_) => Ok(()),
                    Err(error) => Err(culprit.not_served(endpoint, error)),
                }
            }
        }
    }

    /// Whether the host lets all commands of the target run; `consequence` is told when not.
    fn permitted(&self, consequence: &str) -> Result<(), ConnectorError> {
        let mut commands = self.settings.validate.iter().chain([&self.settings.reload]);
        let refused = |error| ConnectorError::permanent(ErrorKind::Validation, consequence).caused_by(error);
        commands.try_for_each(|command| self.env.commands.permits(command)).map_err(refused)
    }

    async fn run(&self, command: &Argv) -> Result<(), failure::Ended> {
        match self.env.commands.run(command, self.settings.command_timeout).await {
            Ok(output) if output.succeeded() => Ok(()),
            Ok(output) => Err(failure::Ended::Output(output)),
            Err(error) => Err(failure::Ended::Error(error)),
        }
    }

    /// What the endpoint serves at this moment: outer none without an endpoint, inner none when
    /// it does not answer.
    async fn glance(&self) -> Option<Option<String>> {
        let verify = self.settings.verify.as_ref()?;
        let seen = probe(&verify.endpoint, verify.timeout.min(GLANCE)).await;
        Some(seen.ok().map(|served| served.fingerprint_sha256))
    }

    fn record(&self, session: &mut Session, plan: &Deployment) -> Result<(), ConnectorError> {
        let now = self.env.clock.now();
        let finished = crate::journal::TargetState {
            in_flight: None,
            reload_due: false,
            deployed: Some(KnownGood {
                fingerprint_sha256: plan.fingerprint_sha256.clone(),
                deployed_at: now,
                verified_at: self.settings.verify.as_ref().map(|_| now),
            }),
        };
        session
            .replace_state(finished)
            .map_err(|error| from_store("the deployment could not be recorded", error))
    }

    fn verification(&self, fingerprint: &str) -> Verification {
        match &self.settings.verify {
            None => Verification::Skipped,
            Some(verify) => Verification::Served {
                endpoint: verify.endpoint.to_string(),
                fingerprint_sha256: fingerprint.to_owned(),
            },
        }
    }
}

fn in_place(places: &[Place], found: &[Option<Found>], contents: &[(&'static str, SecretBytes)]) -> bool {
    places.iter().zip(found).all(|(place, found)| {
        let wanted = contents.iter().find(|(name, _)| *name == place.destination.name);
        match (found, wanted) {
            (Some(found), Some((_, content))) => found.content == *content && place.access_fits(found),
            (None, None) => true,
            _ => false,
        }
    })
}

fn unfit(plan: &Deployment, error: PairError) -> ConnectorError {
    let version = &plan.version_id;
    if error.passes() {
        let message =
            format!("version {version} is not valid yet by the clock of this host; see that it is right");
        ConnectorError::transient(ErrorKind::Validation, message).caused_by(error)
    } else {
        let message = format!("version {version} was not deployed; reissue the certificate");
        ConnectorError::permanent(ErrorKind::Validation, message).caused_by(error)
    }
}

const fn failed(stage: Stage, error: ConnectorError) -> DeployFailure {
    DeployFailure { stage, error, rollback: Rollback::NotNeeded }
}
