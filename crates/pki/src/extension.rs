//! The extensions that are put into certificates and requests.

use crate::asn1::{
    EXPIRED_CERTS_ON_CRL, MUST_STAPLE_VALUE, NO_REV_AVAIL, NULL, OCSP_NO_CHECK, TLS_FEATURE, context_tag,
    eku_oid, tlv,
};
use crate::name::general_names_der;
use certctl_domain::profile::ExtendedKeyUsage;
use certctl_domain::san::San;
use const_oid::db::rfc5280;
use const_oid::{AssociatedOid, ObjectIdentifier};
use der::Encode;
use der::asn1::{GeneralizedTime, Ia5String, OctetString};
use std::collections::BTreeSet;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix as ext;
use x509_cert::ext::pkix::crl::IssuingDistributionPoint;
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};

fn extension(extn_id: ObjectIdentifier, critical: bool, value: Vec<u8>) -> der::Result<Extension> {
    Ok(Extension { extn_id, critical, extn_value: OctetString::new(value)? })
}

fn of<T: AssociatedOid + Encode>(critical: bool, value: &T) -> der::Result<Extension> {
    extension(T::OID, critical, value.to_der()?)
}

/// subjectAltName: sorted and without duplicates, so that equal sets give equal bytes.
pub(crate) fn subject_alt_name(names: &[San], critical: bool) -> der::Result<Extension> {
    let sorted: BTreeSet<&San> = names.iter().collect();
    extension(rfc5280::ID_CE_SUBJECT_ALT_NAME, critical, general_names_der(sorted)?)
}

pub(crate) fn basic_constraints(ca: bool, path_len: Option<u8>) -> der::Result<Extension> {
    of(true, &ext::BasicConstraints { ca, path_len_constraint: path_len })
}

pub(crate) fn key_usage(usage: ext::KeyUsage) -> der::Result<Extension> {
    of(true, &usage)
}

/// extKeyUsage in the given order, without duplicates. Critical for time stamping (RFC 3161 §2.3).
pub(crate) fn extended_key_usage(usages: &[ExtendedKeyUsage]) -> der::Result<Extension> {
    let mut oids: Vec<ObjectIdentifier> = Vec::new();
    for oid in usages.iter().map(|usage| eku_oid(*usage)) {
        if !oids.contains(&oid) {
            oids.push(oid);
        }
    }
    of(usages.contains(&ExtendedKeyUsage::TimeStamping), &ext::ExtendedKeyUsage(oids))
}

pub(crate) fn subject_key_identifier(key_id: &[u8]) -> der::Result<Extension> {
    of(false, &ext::SubjectKeyIdentifier(OctetString::new(key_id)?))
}

pub(crate) fn authority_key_identifier(key_id: &[u8]) -> der::Result<Extension> {
    let key_identifier = Some(OctetString::new(key_id)?);
    of(false, &ext::AuthorityKeyIdentifier { key_identifier, ..Default::default() })
}

pub(crate) fn authority_info_access(ocsp: &[String], ca_issuers: &[String]) -> der::Result<Extension> {
    let ocsp = ocsp.iter().map(|url| (rfc5280::ID_AD_OCSP, url));
    let ca_issuers = ca_issuers.iter().map(|url| (rfc5280::ID_AD_CA_ISSUERS, url));
    let descriptions: der::Result<Vec<_>> = ocsp
        .chain(ca_issuers)
        .map(|(access_method, url)| {
            Ok(ext::AccessDescription { access_method, access_location: url_name(url)? })
        })
        .collect();
    of(false, &ext::AuthorityInfoAccessSyntax(descriptions?))
}

/// One distribution point with all URLs as alternatives for the same CRL.
fn crl_distribution_points(urls: &[String]) -> der::Result<Extension> {
    of(false, &ext::CrlDistributionPoints(vec![point(urls)?]))
}

/// Where the CRL and its deltas are found; nothing when there is no CRL.
pub(crate) fn crl_locations(crl: &[String], freshest: &[String]) -> der::Result<Vec<Extension>> {
    let mut extensions = Vec::new();
    if !crl.is_empty() {
        extensions.push(crl_distribution_points(crl)?);
        if !freshest.is_empty() {
            extensions.push(freshest_crl(freshest)?);
        }
    }
    Ok(extensions)
}

/// One distribution point with all URLs as alternatives for the same delta CRL.
pub(crate) fn freshest_crl(urls: &[String]) -> der::Result<Extension> {
    of(false, &ext::crl::FreshestCrl(vec![point(urls)?]))
}

fn point(urls: &[String]) -> der::Result<DistributionPoint> {
    Ok(DistributionPoint { distribution_point: Some(full_name(urls)?), reasons: None, crl_issuer: None })
}

fn full_name(urls: &[String]) -> der::Result<DistributionPointName> {
    let names: der::Result<Vec<_>> = urls.iter().map(|url| url_name(url)).collect();
    names.map(DistributionPointName::FullName)
}

/// The URLs of a distribution point; other kinds of names are left out.
pub(crate) fn urls_of(point: &DistributionPointName) -> Vec<String> {
    match point {
        DistributionPointName::FullName(names) => names.iter().filter_map(url_of).collect(),
        DistributionPointName::NameRelativeToCRLIssuer(_) => Vec::new(),
    }
}

/// The URLs of all distribution points that have no issuer of their own.
pub(crate) fn urls_of_points(points: &[DistributionPoint]) -> Vec<String> {
    let names = points.iter().filter(|point| point.crl_issuer.is_none());
    names.filter_map(|point| point.distribution_point.as_ref()).flat_map(urls_of).collect()
}

pub(crate) fn url_of(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::UniformResourceIdentifier(url) => Some(url.to_string()),
        _ => None,
    }
}

pub(crate) fn crl_number(number: u64) -> der::Result<Extension> {
    of(false, &ext::crl::CrlNumber::try_from(number)?)
}

pub(crate) fn delta_crl_indicator(base: u64) -> der::Result<Extension> {
    extension(rfc5280::ID_CE_DELTA_CRL_INDICATOR, true, base.to_der()?)
}

/// issuingDistributionPoint. Its library type has the identifier of another extension.
pub(crate) fn issuing_point(urls: &[String], only_user: bool, only_ca: bool) -> der::Result<Extension> {
    let point = IssuingDistributionPoint {
        distribution_point: if urls.is_empty() { None } else { Some(full_name(urls)?) },
        only_contains_user_certs: only_user,
        only_contains_ca_certs: only_ca,
        only_some_reasons: None,
        indirect_crl: false,
        only_contains_attribute_certs: false,
    };
    extension(rfc5280::ID_CE_ISSUING_DISTRIBUTION_POINT, true, point.to_der()?)
}

pub(crate) fn expired_certs_on_crl(since: der::DateTime) -> der::Result<Extension> {
    extension(EXPIRED_CERTS_ON_CRL, false, GeneralizedTime::from_date_time(since).to_der()?)
}

/// extKeyUsage of OCSP responders.
pub(crate) fn ocsp_signing() -> der::Result<Extension> {
    of(false, &ext::ExtendedKeyUsage(vec![rfc5280::ID_KP_OCSP_SIGNING]))
}

/// id-pkix-ocsp-nocheck: whoever trusts the CA trusts the responder while it is valid.
pub(crate) fn ocsp_no_check() -> der::Result<Extension> {
    extension(OCSP_NO_CHECK, false, NULL.to_vec())
}

/// noRevAvail (RFC 9608): nothing is ever said about the revocation of the certificate.
pub(crate) fn no_rev_avail() -> der::Result<Extension> {
    extension(NO_REV_AVAIL, false, NULL.to_vec())
}

pub(crate) fn must_staple() -> der::Result<Extension> {
    extension(TLS_FEATURE, false, MUST_STAPLE_VALUE.to_vec())
}

fn url_name(url: &str) -> der::Result<GeneralName> {
    Ok(GeneralName::UniformResourceIdentifier(Ia5String::new(url)?))
}

/// The `[0]` attributes field of a request that asks for these extensions (RFC 2985 §5.4.2).
pub(crate) fn request_attributes(extensions: &[Extension]) -> der::Result<Vec<u8>> {
    let mut attributes = Vec::new();
    if !extensions.is_empty() {
        let values = tlv(der::Tag::Set, &extensions.to_vec().to_der()?)?;
        attributes = crate::asn1::sequence(&[&const_oid::db::rfc5912::ID_EXTENSION_REQ.to_der()?, &values])?;
    }
    tlv(context_tag(0, true), &attributes)
}
