//! CRLs.

use crate::{Client, ClientError, ListQuery};
use certctl_api_types::Page;
use certctl_api_types::crl::{CrlCache, IssuerCrls};
use certctl_api_types::revocation::Revocation;
use certctl_domain::id::IssuerId;

/// `/crl`.
#[derive(Debug, Clone, Copy)]
pub struct Crls<'c>(pub(crate) &'c Client);

impl Crls<'_> {
    /// One page of issuers with their CRLs.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<IssuerCrls>, ClientError> {
        self.0.get(&["crl"]).list(query).send().await
    }

    /// The CRLs of one issuer.
    pub async fn get(&self, issuer: &IssuerId) -> Result<IssuerCrls, ClientError> {
        self.0.get(&["crl", issuer.as_str()]).send().await
    }

    /// One page of the entries of an issuer's CRL.
    pub async fn entries(
        &self,
        issuer: &IssuerId,
        query: &ListQuery,
    ) -> Result<Page<Revocation>, ClientError> {
        self.0.get(&["crl", issuer.as_str(), "entries"]).list(query).send().await
    }

    /// How CRLs are made, for administrators.
    pub async fn cache(&self) -> Result<CrlCache, ClientError> {
        self.0.get(&["admin", "crl", "cache"]).send().await
    }
}
