//! The digest.

use crate::{Client, ClientError};
use certctl_api_types::digest::DigestSent;

/// `/digest`.
#[derive(Debug, Clone, Copy)]
pub struct Digest<'c>(pub(crate) &'c Client);

impl Digest<'_> {
    /// The digest of everything as it would be sent now: an HTML document.
    pub async fn preview(&self) -> Result<String, ClientError> {
        self.0.get(&["digest", "preview"]).send_text().await
    }

    /// Sends it to everybody who gets the regular one.
    pub async fn send(&self) -> Result<DigestSent, ClientError> {
        self.0.post(&["digest", "send"]).send().await
    }
}
