//! Lists as they are read: ours, and those of other authorities.

use super::CrlEntry;
use super::entry::serial_octets;
use crate::asn1::{Signed, oid_name, timestamp};
use crate::csr::unsupported_algorithm;
use crate::raw::{Walk, bit_string, damaged, tag};
use crate::{Certificate, Error, Serial, extension, name, pem};
use certctl_crypto::SignatureAlgorithm;
use certctl_domain::Timestamp;
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use der::asn1::Uint;
use der::{Any, Decode, Encode};
use std::ops::Range;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::AuthorityKeyIdentifier;
use x509_cert::ext::pkix::crl::IssuingDistributionPoint;
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::time::Time;

/// Most bytes of a list of somebody else that are looked at.
pub const MAX_CRL_BYTES: usize = 32 * 1024 * 1024;

/// A parsed list.
///
/// Its entries stay as they are encoded: looking for a serial number reads them from the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crl {
    der: Vec<u8>,
    tbs: Range<usize>,
    entries: Range<usize>,
    entry_count: usize,
    algorithm: Vec<u8>,
    signature: Vec<u8>,
    fields: Fields,
}

/// Everything but the entries.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fields {
    inner_algorithm: Vec<u8>,
    issuer: Any,
    issuer_text: String,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    extensions: Vec<Extension>,
    issuing_point: Option<IssuingDistributionPoint>,
    freshest: Vec<DistributionPoint>,
    authority_key_id: Option<Vec<u8>>,
    number: Option<Uint>,
    base_number: Option<Uint>,
}

impl Crl {
    /// Reads DER of at most 32 MiB.
    pub fn parse(der: &[u8]) -> Result<Self, Error> {
        Self::parse_at_most(der, MAX_CRL_BYTES)
    }

    /// Reads DER of at most `max_bytes`, for lists that were made here and may be longer.
    pub fn parse_at_most(der: &[u8], max_bytes: usize) -> Result<Self, Error> {
        Error::check_size("CRL", der.len(), max_bytes)?;
        let malformed = Error::malformed("CRL");
        let signed = Signed::from_der(der).map_err(&malformed)?;
        let parts = Parts::read(signed.content).map_err(&malformed)?;
        let mut walk = Walk::new(parts.entries);
        let mut entry_count = 0;
        while !walk.is_finished() {
            let entry = walk.expect(tag::SEQUENCE).map_err(&malformed)?;
            CrlEntry::read(entry).map_err(Error::malformed("entry of the CRL"))?;
            entry_count += 1;
        }
        // Whatever stands in front of the signed part is what the outer value has beyond its parts.
        let behind_tbs = signed.algorithm.len() + bit_string(signed.signature).len();
        let tbs_end = der.len().saturating_sub(behind_tbs);
        let entries_end = tbs_end.saturating_sub(parts.behind_entries);
        Ok(Self {
            tbs: tbs_end.saturating_sub(signed.content.len())..tbs_end,
            entries: entries_end.saturating_sub(parts.entries.len())..entries_end,
            entry_count,
            algorithm: signed.algorithm.to_vec(),
            signature: signed.signature.to_vec(),
            fields: parts.fields()?,
            der: der.to_vec(),
        })
    }

    /// Reads the first list of a PEM text.
    pub fn parse_pem(text: &str) -> Result<Self, Error> {
        Self::parse(&pem::crl(text)?)
    }

    /// DER of the whole list.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The list as PEM.
    pub fn to_pem(&self) -> String {
        pem::encode_crl(&self.der)
    }

    /// Issuer as RFC 4514 text.
    pub fn issuer(&self) -> &str {
        &self.fields.issuer_text
    }

    /// cRLNumber; absent when there is none or it does not fit.
    pub fn number(&self) -> Option<u64> {
        self.fields.number.as_ref().and_then(small)
    }

    /// Number of the complete list that this one adds to; absent when it does not fit.
    pub fn base_number(&self) -> Option<u64> {
        self.fields.base_number.as_ref().and_then(small)
    }

    /// Whether it is a delta list: it has changes only.
    pub const fn is_delta(&self) -> bool {
        self.fields.base_number.is_some()
    }

    /// When it was made.
    pub const fn this_update(&self) -> Timestamp {
        self.fields.this_update
    }

    /// When the next one exists at the latest, if it says so.
    pub const fn next_update(&self) -> Option<Timestamp> {
        self.fields.next_update
    }

    /// Authority key identifier.
    pub fn authority_key_id(&self) -> Option<&[u8]> {
        self.fields.authority_key_id.as_deref()
    }

    /// URLs of its issuing distribution point; empty when it is not limited to one.
    pub fn issuing_urls(&self) -> Vec<String> {
        let point = self.fields.issuing_point.as_ref().and_then(|point| point.distribution_point.as_ref());
        point.map(extension::urls_of).unwrap_or_default()
    }

    /// Whether it is about end-entity certificates only.
    pub fn only_user_certs(&self) -> bool {
        self.fields.issuing_point.as_ref().is_some_and(|point| point.only_contains_user_certs)
    }

    /// Whether it is about CA certificates only.
    pub fn only_ca_certs(&self) -> bool {
        self.fields.issuing_point.as_ref().is_some_and(|point| point.only_contains_ca_certs)
    }

    /// Whether it has certificates of several issuers, or only some reasons, or only attribute
    /// certificates: what it says about a serial number needs more than the number.
    pub fn is_partial(&self) -> bool {
        self.fields.issuing_point.as_ref().is_some_and(|point| {
            point.indirect_crl || point.only_contains_attribute_certs || point.only_some_reasons.is_some()
        })
    }

    /// Where its delta list is found.
    pub fn freshest_crl_urls(&self) -> Vec<String> {
        extension::urls_of_points(&self.fields.freshest)
    }

    /// Critical extensions that nobody here understands; such a list must not be relied on.
    pub fn unknown_critical_extensions(&self) -> Vec<String> {
        const KNOWN: [ObjectIdentifier; 2] =
            [rfc5280::ID_CE_ISSUING_DISTRIBUTION_POINT, rfc5280::ID_CE_DELTA_CRL_INDICATOR];
        let unknown = self.fields.extensions.iter().filter(|e| e.critical && !KNOWN.contains(&e.extn_id));
        unknown.map(|extension| oid_name(extension.extn_id)).collect()
    }

    /// Number of entries.
    pub const fn len(&self) -> usize {
        self.entry_count
    }

    /// Whether there is no entry.
    pub const fn is_empty(&self) -> bool {
        self.entry_count == 0
    }

    /// The entries in their order, without those whose serial number no certificate may have.
    pub fn entries(&self) -> impl Iterator<Item = CrlEntry> {
        let mut walk = Walk::new(self.entries_der());
        std::iter::from_fn(move || (!walk.is_finished()).then(|| walk.step().ok())?)
            .filter_map(|entry| CrlEntry::read(entry).ok().flatten())
    }

    /// The entry with this serial number.
    pub fn find(&self, serial: &Serial) -> Option<CrlEntry> {
        let mut walk = Walk::new(self.entries_der());
        while let Ok(entry) = walk.step() {
            if serial_octets(entry) == Some(serial.as_octets()) {
                return CrlEntry::read(entry).ok().flatten();
            }
        }
        None
    }

    /// The signature algorithm, when it is a sound one.
    pub fn signature_algorithm(&self) -> Option<SignatureAlgorithm> {
        SignatureAlgorithm::from_identifier_der(&self.algorithm)
    }

    /// Checks that `ca` issued it: the name, the right to sign lists and the signature. Times are
    /// not looked at.
    pub fn verify_signed_by(&self, ca: &Certificate) -> Result<(), Error> {
        if self.fields.issuer != ca.tbs().subject {
            return Err(Error::OtherIssuer { what: "CRL" });
        }
        if !ca.may_sign_crls() {
            return Err(Error::InvalidCrl {
                reason: "the certificate of the CA does not allow it to sign CRLs",
            });
        }
        if self.fields.inner_algorithm != self.algorithm {
            return Err(Error::AlgorithmsDiffer);
        }
        let algorithm = self.signature_algorithm().ok_or_else(|| unsupported_algorithm(&self.algorithm))?;
        ca.verify("CRL", algorithm, self.der.get(self.tbs.clone()).unwrap_or_default(), &self.signature)
    }

    pub(super) fn entries_der(&self) -> &[u8] {
        self.der.get(self.entries.clone()).unwrap_or_default()
    }
}

/// The signed part, cut into its values.
struct Parts<'a> {
    algorithm: &'a [u8],
    issuer: Any,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    entries: &'a [u8],
    /// Octets between the end of the entries and the end of the signed part.
    behind_entries: usize,
    extensions: Vec<Extension>,
}

impl<'a> Parts<'a> {
    fn read(tbs: &'a [u8]) -> der::Result<Self> {
        let mut walk = Walk::inside(tbs, tag::SEQUENCE)?;
        if walk.step_if(tag::INTEGER)?.is_some_and(|version| version.content != [1]) {
            return Err(damaged());
        }
        let algorithm = walk.expect(tag::SEQUENCE)?.whole;
        let issuer = Any::from_der(walk.expect(tag::SEQUENCE)?.whole)?;
        let this_update = timestamp(Time::from_der(walk.step()?.whole)?);
        let next = match walk.step_if(tag::UTC_TIME)? {
            Some(next) => Some(next),
            None => walk.step_if(tag::GENERALIZED_TIME)?,
        };
        let next_update = next.map(|next| Time::from_der(next.whole)).transpose()?.map(timestamp);
        let entries = walk.step_if(tag::SEQUENCE)?.map(|entries| entries.content).unwrap_or_default();
        let behind_entries = walk.remaining();
        let extensions = walk.step_if(tag::wrapped(0))?;
        let extensions = extensions.map(|list| Vec::<Extension>::from_der(list.content)).transpose()?;
        walk.finish()?;
        let extensions = extensions.unwrap_or_default();
        Ok(Self { algorithm, issuer, this_update, next_update, entries, behind_entries, extensions })
    }

    fn fields(self) -> Result<Fields, Error> {
        let Self { algorithm, issuer, this_update, next_update, extensions, .. } = self;
        let key_id: Option<AuthorityKeyIdentifier> =
            decode(&extensions, rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER)?;
        Ok(Fields {
            issuer_text: name::display(&issuer).map_err(Error::malformed("issuer"))?,
            issuing_point: decode(&extensions, rfc5280::ID_CE_ISSUING_DISTRIBUTION_POINT)?,
            freshest: decode(&extensions, rfc5280::ID_CE_FRESHEST_CRL)?.unwrap_or_default(),
            authority_key_id: key_id.and_then(|id| id.key_identifier).map(|id| id.as_bytes().to_vec()),
            number: decode(&extensions, rfc5280::ID_CE_CRL_NUMBER)?,
            base_number: decode(&extensions, rfc5280::ID_CE_DELTA_CRL_INDICATOR)?,
            inner_algorithm: algorithm.to_vec(),
            issuer,
            this_update,
            next_update,
            extensions,
        })
    }
}

fn decode<T>(extensions: &[Extension], oid: ObjectIdentifier) -> Result<Option<T>, Error>
where
    T: for<'a> Decode<'a, Error = der::Error>,
{
    let mut found = extensions.iter().filter(|extension| extension.extn_id == oid);
    let (first, second) = (found.next(), found.next());
    if second.is_some() {
        return Err(Error::Duplicate { what: oid_name(oid) });
    }
    let value = first.map(|extension| T::from_der(extension.extn_value.as_bytes())).transpose();
    value.map_err(Error::malformed("extension of the CRL"))
}

fn small(number: &Uint) -> Option<u64> {
    u64::from_der(&number.to_der().ok()?).ok()
}
