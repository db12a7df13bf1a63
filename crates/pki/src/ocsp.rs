//! OCSP (RFC 6960, with the nonces of RFC 9654): requests read, responses built and read.
//!
//! A responder reads an [`OcspRequest`], compares each [`CertId`] with the [`CaIdentity`] of its
//! CAs, and signs a [`ResponseTemplate`]; what it cannot answer it answers with
//! [`error_response`]. A relying party builds a request and reads an [`OcspResponse`].

mod cert_id;
mod get;
mod parsed;
mod request;
mod response;

pub use cert_id::{CaIdentity, CertId, CertIdForm, CertIdHash};
pub use get::{GetRequest, MAX_GET_CHARACTERS, decode_get_path};
pub use parsed::{OcspResponse, ResponseStatus};
pub use request::{MAX_NONCE_OCTETS, MAX_REQUEST_BYTES, MAX_REQUESTS, OcspRequest, RequestError};
pub use response::{OcspStatus, Responder, ResponseTemplate, ResponseToBeSigned, SingleAnswer};

/// Object identifiers as they are encoded, with tag and length.
mod oid {
    pub(super) const BASIC: &[u8] = b"\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x01";
    pub(super) const NONCE: &[u8] = b"\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x02";
    pub(super) const ACCEPTABLE_RESPONSES: &[u8] = b"\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x04";
    pub(super) const ARCHIVE_CUTOFF: &[u8] = b"\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x06";
    pub(super) const SERVICE_LOCATOR: &[u8] = b"\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x07";
    pub(super) const PREFERRED_ALGORITHMS: &[u8] = b"\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x08";
    pub(super) const EXTENDED_REVOKE: &[u8] = b"\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x09";
}

/// What a responder says instead of an answer (`OCSPResponseStatus`, RFC 6960 §4.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OcspError {
    /// The request is not what the standard describes.
    MalformedRequest,
    /// The responder failed.
    InternalError,
    /// The responder is overloaded or limits the client.
    TryLater,
    /// The request has to be signed.
    SigRequired,
    /// The responder does not answer for this CA, or not for this client.
    Unauthorized,
}

impl OcspError {
    /// Number on the wire.
    pub const fn code(self) -> u8 {
        match self {
            Self::MalformedRequest => 1,
            Self::InternalError => 2,
            Self::TryLater => 3,
            Self::SigRequired => 5,
            Self::Unauthorized => 6,
        }
    }

    /// Name as the RFC writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MalformedRequest => "malformedRequest",
            Self::InternalError => "internalError",
            Self::TryLater => "tryLater",
            Self::SigRequired => "sigRequired",
            Self::Unauthorized => "unauthorized",
        }
    }

    const ALL: [Self; 5] =
        [Self::MalformedRequest, Self::InternalError, Self::TryLater, Self::SigRequired, Self::Unauthorized];
}

/// DER of a response that has no answers. It is not signed.
pub const fn error_response(error: OcspError) -> &'static [u8] {
    match error {
        OcspError::MalformedRequest => &[0x30, 3, 0x0a, 1, 1],
        OcspError::InternalError => &[0x30, 3, 0x0a, 1, 2],
        OcspError::TryLater => &[0x30, 3, 0x0a, 1, 3],
        OcspError::SigRequired => &[0x30, 3, 0x0a, 1, 5],
        OcspError::Unauthorized => &[0x30, 3, 0x0a, 1, 6],
    }
}
