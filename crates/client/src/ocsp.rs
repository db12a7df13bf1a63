//! OCSP responders.

use crate::{Client, ClientError};
use certctl_api_types::ocsp::OcspResponders;

/// `/admin/ocsp`.
#[derive(Debug, Clone, Copy)]
pub struct Ocsp<'c>(pub(crate) &'c Client);

impl Ocsp<'_> {
    /// The responders of all issuers, for administrators.
    pub async fn responders(&self) -> Result<OcspResponders, ClientError> {
        self.0.get(&["admin", "ocsp", "responders"]).send().await
    }
}
