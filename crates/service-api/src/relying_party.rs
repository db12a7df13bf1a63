//! What relying parties ask for: CRLs, OCSP answers, CA certificates. Everybody may ask.

use crate::ServiceError;
use async_trait::async_trait;
use bytes::Bytes;
use certctl_domain::Timestamp;
use certctl_domain::id::IssuerId;
use std::time::Duration;

/// Why a relying party gets nothing.
#[derive(Debug, thiserror::Error)]
pub enum RelyingPartyError {
    /// There is no such issuer.
    #[error("there is no issuer {0}")]
    IssuerNotFound(IssuerId),
    /// The issuer is a remote CA, which publishes its own revocation information.
    #[error("issuer {0} is a remote CA, which publishes its own revocation information")]
    NotPublished(IssuerId),
    /// The issuer publishes no such CRL: a partition that does not exist, or a delta where none is made.
    #[error("issuer {0} publishes no such CRL")]
    NoSuchCrl(IssuerId),
    /// The use case failed.
    #[error(transparent)]
    Failed(#[from] ServiceError),
}

/// Which CRL of an issuer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct CrlPart {
    /// Partition, from 1; 0 is the undivided CRL.
    pub shard: u32,
    /// Whether only what changed since the last complete one is wanted.
    pub delta: bool,
}

/// A CRL as it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrlDocument {
    /// `CertificateList`, DER.
    pub der: Bytes,
    /// Number.
    pub number: i64,
    /// `thisUpdate`.
    pub this_update: Timestamp,
    /// `nextUpdate`.
    pub next_update: Timestamp,
    /// Lower-case hex SHA-256 of `der`.
    pub digest: String,
    /// How long it may be kept before somebody should look for a newer one.
    pub fresh_for: Duration,
}

/// How an OCSP question came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OcspQuestion<'a> {
    /// `OCSPRequest`, DER, as the body of a POST.
    Der(&'a [u8]),
    /// What stands behind the issuer in the path of a GET, percent-decoded: base64 of the same, or a
    /// serial number in hexadecimal.
    Path(&'a str),
}

/// What an OCSP client gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcspReply {
    /// `OCSPResponse`, DER.
    pub der: Bytes,
    /// How it may be kept; absent when it may not be.
    pub caching: Option<OcspCaching>,
    /// When to ask again; set when the responder cannot answer at the moment.
    pub retry_after: Option<Duration>,
}

/// How an OCSP answer may be kept (RFC 9919).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcspCaching {
    /// `thisUpdate`.
    pub this_update: Timestamp,
    /// `nextUpdate`.
    pub next_update: Timestamp,
    /// Lower-case hex SHA-256 of the response.
    pub digest: String,
    /// How long it may be kept.
    pub fresh_for: Duration,
}

/// Serves relying parties.
#[async_trait]
pub trait RelyingPartyService: Send + Sync {
    /// The newest CRL of the issuer's present CA.
    async fn crl(&self, issuer: &IssuerId, part: CrlPart) -> Result<CrlDocument, RelyingPartyError>;
    /// Answers an OCSP question. What is wrong with the question, and failures, are answers too.
    async fn ocsp(
        &self,
        issuer: &IssuerId,
        question: OcspQuestion<'_>,
    ) -> Result<OcspReply, RelyingPartyError>;
    /// The CA's certificate, then those above it up to the root, DER.
    async fn ca_certificates(&self, issuer: &IssuerId) -> Result<Vec<Bytes>, RelyingPartyError>;
}
