//! The way back after a failure, and after a crash.

use super::failure::{Culprit, Keys, from_store};
use super::session::Session;
use super::{FileTarget, Verify};
use crate::error::chain;
use crate::probe::wait_until_served;
use certctl_connector_api::ConnectorError;
use certctl_connector_api::target::{DeployFailure, Rollback, Stage};

impl FileTarget {
    /// Undoes the exchange after `error` at `stage`. `before` is the leaf that was served before
    /// the deployment.
    pub(super) async fn go_back(
        &self,
        session: &mut Session,
        stage: Stage,
        error: ConnectorError,
        before: Option<&str>,
    ) -> DeployFailure {
        let had_files = session.state.in_flight.as_ref().is_some_and(|plan| plan.previous.is_some());
        let rollback = match session.undo() {
            Err(undo) => {
                Rollback::AlsoFailed(chain(&from_store("the previous files could not be put back", undo)))
            }
            Ok(()) if matches!(stage, Stage::Reload | Stage::Verify) => {
                match self.restore_daemon(session, stage, had_files, before).await {
                    Ok(()) => Rollback::Restored,
                    Err(error) => Rollback::AlsoFailed(format!(
                        "the previous files are in place, but the target does not use them again: {}",
                        error.chain()
                    )),
                }
            }
            Ok(()) => Rollback::Restored,
        };
        DeployFailure { stage, error, rollback }
    }

    async fn restore_daemon(
        &self,
        session: &mut Session,
        stage: Stage,
        had_files: bool,
        before: Option<&str>,
    ) -> Result<(), ConnectorError> {
        if had_files {
            self.reload(session, Culprit::FilesInPlace).await?;
        } else if stage == Stage::Verify && self.settings.validate.is_some() && self.accepted().await {
            // Without files there is nothing to run as before; a target that accepts their
            // absence is told so, another one keeps what it has in memory.
            self.reload(session, Culprit::FilesInPlace).await?;
        }
        session.reload_due(false).map_err(|error| from_store("the rollback could not be recorded", error))?;
        match (stage, before, &self.settings.verify) {
            (Stage::Verify, Some(before), Some(Verify { endpoint, timeout })) => {
                let seen = wait_until_served(endpoint, before, *timeout).await;
                seen.map(drop).map_err(|error| Culprit::FilesInPlace.not_served(endpoint, error))
            }
            _ => Ok(()),
        }
    }

    /// Undoes what a killed process left half done. When the target may have loaded files that are
    /// not in place any more, it is reloaded. A reload that fails stays due: the deployment that
    /// follows may bring the very files that the target needs.
    pub async fn recover(&self) -> Result<(), ConnectorError> {
        let failed = |error| from_store("an interrupted deployment could not be undone", error);
        let mut session = self.begin().await.map_err(failed)?;
        if !session.state.reload_due {
            return Ok(());
        }
        let found = session.find().map_err(failed)?;
        session.keys = Keys::of(None, &session.places, &found);
        let present = found.iter().any(Option::is_some);
        if (present || (self.settings.validate.is_some() && self.accepted().await))
            && let Err(error) = self.reload(&session, Culprit::FilesInPlace).await
        {
            tracing::warn!(target.id = %self.id, error = error.chain(), "the target was not reloaded after an interrupted deployment");
            return Ok(());
        }
        session.reload_due(false).map_err(failed)
    }

    async fn accepted(&self) -> bool {
        match &self.settings.validate {
            None => true,
            Some(command) => self.run(command).await.is_ok(),
        }
    }
}
