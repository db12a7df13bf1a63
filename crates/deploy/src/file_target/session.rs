//! A target under lock, with its state, after leftovers were dealt with.

use super::FileTarget;
use super::failure::Keys;
use crate::destination::{Found, Place};
use crate::journal::{Journal, TargetState};
use crate::lock::DirectoryLock;
use crate::store::Store;
use crate::{Error, error::chain};
use certctl_domain::id::TargetId;
use std::time::Duration;

/// Longer than a whole deployment by another process usually takes.
const LOCK_LIMIT: Duration = Duration::from_mins(2);

#[derive(Debug)]
pub(super) struct Session {
    pub(super) store: Store,
    pub(super) places: Vec<Place>,
    pub(super) state: TargetState,
    /// What commands must not be quoted with.
    pub(super) keys: Keys,
    journal: Journal,
    _lock: DirectoryLock,
}

impl FileTarget {
    /// Undoes what a killed process left half done, then locks the target.
    pub(super) async fn begin(&self) -> Result<Session, Error> {
        loop {
            self.undo_interrupted().await?;
            let directory = self.locate()?.0.directory().to_owned();
            let lock = DirectoryLock::acquire(&directory, LOCK_LIMIT).await?;
            let (store, places) = self.locate()?;
            let journal = self.journal();
            let state = journal.load()?;
            // While waiting, another process may have changed links or died in the middle.
            if store.directory() == directory && state.in_flight.is_none() {
                store.sweep()?;
                let keys = Keys::default();
                return Ok(Session { store, places, state, keys, journal, _lock: lock });
            }
        }
    }

    async fn undo_interrupted(&self) -> Result<(), Error> {
        let journal = self.journal();
        let Some(noted) = journal.load()?.in_flight else { return Ok(()) };
        let store = Store::recorded(&self.disk, noted.store, noted.links);
        let _lock = if store.directory().exists() {
            Some(DirectoryLock::acquire(store.directory(), LOCK_LIMIT).await?)
        } else {
            None
        };
        // Only under the lock is it certain that the process that noted it is gone.
        let mut state = journal.load()?;
        if let Some(plan) = state.in_flight.take() {
            match Store::recorded(&self.disk, plan.store, plan.links).undo(plan.previous, plan.new) {
                // Somebody removed the previous files; the new ones are a complete pair as well.
                Err(error @ Error::GenerationMissing { .. }) => {
                    tracing::warn!(target.id = %self.id, error = chain(&error), "an interrupted deployment stays in place");
                }
                other => other?,
            }
            journal.save(&state)?;
            tracing::warn!(target.id = %self.id, "an interrupted deployment was dealt with; the files are complete");
        }
        Ok(())
    }

    /// Store and real destinations as the configuration means them now.
    pub(super) fn locate(&self) -> Result<(Store, Vec<Place>), Error> {
        let allowed = self.env.allowed_paths.as_deref();
        let resolve = |destination| Place::resolve(destination, allowed);
        let places = self.settings.destinations.iter().map(resolve).collect::<Result<Vec<_>, _>>()?;
        Ok((Store::of(&self.disk, &places)?, places))
    }

    fn journal(&self) -> Journal {
        Journal::of(&self.disk, &self.env.state_dir, &self.id)
    }
}

impl Session {
    /// What readers of the destinations see, in their order.
    pub(super) fn find(&self) -> Result<Vec<Option<Found>>, Error> {
        self.places.iter().map(Place::find).collect()
    }

    pub(super) fn save(&self) -> Result<(), Error> {
        self.journal.save(&self.state)
    }

    pub(super) fn replace_state(&mut self, state: TargetState) -> Result<(), Error> {
        self.journal.save(&state)?;
        self.state = state;
        Ok(())
    }

    pub(super) fn reload_due(&mut self, due: bool) -> Result<(), Error> {
        self.state.reload_due = due;
        self.save()
    }

    /// Puts the previous files back and forgets the attempt.
    pub(super) fn undo(&mut self) -> Result<(), Error> {
        if let Some(plan) = &self.state.in_flight {
            self.store.undo(plan.previous, plan.new)?;
        }
        self.state.in_flight = None;
        self.save()
    }

    /// Leftovers are harmless and are removed by the next attempt at the latest.
    pub(super) fn sweep_or_warn(&self, id: &TargetId) {
        if let Err(error) = self.store.sweep() {
            tracing::warn!(target.id = %id, error = chain(&error), "leftovers of the attempt could not be removed");
        }
    }
}
