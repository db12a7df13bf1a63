//! Certificate profiles. A change holds for the next issuance; nothing issued is touched.

mod enforce;

pub(crate) use enforce::{check_issued, check_request};

use crate::failure::Failure;
use crate::support::{
    Foundation, all_of, audit_event, check_name, check_revision, check_text, in_use, listing, page_request,
    time_of_change,
};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::access::Permission;
use certctl_domain::id::ProfileId;
use certctl_domain::profile::{
    AllowedKey, CSR_ATTRIBUTES, CertificateProfile, ExtendedKeyUsage, KeyAlgorithm,
};
use certctl_repository::Tx;
use certctl_service_api::edit::Edit;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::profile::{ProfileService, ProfileSpec};
use certctl_service_api::{Actor, ServiceError};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Keys of a profile that names none.
const KEYS: [AllowedKey; 2] = [
    AllowedKey { algorithm: KeyAlgorithm::Ecdsa, min_size: 256 },
    AllowedKey { algorithm: KeyAlgorithm::Rsa, min_size: 2048 },
];
const MAX_PATTERNS: usize = 100;

/// Use cases of certificate profiles.
#[derive(Debug)]
pub struct Profiles {
    base: Foundation,
}

impl Profiles {
    /// Over a store.
    pub const fn new(base: Foundation) -> Self {
        Self { base }
    }
}

/// Checks every field, fills in defaults and drops repetitions.
fn check(mut spec: ProfileSpec) -> Result<ProfileSpec, ServiceError> {
    if spec.allowed_keys.is_empty() {
        spec.allowed_keys = KEYS.to_vec();
    }
    if spec.allowed_ekus.is_empty() {
        spec.allowed_ekus = vec![ExtendedKeyUsage::ServerAuth];
    }
    let fields = [
        check_name("name", &spec.name, 255),
        check_text("description", &spec.description, 1024),
        check_lifetime(&spec),
        check_usages(&spec),
        check_count("required_san_patterns", spec.required_san_patterns.len()),
        check_pattern("spiffe_uri_pattern", &spec.spiffe_uri_pattern),
    ];
    let keys = (0..).zip(&spec.allowed_keys).map(|(at, key)| check_key(at, *key, &spec.allowed_keys));
    let patterns =
        (0..).zip(&spec.required_san_patterns).take(MAX_PATTERNS).map(|(at, pattern): (usize, _)| {
            let field = format!("required_san_patterns[{at}]");
            if pattern.is_empty() {
                return Err(ServiceError::invalid(field, "required", "an empty pattern would match nothing"));
            }
            check_pattern(&field, pattern)
        });
    let attributes = (0..).zip(&spec.required_csr_attributes).map(|(at, name): (usize, _)| {
        if CSR_ATTRIBUTES.contains(&&**name) {
            return Ok(());
        }
        let message = format!("use one of {}", CSR_ATTRIBUTES.join(", "));
        Err(ServiceError::invalid(format!("required_csr_attributes[{at}]"), "unknown_value", message))
    });
    all_of(fields.into_iter().chain(keys).chain(patterns).chain(attributes))?;
    without_repetitions(&mut spec.allowed_ekus);
    without_repetitions(&mut spec.required_san_patterns);
    without_repetitions(&mut spec.required_csr_attributes);
    Ok(spec)
}

fn check_lifetime(spec: &ProfileSpec) -> Result<(), ServiceError> {
    if spec.allow_short_lived && !(1..3600).contains(&spec.max_ttl_seconds) {
        let message = "must be 1 to 3599 where allow_short_lived is set";
        return Err(ServiceError::invalid("max_ttl_seconds", "invalid_value", message));
    }
    let refuse = |message| Err(ServiceError::invalid("no_rev_avail", "invalid_value", message));
    match (spec.no_rev_avail, spec.allow_short_lived, spec.must_staple) {
        (true, false, _) => refuse(
            "only certificates of less than an hour may say that their revocation is not announced; set allow_short_lived",
        ),
        (true, _, true) => refuse(
            "a certificate cannot demand an OCSP response and say that there is none; unset must_staple",
        ),
        _ => Ok(()),
    }
}

/// RFC 3161 §2.3: a time-stamping certificate has no other purpose.
fn check_usages(spec: &ProfileSpec) -> Result<(), ServiceError> {
    let stamps = spec.allowed_ekus.contains(&ExtendedKeyUsage::TimeStamping);
    if stamps && spec.allowed_ekus.iter().any(|usage| *usage != ExtendedKeyUsage::TimeStamping) {
        let message = "timeStamping has to be the only extended key usage";
        return Err(ServiceError::invalid("allowed_ekus", "invalid_value", message));
    }
    Ok(())
}

fn check_key(at: usize, key: AllowedKey, all: &[AllowedKey]) -> Result<(), ServiceError> {
    let sizes = match key.algorithm {
        KeyAlgorithm::Rsa => 2048..=8192,
        KeyAlgorithm::Ecdsa => 256..=521,
        KeyAlgorithm::Ed25519 => 0..=256,
    };
    if !sizes.contains(&key.min_size) {
        let message = format!("must be {} to {} for {}", sizes.start(), sizes.end(), key.algorithm);
        let field = format!("allowed_key_algorithms[{at}].min_size");
        return Err(ServiceError::invalid(field, "invalid_value", message));
    }
    if all.iter().take(at).any(|other| other.algorithm == key.algorithm) {
        let field = format!("allowed_key_algorithms[{at}].algorithm");
        return Err(ServiceError::invalid(field, "invalid_value", "name each algorithm once"));
    }
    Ok(())
}

fn check_count(field: &str, count: usize) -> Result<(), ServiceError> {
    if count <= MAX_PATTERNS {
        return Ok(());
    }
    Err(ServiceError::invalid(field, "too_many", format!("at most {MAX_PATTERNS} are allowed")))
}

/// Compiles a pattern the way issuance does.
fn check_pattern(field: &str, pattern: &str) -> Result<(), ServiceError> {
    if pattern.chars().count() > 512 {
        return Err(ServiceError::invalid(field, "invalid_length", "must have at most 512 characters"));
    }
    match enforce::name_pattern(pattern) {
        Ok(_) => Ok(()),
        Err(error) => Err(ServiceError::invalid(field, "invalid_pattern", error.to_string())),
    }
}

fn without_repetitions<T: Ord + Clone>(values: &mut Vec<T>) {
    let mut seen = BTreeSet::new();
    values.retain(|value| seen.insert(value.clone()));
}

fn row(id: ProfileId, spec: ProfileSpec, created_at: Timestamp, updated_at: Timestamp) -> CertificateProfile {
    CertificateProfile {
        id,
        name: spec.name,
        description: spec.description,
        allowed_keys: spec.allowed_keys,
        max_ttl_seconds: spec.max_ttl_seconds,
        allowed_ekus: spec.allowed_ekus,
        required_san_patterns: spec.required_san_patterns,
        spiffe_uri_pattern: spec.spiffe_uri_pattern,
        allow_short_lived: spec.allow_short_lived,
        must_staple: spec.must_staple,
        no_rev_avail: spec.no_rev_avail,
        required_csr_attributes: spec.required_csr_attributes,
        acme_auth_mode: spec.acme_auth_mode,
        requires_approval: spec.requires_approval,
        enabled: spec.enabled,
        created_at,
        updated_at,
    }
}

fn get(tx: &mut dyn Tx, id: &ProfileId) -> Result<CertificateProfile, Failure> {
    tx.profiles().find(id)?.ok_or_else(|| Failure::Service(ServiceError::not_found("profile", id)))
}

fn facts(row: &CertificateProfile) -> Value {
    let keys = row.allowed_keys.iter();
    let keys: Vec<_> =
        keys.map(|key| json!({"algorithm": key.algorithm, "min_size": key.min_size})).collect();
    json!({
        "name": row.name,
        "description": row.description,
        "allowed_key_algorithms": keys,
        "max_ttl_seconds": row.max_ttl_seconds,
        "allowed_ekus": row.allowed_ekus,
        "required_san_patterns": row.required_san_patterns,
        "spiffe_uri_pattern": row.spiffe_uri_pattern,
        "allow_short_lived": row.allow_short_lived,
        "must_staple": row.must_staple,
        "no_rev_avail": row.no_rev_avail,
        "required_csr_attributes": row.required_csr_attributes,
        "acme_auth_mode": row.acme_auth_mode,
        "requires_approval": row.requires_approval,
        "enabled": row.enabled,
    })
}

#[async_trait]
impl ProfileService for Profiles {
    async fn list(
        &self,
        who: &Actor,
        page: ListRequest,
    ) -> Result<Listing<CertificateProfile>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let request = page_request("profiles", &page)?;
        let wanted = request.clone();
        let found =
            self.base.store.read("profile.list", move |tx| Ok::<_, Failure>(tx.profiles().list(&wanted)?));
        Ok(listing("profiles", &request, found.await?))
    }

    async fn get(&self, who: &Actor, id: &ProfileId) -> Result<CertificateProfile, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let id = id.clone();
        Ok(self.base.store.read("profile.get", move |tx| get(tx, &id)).await?)
    }

    async fn create(
        &self,
        who: &Actor,
        id: Option<ProfileId>,
        spec: ProfileSpec,
    ) -> Result<CertificateProfile, ServiceError> {
        who.require(Permission::ProfileWrite)?;
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let row = row(id.unwrap_or_else(|| ProfileId::mint(&*ids)), check(spec)?, now, now);
        let created = self.base.store.write("profile.create", move |tx| {
            tx.profiles().insert(&row)?;
            let (subject, details) = (("profile", row.id.as_str()), json!({"after": facts(&row)}));
            tx.audit().append(&audit_event(&*ids, &who, now, "profile_created", subject, &details))?;
            get(tx, &row.id)
        });
        Ok(created.await?)
    }

    async fn change(
        &self,
        who: &Actor,
        id: &ProfileId,
        edit: Edit<CertificateProfile, ProfileSpec>,
        revision: Option<i64>,
    ) -> Result<CertificateProfile, ServiceError> {
        who.require(Permission::ProfileWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let changed = self.base.store.write("profile.change", move |tx| {
            let before = get(tx, &id)?;
            check_revision(before.revision(), revision)?;
            let changed_at = time_of_change(now, before.updated_at);
            let after = row(id.clone(), check(edit(&before)?)?, before.created_at, changed_at);
            tx.profiles().update(&after, before.updated_at)?;
            let details = json!({"before": facts(&before), "after": facts(&after)});
            let subject = ("profile", id.as_str());
            tx.audit().append(&audit_event(&*ids, &who, now, "profile_updated", subject, &details))?;
            Ok::<_, Failure>(after)
        });
        Ok(changed.await?)
    }

    async fn delete(&self, who: &Actor, id: &ProfileId) -> Result<(), ServiceError> {
        who.require(Permission::ProfileWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let deleted = self.base.store.write("profile.delete", move |tx| {
            let row = get(tx, &id)?;
            let certificates = tx.profiles().certificates(&id)?;
            if certificates > 0 {
                return Err(in_use(format!("profile {id}"), &[("certificates", certificates)]));
            }
            tx.profiles().delete(&id)?;
            let (subject, details) = (("profile", id.as_str()), json!({"before": facts(&row)}));
            tx.audit().append(&audit_event(&*ids, &who, now, "profile_deleted", subject, &details))?;
            Ok(())
        });
        Ok(deleted.await?)
    }
}
