//! Responses as a relying party reads them.

use super::cert_id::sha1_of_key;
use super::request::Extension;
use super::{CertId, OcspError, OcspStatus, SingleAnswer, oid};
use crate::asn1::timestamp;
use crate::csr::unsupported_algorithm;
use crate::raw::{Element, Walk, damaged, tag};
use crate::{Certificate, Error};
use certctl_crypto::SignatureAlgorithm;
use certctl_domain::Timestamp;
use certctl_domain::revocation::RevocationReason;
use const_oid::db::rfc5280::ID_KP_OCSP_SIGNING;
use der::asn1::GeneralizedTime;
use der::{Any, Decode};
use x509_cert::time::Time;

/// Most bytes of a response that are looked at.
const MAX_RESPONSE_BYTES: usize = 256 * 1024;

/// How a response begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseStatus {
    /// There are answers.
    Successful,
    /// There are none, for a reason that the standard knows.
    Failed(OcspError),
    /// There are none, for a reason with this number.
    Other(u8),
}

/// A parsed response. Until [`verify`](Self::verify) succeeds, nothing in it means anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcspResponse {
    status: ResponseStatus,
    basic: Option<Basic>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Basic {
    tbs: Vec<u8>,
    algorithm: Vec<u8>,
    signature: Vec<u8>,
    certificates: Vec<Certificate>,
    responder: ResponderId,
    produced_at: Timestamp,
    answers: Vec<SingleAnswer>,
    nonce: Option<Vec<u8>>,
    extended_revoke: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum ResponderId {
    Name(Any),
    Key(Vec<u8>),
}

impl OcspResponse {
    /// Reads DER of at most 256 KiB.
    pub fn parse(der: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "OCSP response";
        Error::check_size(WHAT, der.len(), MAX_RESPONSE_BYTES)?;
        let (status, basic) = outer(der).map_err(Error::malformed(WHAT))?;
        let basic = basic.map(Basic::read).transpose()?;
        Ok(Self { status, basic })
    }

    /// Whether there are answers.
    pub const fn status(&self) -> ResponseStatus {
        self.status
    }

    /// The answers, in the response's order.
    pub fn answers(&self) -> &[SingleAnswer] {
        self.basic.as_ref().map(|basic| basic.answers.as_slice()).unwrap_or_default()
    }

    /// The answer about this certificate.
    pub fn answer(&self, id: &CertId) -> Option<&SingleAnswer> {
        self.answers().iter().find(|answer| answer.cert_id == *id)
    }

    /// When it was signed.
    pub fn produced_at(&self) -> Option<Timestamp> {
        self.basic.as_ref().map(|basic| basic.produced_at)
    }

    /// The repeated nonce.
    pub fn nonce(&self) -> Option<&[u8]> {
        self.basic.as_ref()?.nonce.as_deref()
    }

    /// Whether the responder says that it answers for certificates that were never issued as if
    /// they were revoked.
    pub fn extended_revoke(&self) -> bool {
        self.basic.as_ref().is_some_and(|basic| basic.extended_revoke)
    }

    /// Certificates that came along.
    pub fn certificates(&self) -> &[Certificate] {
        self.basic.as_ref().map(|basic| basic.certificates.as_slice()).unwrap_or_default()
    }

    /// Checks that the CA `issuer`, or a delegate of it, signed the response (RFC 6960 §4.2.2.2).
    /// Gives the certificate of the signer. Whether an answer is recent is for the caller to say.
    pub fn verify<'a>(&'a self, issuer: &'a Certificate, now: Timestamp) -> Result<&'a Certificate, Error> {
        let refuse = |reason| Error::InvalidOcspResponse { reason };
        let basic = self.basic.as_ref().ok_or_else(|| refuse("it has no answers"))?;
        let signer = if basic.responder.is(issuer) {
            issuer
        } else {
            let delegate = basic.certificates.iter().find(|certificate| basic.responder.is(certificate));
            let delegate = delegate.ok_or_else(|| refuse("the certificate of the signer is missing"))?;
            check_delegate(delegate, issuer, now)?;
            delegate
        };
        let algorithm = SignatureAlgorithm::from_identifier_der(&basic.algorithm)
            .ok_or_else(|| unsupported_algorithm(&basic.algorithm))?;
        signer.verify("OCSP response", algorithm, &basic.tbs, &basic.signature)?;
        Ok(signer)
    }
}

fn check_delegate(delegate: &Certificate, issuer: &Certificate, now: Timestamp) -> Result<(), Error> {
    let refuse = |reason| Err(Error::InvalidOcspResponse { reason });
    if delegate.tbs().issuer != issuer.tbs().subject {
        return refuse("its signer is of another authority");
    }
    delegate.verify_signed_by(issuer)?;
    if !delegate.other_key_usages().contains(&ID_KP_OCSP_SIGNING.to_string()) {
        return refuse("its signer may not sign OCSP responses");
    }
    if now < delegate.not_before() || now.unix_seconds() > delegate.not_after().unix_seconds() {
        return refuse("the certificate of its signer is not valid now");
    }
    Ok(())
}

impl ResponderId {
    fn is(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Name(name) => *name == certificate.tbs().subject,
            Self::Key(hash) => sha1_of_key(certificate).is_ok_and(|own| own == hash.as_slice()),
        }
    }

    fn read(element: Element<'_>) -> der::Result<Self> {
        if element.tag == tag::wrapped(1) {
            return Any::from_der(element.content).map(Self::Name);
        }
        if element.tag != tag::wrapped(2) {
            return Err(damaged());
        }
        let mut inner = element.walk();
        let hash = inner.expect(tag::OCTET_STRING)?.content.to_vec();
        inner.finish()?;
        Ok(Self::Key(hash))
    }
}

/// Status, and DER of the basic response.
fn outer(der: &[u8]) -> der::Result<(ResponseStatus, Option<&[u8]>)> {
    let mut walk = Walk::inside(der, tag::SEQUENCE)?;
    let status = match walk.expect(tag::ENUMERATED)?.content {
        [0] => ResponseStatus::Successful,
        [code] => OcspError::ALL
            .into_iter()
            .find(|error| error.code() == *code)
            .map_or(ResponseStatus::Other(*code), ResponseStatus::Failed),
        _ => return Err(damaged()),
    };
    let bytes = walk.step_if(tag::wrapped(0))?;
    walk.finish()?;
    if bytes.is_some() != (status == ResponseStatus::Successful) {
        return Err(damaged());
    }
    let Some(bytes) = bytes else { return Ok((status, None)) };
    let mut inner = Walk::inside(bytes.content, tag::SEQUENCE)?;
    if inner.expect(tag::OBJECT_IDENTIFIER)?.whole != oid::BASIC {
        return Err(damaged());
    }
    let basic = inner.expect(tag::OCTET_STRING)?.content;
    inner.finish()?;
    Ok((status, Some(basic)))
}

impl Basic {
    fn read(der: &[u8]) -> Result<Self, Error> {
        let malformed = Error::malformed("OCSP response");
        let (mut basic, certificates) = Self::fields(der).map_err(malformed)?;
        basic.certificates =
            certificates.into_iter().map(Certificate::parse_der).collect::<Result<_, _>>()?;
        Ok(basic)
    }

    fn fields(der: &[u8]) -> der::Result<(Self, Vec<&[u8]>)> {
        let mut walk = Walk::inside(der, tag::SEQUENCE)?;
        let tbs = walk.expect(tag::SEQUENCE)?;
        let algorithm = walk.expect(tag::SEQUENCE)?.whole.to_vec();
        let Some((0, signature)) = walk.expect(tag::BIT_STRING)?.content.split_first() else {
            return Err(damaged());
        };
        let mut certificates = Vec::new();
        if let Some(list) = walk.step_if(tag::wrapped(0))? {
            let mut list = Walk::inside(list.content, tag::SEQUENCE)?;
            while !list.is_finished() {
                certificates.push(list.step()?.whole);
            }
        }
        walk.finish()?;
        let mut data = tbs.walk();
        if data.step_if(tag::wrapped(0))?.is_some_and(|version| version.content != [tag::INTEGER, 1, 0]) {
            return Err(damaged());
        }
        let responder = ResponderId::read(data.step()?)?;
        let produced_at = general_time(data.step()?)?;
        let mut list = data.expect(tag::SEQUENCE)?.walk();
        let mut answers = Vec::new();
        while !list.is_finished() {
            answers.push(single(list.expect(tag::SEQUENCE)?)?);
        }
        let (mut nonce, mut extended_revoke) = (None, false);
        if let Some(extensions) = data.step_if(tag::wrapped(1))? {
            for extension in Extension::list(extensions)? {
                if extension.oid == oid::NONCE {
                    nonce = Some(Walk::new(extension.value).expect(tag::OCTET_STRING)?.content.to_vec());
                }
                extended_revoke |= extension.oid == oid::EXTENDED_REVOKE;
            }
        }
        data.finish()?;
        let basic = Self {
            tbs: tbs.whole.to_vec(),
            algorithm,
            signature: signature.to_vec(),
            certificates: Vec::new(),
            responder,
            produced_at,
            answers,
            nonce,
            extended_revoke,
        };
        Ok((basic, certificates))
    }
}

fn single(element: Element<'_>) -> der::Result<SingleAnswer> {
    const GOOD: u8 = tag::primitive(0);
    const REVOKED: u8 = tag::wrapped(1);
    const UNKNOWN: u8 = tag::primitive(2);
    let mut walk = element.walk();
    let cert_id = CertId::read(walk.expect(tag::SEQUENCE)?)?;
    let status = walk.step()?;
    let status = match status.tag {
        GOOD => OcspStatus::Good,
        UNKNOWN => OcspStatus::Unknown,
        REVOKED => {
            let mut inner = status.walk();
            let at = general_time(inner.step()?)?;
            let code = match inner.step_if(tag::wrapped(0))?.map(|reason| reason.content) {
                None => 0,
                Some([tag::ENUMERATED, 1, code]) => *code,
                Some(_) => return Err(damaged()),
            };
            inner.finish()?;
            let reason = RevocationReason::from_code(code).unwrap_or(RevocationReason::Unspecified);
            OcspStatus::Revoked { at, reason }
        }
        _ => return Err(damaged()),
    };
    let this_update = general_time(walk.step()?)?;
    let next = walk.step_if(tag::wrapped(0))?;
    let next_update = next.map(|next| general_time(next.walk().step()?)).transpose()?;
    let mut archive_cutoff = None;
    if let Some(extensions) = walk.step_if(tag::wrapped(1))? {
        for extension in Extension::list(extensions)? {
            if extension.oid == oid::ARCHIVE_CUTOFF {
                archive_cutoff = Some(general_time(Walk::new(extension.value).step()?)?);
            }
        }
    }
    walk.finish()?;
    Ok(SingleAnswer { cert_id, status, this_update, next_update, archive_cutoff })
}

fn general_time(element: Element<'_>) -> der::Result<Timestamp> {
    Ok(timestamp(Time::GeneralTime(GeneralizedTime::from_der(element.whole)?)))
}
