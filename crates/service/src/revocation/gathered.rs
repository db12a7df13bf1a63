//! What the database knows of the leaves of certificates: read at once, for one certificate or many.

use crate::failure::Failure;
use certctl_domain::Timestamp;
use certctl_domain::certificate::Certificate;
use certctl_domain::id::{CertificateId, IssuerId};
use certctl_domain::ledger::Issuance;
use certctl_domain::revocation::Revocation;
use certctl_domain::version::CertificateVersion;
use certctl_repository::Tx;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Serial number of an issuer.
pub(super) type Number = (IssuerId, String);

/// Everything a revocation is decided from.
pub(super) struct Gathered {
    /// Leaves that have not ended, newest first.
    valid: HashMap<CertificateId, Vec<CertificateVersion>>,
    known: HashMap<Number, Revocation>,
    ledger: HashMap<Number, Issuance>,
    /// Whether an issuer is a CA of certctl.
    local: BTreeMap<IssuerId, bool>,
}

impl Gathered {
    pub(super) fn of(tx: &mut dyn Tx, certificates: &[Certificate], now: Timestamp) -> Result<Self, Failure> {
        let ids: Vec<_> = certificates.iter().map(|certificate| certificate.id.clone()).collect();
        let mut valid: HashMap<_, Vec<_>> = HashMap::new();
        let mut serials: BTreeMap<IssuerId, BTreeSet<String>> = BTreeMap::new();
        for version in tx.versions().valid_of(&ids, now)? {
            let of_issuer = serials.entry(version.issuer_id.clone()).or_default();
            of_issuer.insert(version.serial_number.clone());
            valid.entry(version.certificate_id.clone()).or_default().push(version);
        }
        let (mut known, mut ledger, mut local) = (HashMap::new(), HashMap::new(), BTreeMap::new());
        for (issuer, serials) in serials {
            let serials: Vec<&str> = serials.iter().map(String::as_str).collect();
            for row in tx.revocations().find_all(&issuer, &serials)? {
                known.insert((row.issuer_id.clone(), row.serial_number.clone()), row);
            }
            for row in tx.ledger().find_by_serials(&issuer, &serials)? {
                let Some(serial) = row.serial_number.clone() else { continue };
                ledger.insert((row.issuer_id.clone(), serial), row);
            }
            let ours = tx.issuers().find(&issuer)?.is_none_or(|row| row.kind.is_local());
            local.insert(issuer, ours);
        }
        Ok(Self { valid, known, ledger, local })
    }

    pub(super) fn valid(&self, certificate: &CertificateId) -> &[CertificateVersion] {
        self.valid.get(certificate).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn known(&self, version: &CertificateVersion) -> Option<&Revocation> {
        self.known.get(&number(version))
    }

    pub(super) fn issuance(&self, version: &CertificateVersion) -> Option<&Issuance> {
        self.ledger.get(&number(version))
    }

    pub(super) fn is_local(&self, issuer: &IssuerId) -> bool {
        self.local.get(issuer).copied().unwrap_or(true)
    }
}

pub(super) fn number(version: &CertificateVersion) -> Number {
    (version.issuer_id.clone(), version.serial_number.clone())
}
