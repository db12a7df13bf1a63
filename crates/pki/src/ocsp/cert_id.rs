//! What an OCSP request names a certificate by.

use crate::raw::{Element, Walk, damaged, tag, value};
use crate::{Certificate, Error, Serial};
use certctl_crypto::hash;
use der::Encode;

/// A digest that names issuers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CertIdHash {
    /// SHA-1, which most clients use; it only names.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl CertIdHash {
    /// All digests.
    pub const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// Object identifier as it is encoded.
    const fn oid(self) -> &'static [u8] {
        match self {
            Self::Sha1 => b"\x06\x05\x2b\x0e\x03\x02\x1a",
            Self::Sha256 => b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01",
            Self::Sha384 => b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02",
            Self::Sha512 => b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03",
        }
    }

    fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => hash::sha1_as_name(bytes).to_vec(),
            Self::Sha256 => hash::sha256(bytes).to_vec(),
            Self::Sha384 => hash::sha384(bytes).to_vec(),
            Self::Sha512 => hash::sha512(bytes).to_vec(),
        }
    }
}

/// How a client writes the names of issuers. Responses repeat it, so that clients that compare
/// octets find their certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CertIdForm {
    /// The digest.
    pub hash: CertIdHash,
    /// Whether NULL stands where the digest could have parameters, instead of nothing.
    pub null_parameters: bool,
}

impl CertIdForm {
    /// What most clients send: SHA-1 with NULL parameters.
    pub const USUAL: Self = Self { hash: CertIdHash::Sha1, null_parameters: true };

    fn to_der(self) -> Vec<u8> {
        let parameters = if self.null_parameters { crate::asn1::NULL } else { &[] };
        value(tag::SEQUENCE, &[self.hash.oid(), parameters])
    }

    /// Absent for digests that nobody should use.
    fn read(algorithm: Element<'_>) -> der::Result<Option<Self>> {
        let mut walk = algorithm.walk();
        let oid = walk.expect(tag::OBJECT_IDENTIFIER)?.whole;
        let parameters = if walk.is_finished() { None } else { Some(walk.step()?.whole) };
        walk.finish()?;
        let null_parameters = match parameters {
            None => false,
            Some(null) if null == crate::asn1::NULL => true,
            Some(_) => return Ok(None),
        };
        let hash = CertIdHash::ALL.into_iter().find(|hash| hash.oid() == oid);
        Ok(hash.map(|hash| Self { hash, null_parameters }))
    }
}

/// The name of a certificate in OCSP (`CertID`, RFC 6960 §4.1.1): digests of its issuer's name and
/// key, and its serial number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CertId {
    form: Option<CertIdForm>,
    name_hash: Vec<u8>,
    key_hash: Vec<u8>,
    serial: Serial,
    der: Vec<u8>,
}

impl CertId {
    /// How it is written; absent when its digest is unknown, and then it matches no CA.
    pub const fn form(&self) -> Option<CertIdForm> {
        self.form
    }

    /// Serial number of the certificate.
    pub const fn serial(&self) -> &Serial {
        &self.serial
    }

    /// DER, exactly as it was received.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    pub(super) fn read(element: Element<'_>) -> der::Result<Self> {
        let mut walk = element.walk();
        let form = CertIdForm::read(walk.expect(tag::SEQUENCE)?)?;
        let name_hash = walk.expect(tag::OCTET_STRING)?.content.to_vec();
        let key_hash = walk.expect(tag::OCTET_STRING)?.content.to_vec();
        let integer = walk.expect(tag::INTEGER)?.content;
        walk.finish()?;
        let serial = Serial::from_integer(integer).or(Err(damaged()))?;
        Ok(Self { form, name_hash, key_hash, serial, der: element.whole.to_vec() })
    }
}

/// What certificates of one CA are named by in OCSP, with the digests made once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaIdentity {
    /// Digests of name and key, in the order of [`CertIdHash::ALL`].
    digests: [Digests; 4],
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Digests {
    hash: CertIdHash,
    name: Vec<u8>,
    key: Vec<u8>,
}

impl CaIdentity {
    /// The identity of this CA.
    pub fn of(ca: &Certificate) -> Result<Self, Error> {
        let name = ca.tbs().subject.to_der().map_err(Error::Encode)?;
        let key = key_bits(ca.spki_der()).map_err(Error::malformed("public key"))?;
        let digests = CertIdHash::ALL.map(|hash| Digests { hash, name: hash.of(&name), key: hash.of(key) });
        Ok(Self { digests })
    }

    /// Whether `id` names a certificate of this CA.
    pub fn matches(&self, id: &CertId) -> bool {
        let Some(form) = id.form else { return false };
        self.digests.iter().any(|digests| {
            digests.hash == form.hash && digests.name == id.name_hash && digests.key == id.key_hash
        })
    }

    /// The name of the certificate with this serial number, written in this form.
    pub fn cert_id(&self, serial: &Serial, form: CertIdForm) -> CertId {
        let digests = self.digests.iter().find(|digests| digests.hash == form.hash);
        let (name_hash, key_hash) =
            digests.map(|digests| (digests.name.clone(), digests.key.clone())).unwrap_or_default();
        let octets = serial.as_octets();
        let sign: &[u8] = if octets.first().is_some_and(|top| *top >= 0x80) { &[0] } else { &[] };
        let der = value(
            tag::SEQUENCE,
            &[
                &form.to_der(),
                &value(tag::OCTET_STRING, &[&name_hash]),
                &value(tag::OCTET_STRING, &[&key_hash]),
                &value(tag::INTEGER, &[sign, octets]),
            ],
        );
        CertId { form: Some(form), name_hash, key_hash, serial: serial.clone(), der }
    }
}

/// The SHA-1 of a certified key that names responders and issuers: of the BIT STRING without tag,
/// length and unused bits.
pub(super) fn sha1_of_key(certificate: &Certificate) -> Result<[u8; 20], Error> {
    key_bits(certificate.spki_der()).map(hash::sha1_as_name).map_err(Error::malformed("public key"))
}

fn key_bits(spki: &[u8]) -> der::Result<&[u8]> {
    let mut walk = Walk::inside(spki, tag::SEQUENCE)?;
    walk.expect(tag::SEQUENCE)?;
    match walk.expect(tag::BIT_STRING)?.content.split_first() {
        Some((0, bits)) => Ok(bits),
        _ => Err(damaged()),
    }
}
