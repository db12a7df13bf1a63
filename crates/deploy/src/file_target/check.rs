//! Looking at a target without changing it.

use super::failure::{Culprit, Keys, from_store};
use super::{FileTarget, Verify};
use crate::Error;
use crate::destination::{Found, Place};
use crate::error::at;
use crate::probe::probe;
use crate::store::is_store_link;
use certctl_connector_api::ConnectorError;
use nix::unistd::{AccessFlags, access};

impl FileTarget {
    /// Checks paths, accounts, the validate command and the endpoint; changes nothing.
    pub async fn dry_run(&self) -> Result<String, ConnectorError> {
        let failed = |error| from_store("the target cannot be deployed to", error);
        self.permitted("the target cannot be deployed to")?;
        let (_, places) = self.locate().map_err(failed)?;
        let mut report = Vec::new();
        let found = places.iter().map(Place::find).collect::<Result<Vec<_>, _>>().map_err(failed)?;
        for (place, found) in places.iter().zip(&found) {
            writable(place).map_err(failed)?;
            let outlook = match found {
                None => "will be created",
                Some(_) if is_store_link(&place.path) => "is managed",
                Some(_) => "exists and will be taken over",
            };
            report.push(format!("{} {outlook}", place.path.display()));
        }
        report.push(self.check_command(&places, &found).await?);
        if let Some(Verify { endpoint, .. }) = &self.settings.verify {
            report.push(match probe(endpoint, super::GLANCE).await {
                Ok(served) => {
                    format!("{endpoint} serves {} ({})", served.fingerprint_sha256, served.tls_version)
                }
                Err(error) => format!("nothing is served yet: {}", crate::error::chain(&error)),
            });
        }
        Ok(report.join("; "))
    }

    async fn check_command(
        &self,
        places: &[Place],
        found: &[Option<Found>],
    ) -> Result<String, ConnectorError> {
        match &self.settings.validate {
            None => Ok("no validate command is configured, so only the reload shows mistakes".to_owned()),
            Some(command) if found.iter().any(Option::is_none) => {
                Ok(format!("`{command}` was not run, because files it may need do not exist yet"))
            }
            Some(command) => match self.run(command).await {
                Ok(()) => Ok(format!("`{command}` accepts the files in place")),
                Err(ended) => {
                    let keys = Keys::of(None, places, found);
                    Err(Culprit::FilesInPlace.refused(command, &ended, &keys))
                }
            },
        }
    }
}

fn writable(place: &Place) -> Result<(), Error> {
    let directory = place.path.parent().unwrap_or(&place.path);
    let allowed = access(directory, AccessFlags::W_OK | AccessFlags::X_OK);
    at("write to", directory, allowed.map_err(Into::into))
}
