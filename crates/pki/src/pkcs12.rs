//! PKCS#12 files (RFC 7292) that hold certificates only.
//!
//! Encrypted by PBES2 with AES-256-CBC, authenticated by HMAC-SHA-256: what OpenSSL 3 and Java 17
//! read without legacy algorithms.

use crate::{Certificate, Error};
use certctl_crypto::password::{encrypt_aes256_cbc, pkcs12_mac};
use certctl_crypto::random_bytes;
use const_oid::ObjectIdentifier as Oid;
use der::asn1::{BmpString, OctetString, SetOfVec};
use der::{Any, Decode, Encode, Sequence, Tag};
use std::num::NonZeroU32;

/// Rounds of key derivation, as Java has them.
const ROUNDS: NonZeroU32 = NonZeroU32::new(10_000).expect("it is not zero");

const DATA: Oid = Oid::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: Oid = Oid::new_unwrap("1.2.840.113549.1.7.6");
const PBES2: Oid = Oid::new_unwrap("1.2.840.113549.1.5.13");
const PBKDF2: Oid = Oid::new_unwrap("1.2.840.113549.1.5.12");
const HMAC_SHA256: Oid = Oid::new_unwrap("1.2.840.113549.2.9");
const AES256_CBC: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.1.42");
const SHA256: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.2.1");
const CERT_BAG: Oid = Oid::new_unwrap("1.2.840.113549.1.12.10.1.3");
const X509: Oid = Oid::new_unwrap("1.2.840.113549.1.9.22.1");
const FRIENDLY_NAME: Oid = Oid::new_unwrap("1.2.840.113549.1.9.20");
/// Java takes a certificate without a key for trusted only where this attribute says for what.
const JAVA_TRUSTED_USAGE: Oid = Oid::new_unwrap("2.16.840.1.113894.746875.1.1");
const ANY_USAGE: Oid = Oid::new_unwrap("2.5.29.37.0");

#[derive(Sequence)]
struct ContentInfo {
    kind: Oid,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    content: Any,
}

#[derive(Sequence)]
struct Pfx {
    version: u8,
    auth_safe: ContentInfo,
    mac: MacData,
}

#[derive(Sequence)]
struct MacData {
    digest: DigestInfo,
    salt: OctetString,
    rounds: u32,
}

#[derive(Sequence)]
struct DigestInfo {
    algorithm: Algorithm,
    digest: OctetString,
}

#[derive(Sequence)]
struct Algorithm {
    id: Oid,
    parameters: Any,
}

#[derive(Sequence)]
struct EncryptedData {
    version: u8,
    content: EncryptedContent,
}

#[derive(Sequence)]
struct EncryptedContent {
    kind: Oid,
    algorithm: Algorithm,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    content: OctetString,
}

#[derive(Sequence)]
struct Pbes2Parameters {
    derivation: Algorithm,
    encryption: Algorithm,
}

#[derive(Sequence)]
struct Pbkdf2Parameters {
    salt: OctetString,
    rounds: u32,
    prf: Algorithm,
}

#[derive(Sequence)]
struct Bag {
    id: Oid,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    value: Any,
    attributes: SetOfVec<Attribute>,
}

#[derive(Sequence)]
struct CertBag {
    id: Oid,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    value: OctetString,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Sequence, der::ValueOrd)]
struct Attribute {
    id: Oid,
    values: SetOfVec<Any>,
}

/// `certificates` as a file that trust stores take, each named by its subject. The password may be
/// empty, which protects nothing.
pub fn trust_store(certificates: &[Certificate], password: &str) -> Result<Vec<u8>, Error> {
    let mut bags = Vec::with_capacity(certificates.len());
    for certificate in certificates {
        bags.push(bag(certificate)?);
    }
    let bags = bags.to_der().map_err(Error::Encode)?;
    let safe = vec![ContentInfo { kind: ENCRYPTED_DATA, content: any(&encrypted(password, &bags)?)? }];
    let safe = safe.to_der().map_err(Error::Encode)?;
    let salt = random_bytes::<16>().map_err(Error::Crypto)?;
    let mac = MacData {
        digest: DigestInfo {
            algorithm: Algorithm { id: SHA256, parameters: Any::null() },
            digest: octets(&pkcs12_mac(password, &salt, ROUNDS, &safe))?,
        },
        salt: octets(&salt)?,
        rounds: ROUNDS.get(),
    };
    let content = Any::new(Tag::OctetString, safe).map_err(Error::Encode)?;
    let pfx = Pfx { version: 3, auth_safe: ContentInfo { kind: DATA, content }, mac };
    pfx.to_der().map_err(Error::Encode)
}

fn bag(certificate: &Certificate) -> Result<Bag, Error> {
    let name = if certificate.subject().is_empty() { "certificate" } else { certificate.subject() };
    let attribute = |id, value: Any| {
        let values = SetOfVec::try_from(vec![value]).map_err(Error::Encode)?;
        Ok::<_, Error>(Attribute { id, values })
    };
    let attributes = vec![
        // Names outside the basic plane have no BMPString; such a certificate stays without a name.
        attribute(
            FRIENDLY_NAME,
            any(&BmpString::from_utf8(name)
                .or_else(|_| BmpString::from_utf8("certificate"))
                .map_err(Error::Encode)?)?,
        )?,
        attribute(JAVA_TRUSTED_USAGE, any(&ANY_USAGE)?)?,
    ];
    let value = any(&CertBag { id: X509, value: octets(certificate.der())? })?;
    Ok(Bag { id: CERT_BAG, value, attributes: SetOfVec::try_from(attributes).map_err(Error::Encode)? })
}

fn encrypted(password: &str, plain: &[u8]) -> Result<EncryptedData, Error> {
    let salt = random_bytes::<16>().map_err(Error::Crypto)?;
    let iv = random_bytes::<16>().map_err(Error::Crypto)?;
    let content = encrypt_aes256_cbc(password, &salt, ROUNDS, iv, plain).map_err(Error::Crypto)?;
    let derivation = Pbkdf2Parameters {
        salt: octets(&salt)?,
        rounds: ROUNDS.get(),
        prf: Algorithm { id: HMAC_SHA256, parameters: Any::null() },
    };
    let parameters = Pbes2Parameters {
        derivation: Algorithm { id: PBKDF2, parameters: any(&derivation)? },
        encryption: Algorithm { id: AES256_CBC, parameters: any(&octets(&iv)?)? },
    };
    Ok(EncryptedData {
        version: 0,
        content: EncryptedContent {
            kind: DATA,
            algorithm: Algorithm { id: PBES2, parameters: any(&parameters)? },
            content: octets(&content)?,
        },
    })
}

fn octets(bytes: &[u8]) -> Result<OctetString, Error> {
    OctetString::new(bytes).map_err(Error::Encode)
}

fn any(value: &impl Encode) -> Result<Any, Error> {
    value.to_der().and_then(|der| Any::from_der(&der)).map_err(Error::Encode)
}
