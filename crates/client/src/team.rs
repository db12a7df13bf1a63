//! Teams.

use crate::{Client, ClientError, ETag, ListQuery, Tagged};
use certctl_api_types::team::{Team, TeamRequest};
use certctl_api_types::{MergePatch, Page};
use certctl_domain::id::TeamId;

/// `/teams`.
#[derive(Debug, Clone, Copy)]
pub struct Teams<'c>(pub(crate) &'c Client);

impl Teams<'_> {
    /// One page of the teams.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<Team>, ClientError> {
        self.0.get(&["teams"]).list(query).send().await
    }

    /// One team.
    pub async fn get(&self, id: &TeamId) -> Result<Team, ClientError> {
        self.0.get(&["teams", id.as_str()]).send().await
    }

    /// One team with the tag that guards changes of it.
    pub async fn get_tagged(&self, id: &TeamId) -> Result<Tagged<Team>, ClientError> {
        self.0.get(&["teams", id.as_str()]).send_tagged().await
    }

    /// Adds a team.
    pub async fn create(&self, request: &TeamRequest) -> Result<Team, ClientError> {
        self.0.post(&["teams"]).json(request).send().await
    }

    /// Replaces everything that can be set; with `tag`, only if nobody changed it meanwhile.
    pub async fn replace(
        &self,
        id: &TeamId,
        request: &TeamRequest,
        tag: Option<&ETag>,
    ) -> Result<Tagged<Team>, ClientError> {
        self.0.put(&["teams", id.as_str()]).if_match(tag).json(request).send_tagged().await
    }

    /// Changes the fields that `patch` names; with `tag`, only if nobody changed it meanwhile.
    pub async fn patch(
        &self,
        id: &TeamId,
        patch: &MergePatch,
        tag: Option<&ETag>,
    ) -> Result<Tagged<Team>, ClientError> {
        self.0.patch(&["teams", id.as_str()]).if_match(tag).merge_patch(patch).send_tagged().await
    }

    /// Removes a team that nothing refers to.
    pub async fn delete(&self, id: &TeamId) -> Result<(), ClientError> {
        self.0.delete(&["teams", id.as_str()]).send_unit().await
    }
}
