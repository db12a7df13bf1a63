//! Requests (RFC 6960 §4.1).

use super::{CaIdentity, CertId, CertIdForm, oid};
use crate::Serial;
use crate::raw::{Element, Walk, damaged, tag, value};

/// Most bytes of a request that are looked at.
pub const MAX_REQUEST_BYTES: usize = 64 * 1024;
/// Most certificates that one request may ask about.
pub const MAX_REQUESTS: usize = 64;
/// Most octets of a nonce (RFC 9654).
pub const MAX_NONCE_OCTETS: usize = 128;

/// Why a request is not answered. All of them are `malformedRequest` on the wire.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// More bytes than any request needs.
    #[error("the OCSP request has {size} bytes, at most {MAX_REQUEST_BYTES} are accepted")]
    TooLarge {
        /// Its size.
        size: usize,
    },
    /// Not DER of an `OCSPRequest`.
    #[error("malformed OCSP request")]
    Malformed(#[source] der::Error),
    /// A path of a GET request is neither base64 of a request nor a serial number.
    #[error("the path is neither an OCSP request in base64 nor a serial number")]
    UnreadablePath,
    /// It asks about no certificate.
    #[error("the OCSP request asks about no certificate")]
    Empty,
    /// It asks about too many certificates at once.
    #[error("the OCSP request asks about more than {MAX_REQUESTS} certificates")]
    TooMany,
    /// It demands an extension that nobody here understands.
    #[error("the OCSP request demands an extension that is not supported")]
    UnknownCriticalExtension,
    /// Its nonce has a length that RFC 9654 forbids, or there are two.
    #[error("the nonce of the OCSP request has {length} octets instead of 1 to {MAX_NONCE_OCTETS}")]
    NonceLength {
        /// Its length.
        length: usize,
    },
    /// It does not take the one kind of answer there is.
    #[error("the OCSP request does not accept basic responses")]
    BasicNotAcceptable,
}

impl RequestError {
    /// Whether the nonce is what is wrong.
    pub const fn is_about_the_nonce(&self) -> bool {
        matches!(self, Self::NonceLength { .. })
    }
}

impl From<der::Error> for RequestError {
    fn from(error: der::Error) -> Self {
        Self::Malformed(error)
    }
}

/// A question about one or more certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcspRequest {
    ids: Vec<CertId>,
    nonce: Option<Vec<u8>>,
    signed: bool,
}

impl OcspRequest {
    /// Reads DER of at most 64 KiB. A signature is accepted and not verified: answers are public.
    pub fn parse(der: &[u8]) -> Result<Self, RequestError> {
        if der.len() > MAX_REQUEST_BYTES {
            return Err(RequestError::TooLarge { size: der.len() });
        }
        let mut outer = Walk::inside(der, tag::SEQUENCE)?;
        let mut tbs = outer.expect(tag::SEQUENCE)?.walk();
        let signed = outer.step_if(tag::wrapped(0))?.is_some();
        outer.finish()?;
        if tbs.step_if(tag::wrapped(0))?.is_some_and(|version| version.content != [tag::INTEGER, 1, 0]) {
            return Err(damaged().into());
        }
        tbs.step_if(tag::wrapped(1))?;
        let list = tbs.expect(tag::SEQUENCE)?;
        let extensions = tbs.step_if(tag::wrapped(2))?;
        tbs.finish()?;
        let ids = requests(list.walk())?;
        let nonce = extensions.map(read_extensions).transpose()?.flatten();
        Ok(Self { ids, nonce, signed })
    }

    /// DER of a request about certificates of one CA.
    pub fn build(ca: &CaIdentity, serials: &[Serial], form: CertIdForm, nonce: Option<&[u8]>) -> Vec<u8> {
        let requests: Vec<u8> = serials
            .iter()
            .flat_map(|serial| value(tag::SEQUENCE, &[ca.cert_id(serial, form).der()]))
            .collect();
        let list = value(tag::SEQUENCE, &[&requests]);
        let extensions = nonce.map(|nonce| {
            let list = value(tag::SEQUENCE, &[&nonce_extension(nonce)]);
            value(tag::wrapped(2), &[&list])
        });
        let tbs = value(tag::SEQUENCE, &[&list, &extensions.unwrap_or_default()]);
        value(tag::SEQUENCE, &[&tbs])
    }

    /// The certificates it asks about, at least one.
    pub fn ids(&self) -> &[CertId] {
        &self.ids
    }

    /// What the response has to repeat, 1 to 128 octets.
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }

    /// Whether it carries a signature.
    pub const fn is_signed(&self) -> bool {
        self.signed
    }
}

/// The extension with a nonce, for requests and responses.
pub(super) fn nonce_extension(nonce: &[u8]) -> Vec<u8> {
    let inner = value(tag::OCTET_STRING, &[nonce]);
    value(tag::SEQUENCE, &[oid::NONCE, &value(tag::OCTET_STRING, &[&inner])])
}

fn requests(mut list: Walk<'_>) -> Result<Vec<CertId>, RequestError> {
    let mut ids = Vec::new();
    while !list.is_finished() {
        if ids.len() == MAX_REQUESTS {
            return Err(RequestError::TooMany);
        }
        let mut request = list.expect(tag::SEQUENCE)?.walk();
        ids.push(CertId::read(request.expect(tag::SEQUENCE)?)?);
        if let Some(extensions) = request.step_if(tag::wrapped(0))? {
            for extension in Extension::list(extensions)? {
                if extension.critical && extension.oid != oid::SERVICE_LOCATOR {
                    return Err(RequestError::UnknownCriticalExtension);
                }
            }
        }
        request.finish()?;
    }
    if ids.is_empty() { Err(RequestError::Empty) } else { Ok(ids) }
}

/// Reads the extensions of the whole request; gives the nonce.
fn read_extensions(extensions: Element<'_>) -> Result<Option<Vec<u8>>, RequestError> {
    let mut nonce: Option<Vec<u8>> = None;
    for extension in Extension::list(extensions)? {
        match extension.oid {
            oid::NONCE => {
                let mut value = Walk::new(extension.value);
                let octets = value.expect(tag::OCTET_STRING)?.content;
                value.finish()?;
                let length = octets.len();
                if length == 0 || length > MAX_NONCE_OCTETS || nonce.is_some() {
                    return Err(RequestError::NonceLength { length });
                }
                nonce = Some(octets.to_vec());
            }
            oid::ACCEPTABLE_RESPONSES => {
                let mut kinds = Walk::inside(extension.value, tag::SEQUENCE)?;
                let mut basic = false;
                while !kinds.is_finished() {
                    basic |= kinds.expect(tag::OBJECT_IDENTIFIER)?.whole == oid::BASIC;
                }
                if !basic {
                    return Err(RequestError::BasicNotAcceptable);
                }
            }
            // A wish that may be left unfulfilled (RFC 6960 §4.4.7).
            oid::PREFERRED_ALGORITHMS => {}
            _ if extension.critical => return Err(RequestError::UnknownCriticalExtension),
            _ => {}
        }
    }
    Ok(nonce)
}

/// One extension of a request or response.
pub(super) struct Extension<'a> {
    pub(super) oid: &'a [u8],
    pub(super) critical: bool,
    pub(super) value: &'a [u8],
}

impl<'a> Extension<'a> {
    /// The extensions inside an explicit tag.
    pub(super) fn list(wrapped: Element<'a>) -> der::Result<Vec<Self>> {
        let mut walk = Walk::inside(wrapped.content, tag::SEQUENCE)?;
        let mut found = Vec::new();
        while !walk.is_finished() {
            let mut extension = walk.expect(tag::SEQUENCE)?.walk();
            let oid = extension.expect(tag::OBJECT_IDENTIFIER)?.whole;
            let critical = extension.step_if(tag::BOOLEAN)?.is_some_and(|critical| critical.content != [0]);
            let value = extension.expect(tag::OCTET_STRING)?.content;
            extension.finish()?;
            found.push(Self { oid, critical, value });
        }
        Ok(found)
    }
}
