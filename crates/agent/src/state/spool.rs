//! Final reports that the server has not acknowledged, one file per job.

use crate::{AgentError, files};
use certctl_api_types::work::JobReport;
use certctl_domain::id::JobId;
use std::path::PathBuf;

/// The directory of unsent reports. A later attempt at a job replaces the report of an earlier one.
#[derive(Debug, Clone)]
pub struct Spool(PathBuf);

impl Spool {
    pub(super) fn open(root: PathBuf) -> Result<Self, AgentError> {
        files::private_directory(&root)?;
        Ok(Self(root))
    }

    fn path(&self, job: &JobId) -> PathBuf {
        self.0.join(format!("{job}.json"))
    }

    /// Keeps a report until [`Self::remove`].
    pub fn put(&self, job: &JobId, report: &JobReport) -> Result<(), AgentError> {
        let path = self.path(job);
        let content = serde_json::to_vec(report)
            .map_err(|source| AgentError::Malformed { path: path.clone(), source })?;
        files::write(&path, &content)
    }

    /// Forgets the report of a job.
    pub fn remove(&self, job: &JobId) -> Result<(), AgentError> {
        files::remove(&self.path(job))
    }

    /// Every report that waits, by job. A file that cannot be read is removed with a warning:
    /// nothing could ever be done with it.
    pub fn waiting(&self) -> Result<Vec<(JobId, JobReport)>, AgentError> {
        let mut waiting = Vec::new();
        for name in files::names(&self.0)? {
            let Some(job) = name.strip_suffix(".json").and_then(|stem| JobId::parse(stem).ok()) else {
                continue;
            };
            let path = self.path(&job);
            let Some(content) = files::read(&path)? else { continue };
            match serde_json::from_slice(&content) {
                Ok(report) => waiting.push((job, report)),
                Err(error) => {
                    tracing::warn!(
                        job.id = %job, error = &error as &dyn std::error::Error,
                        "the unsent report of {job} is damaged and was dropped"
                    );
                    files::remove(&path)?;
                }
            }
        }
        waiting.sort_by(|left, right| left.0.cmp(&right.0));
        Ok(waiting)
    }
}
