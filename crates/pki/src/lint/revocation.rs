//! Lints over what a certificate says about its revocation.

use super::{CertificateKind, Draft, Rule, when};
use crate::asn1::{NO_REV_AVAIL, NULL, OCSP_NO_CHECK};
use const_oid::db::rfc5280;
use x509_cert::ext::pkix::AuthorityInfoAccessSyntax;

pub(super) const RULES: &[Rule] = &[
    Rule::error("ocsp_responder", ocsp_responder),
    Rule::error("no_rev_avail", no_rev_avail),
    Rule::error("freshest_crl_alone", freshest_crl_alone),
];

/// RFC 6960 §4.2.2.2: who may answer for a CA may do nothing else, and nobody asks about it.
fn ocsp_responder(draft: &Draft<'_>) -> Option<String> {
    let no_check = draft.tbs.extension(OCSP_NO_CHECK);
    if draft.parameters.kind != CertificateKind::OcspResponder {
        return when(no_check.is_some(), "id-pkix-ocsp-nocheck is for OCSP responders only");
    }
    if super::extensions::ekus(draft) != [rfc5280::ID_KP_OCSP_SIGNING] {
        return Some("an OCSP responder has OCSPSigning as its only extended key usage".to_owned());
    }
    let proper = no_check.is_some_and(|e| !e.critical && e.extn_value.as_bytes() == NULL);
    when(!proper, "an OCSP responder needs id-pkix-ocsp-nocheck with the value NULL")
}

/// RFC 9608 §2 and §3.
fn no_rev_avail(draft: &Draft<'_>) -> Option<String> {
    let extension = draft.tbs.extension(NO_REV_AVAIL)?;
    if extension.critical || extension.extn_value.as_bytes() != NULL {
        return Some("noRevAvail has to be NULL and not critical".to_owned());
    }
    if !draft.is_leaf() {
        return Some("noRevAvail is for end-entity certificates only".to_owned());
    }
    let access =
        draft.tbs.decode_extension::<AuthorityInfoAccessSyntax>(rfc5280::ID_PE_AUTHORITY_INFO_ACCESS);
    let access = access.ok().flatten().map(|access| access.0).unwrap_or_default();
    let says_where = access.iter().any(|description| description.access_method == rfc5280::ID_AD_OCSP)
        || draft.tbs.extension(rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS).is_some()
        || draft.tbs.extension(rfc5280::ID_CE_FRESHEST_CRL).is_some();
    when(says_where, "noRevAvail contradicts the addresses of revocation information beside it")
}

/// A delta CRL is of no use without the complete one.
fn freshest_crl_alone(draft: &Draft<'_>) -> Option<String> {
    draft.tbs.extension(rfc5280::ID_CE_FRESHEST_CRL)?;
    let complete = draft.tbs.extension(rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS);
    when(complete.is_none(), "freshestCRL needs cRLDistributionPoints beside it")
}
