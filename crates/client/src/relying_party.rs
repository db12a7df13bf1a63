//! What relying parties read, without credentials: CRLs, CA certificates, OCSP answers.

use crate::call::Call;
use crate::{Client, ClientError};
use certctl_domain::id::IssuerId;
use reqwest::Method;

/// Longest CRL in bytes: about a million and a half entries.
const CRL_LIMIT: usize = 64 << 20;

/// `/.well-known/pki`.
#[derive(Debug, Clone, Copy)]
pub struct RelyingParty<'c>(pub(crate) &'c Client);

impl<'c> RelyingParty<'c> {
    fn call(self, method: Method, segments: &[&str]) -> Call<'c> {
        let below: Vec<&str> = [".well-known", "pki"].iter().chain(segments).copied().collect();
        self.0.absolute(method, &below)
    }

    /// The CRL of an issuer, DER; of one partition, if that is not 0.
    pub async fn crl(&self, issuer: &IssuerId, partition: u32, delta: bool) -> Result<Vec<u8>, ClientError> {
        let number = partition.to_string();
        let mut segments = vec!["crl", issuer.as_str()];
        if partition != 0 {
            segments.push(&number);
        }
        let mut call = self.call(Method::GET, &segments);
        if delta {
            call = call.query("delta", "true");
        }
        let mut pieces = call.stream().await?;
        let mut whole = Vec::new();
        while let Some(piece) = pieces.next().await? {
            whole.extend_from_slice(&piece);
            if whole.len() > CRL_LIMIT {
                let route = format!("GET /.well-known/pki/{}", segments.join("/"));
                return Err(ClientError::TooLarge { route, limit: CRL_LIMIT });
            }
        }
        Ok(whole)
    }

    /// The certificate of an issuer's CA, DER.
    pub async fn ca(&self, issuer: &IssuerId) -> Result<Vec<u8>, ClientError> {
        self.call(Method::GET, &["ca", &format!("{issuer}.cer")]).send_bytes().await
    }

    /// The answer to an OCSP request; both are DER.
    pub async fn ocsp(&self, issuer: &IssuerId, request: Vec<u8>) -> Result<Vec<u8>, ClientError> {
        let call = self.call(Method::POST, &["ocsp", issuer.as_str()]);
        call.bytes("application/ocsp-request", request).send_bytes().await
    }
}
