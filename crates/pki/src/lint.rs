//! Lints over the bytes that are about to be signed.
//!
//! They look at the encoded structure, not at the template it came from, so that a mistake in a
//! builder, or a structure built elsewhere, is caught before a signature makes it final. The
//! rules follow RFC 5280, RFC 5480 and RFC 8410; each has a stable code and one small function.

mod extensions;
mod fields;
mod name_constraints;
mod naming;
mod revocation;

use crate::asn1::Tbs;
use crate::name::{GeneralName, general_names};
use crate::{Certificate, Finding, PublicKey, Severity};
use certctl_domain::profile::ExtendedKeyUsage;
use certctl_domain::san::San;
use const_oid::db::rfc5280::ID_CE_SUBJECT_ALT_NAME;
use der::{Decode, Encode};
use std::collections::BTreeSet;
use std::time::Duration;

/// What is being issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CertificateKind {
    /// A certificate for a server, client or other end entity.
    EndEntity,
    /// A CA certificate.
    Authority,
    /// A certificate that signs OCSP responses in the name of a CA.
    OcspResponder,
}

/// What a certificate is judged against.
#[derive(Debug, Clone, Copy)]
pub struct LintParameters<'a> {
    /// What is meant to be issued.
    pub kind: CertificateKind,
    /// Certificate of the signing CA; absent when the certificate signs itself.
    pub issuer: Option<&'a Certificate>,
    /// Longest validity, both ends counted.
    pub max_validity: Option<Duration>,
    /// Key purposes that may occur; empty allows any.
    pub allowed_ekus: &'a [ExtendedKeyUsage],
    /// Exactly the names that must occur.
    pub expected_names: Option<&'a BTreeSet<San>>,
}

impl<'a> LintParameters<'a> {
    /// For a leaf of `issuer`, without limits of a profile.
    pub const fn leaf(issuer: &'a Certificate) -> Self {
        Self {
            kind: CertificateKind::EndEntity,
            issuer: Some(issuer),
            max_validity: None,
            allowed_ekus: &[],
            expected_names: None,
        }
    }
}

/// Runs all lints over DER of a `TBSCertificate`. Findings come in the order of [`lint_codes`];
/// none means that it may be signed.
pub fn lint(tbs_der: &[u8], parameters: &LintParameters<'_>) -> Vec<Finding> {
    let tbs = match Tbs::from_der(tbs_der) {
        Ok(tbs) => tbs,
        Err(error) => return vec![Finding::error(MALFORMED, format!("not a TBSCertificate: {error}"))],
    };
    let names = match tbs.extension(ID_CE_SUBJECT_ALT_NAME).map(|e| general_names(e.extn_value.as_bytes())) {
        None => Vec::new(),
        Some(Ok(names)) => names,
        Some(Err(error)) => {
            return vec![Finding::error(MALFORMED, format!("unreadable subjectAltName: {error}"))];
        }
    };
    let key = tbs.spki.to_der().ok().and_then(|der| PublicKey::from_spki_der(&der).ok());
    let draft = Draft { size: tbs_der.len(), tbs: &tbs, names, key, parameters };
    TABLES
        .into_iter()
        .flatten()
        .filter_map(|rule| {
            let message = (rule.check)(&draft)?;
            Some(Finding { code: rule.code, severity: rule.severity, message })
        })
        .collect()
}

/// The stable codes of all lints, in the order in which they run.
pub fn lint_codes() -> impl Iterator<Item = &'static str> {
    std::iter::once(MALFORMED).chain(TABLES.into_iter().flatten().map(|rule| rule.code))
}

const MALFORMED: &str = "tbs_malformed";

const TABLES: [&[Rule]; 4] = [fields::RULES, naming::RULES, extensions::RULES, revocation::RULES];

/// One lint: gives a message when its rule is broken.
struct Rule {
    code: &'static str,
    severity: Severity,
    check: fn(&Draft<'_>) -> Option<String>,
}

impl Rule {
    const fn error(code: &'static str, check: fn(&Draft<'_>) -> Option<String>) -> Self {
        Self { code, severity: Severity::Error, check }
    }

    const fn warning(code: &'static str, check: fn(&Draft<'_>) -> Option<String>) -> Self {
        Self { code, severity: Severity::Warning, check }
    }
}

/// The structure under judgement, decoded as far as every lint needs it.
struct Draft<'a> {
    size: usize,
    tbs: &'a Tbs,
    /// Names of the SAN extension, in order.
    names: Vec<GeneralName<'a>>,
    /// Absent when the key is of no supported kind.
    key: Option<PublicKey>,
    parameters: &'a LintParameters<'a>,
}

impl Draft<'_> {
    fn is_leaf(&self) -> bool {
        self.parameters.kind != CertificateKind::Authority
    }

    /// Whether it is for something that has names, which relying parties compare.
    fn is_named(&self) -> bool {
        self.parameters.kind == CertificateKind::EndEntity
    }

    /// The key that will sign: the issuer's, or its own for a root.
    fn issuer_key(&self) -> Option<&PublicKey> {
        self.parameters.issuer.map_or(self.key.as_ref(), Certificate::public_key)
    }

    fn subject_is_empty(&self) -> bool {
        self.tbs.subject.value().is_empty()
    }
}

/// `Some(message)` when `broken`.
fn when(broken: bool, message: impl Into<String>) -> Option<String> {
    broken.then(|| message.into())
}

#[cfg(test)]
mod tests;
