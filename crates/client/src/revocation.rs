//! Revocations.

use crate::{Client, ClientError, ListQuery};
use certctl_api_types::Page;
use certctl_api_types::revocation::{Revocation, RevocationRequest, RevokeResult};

/// `/revocations`.
#[derive(Debug, Clone, Copy)]
pub struct Revocations<'c>(pub(crate) &'c Client);

impl Revocations<'_> {
    /// One page of them, of all certificates.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<Revocation>, ClientError> {
        self.0.get(&["revocations"]).list(query).send().await
    }

    /// Revokes what certctl has issued, whether it is in the inventory or not.
    pub async fn create(&self, request: &RevocationRequest) -> Result<RevokeResult, ClientError> {
        self.0.post(&["revocations"]).json(request).send().await
    }
}
