//! Checks of what clients may set, and its canonical form.

use crate::support::{INVISIBLE, check_name, is_deceptive};
use certctl_domain::san::San;
use certctl_service_api::certificate::{CertificateSpec, CertificateView};
use certctl_service_api::{FieldError, ServiceError};
use std::collections::BTreeSet;

const MAX_SANS: usize = 100;
const MAX_TAGS: usize = 64;

/// Checks every field and returns the canonical SANs, sorted and without duplicates.
pub(crate) fn check(spec: &CertificateSpec) -> Result<Vec<San>, ServiceError> {
    let mut problems = Vec::new();
    for (field, text, max) in [("name", &spec.name, 255), ("common_name", &spec.common_name, 253)] {
        if let Err(ServiceError::Invalid(found)) = check_name(field, text, max) {
            problems.extend(found);
        }
    }
    if problems.is_empty()
        && let Err(error) = San::parse(&spec.common_name)
    {
        problems.push(FieldError::new("common_name", "invalid_name", error.to_string()));
    }
    if spec.environment.chars().count() > 50 || spec.environment.chars().any(char::is_control) {
        problems.push(FieldError::new("environment", "invalid_length", "must have at most 50 characters"));
    } else if spec.environment.chars().any(is_deceptive) {
        problems.push(FieldError::new("environment", "invalid_value", INVISIBLE));
    }
    if spec.sans.len() > MAX_SANS {
        problems.push(FieldError::new("sans", "too_many", format!("at most {MAX_SANS} names are allowed")));
    }
    if spec.tags.len() > MAX_TAGS {
        problems.push(FieldError::new("tags", "too_many", format!("at most {MAX_TAGS} tags are allowed")));
    }
    for (key, value) in &spec.tags {
        let sound = |text: &str, max| text.chars().count() <= max && !text.chars().any(char::is_control);
        if key.is_empty() || !sound(key, 128) || !sound(value, 1_024) {
            let shown: String = key.chars().take(64).collect();
            problems.push(FieldError::new(
                format!("tags.{shown}"),
                "invalid_length",
                "a tag has a key of 1 to 128 characters and a value of at most 1024, without control characters",
            ));
        } else if key.chars().chain(value.chars()).any(is_deceptive) {
            let shown: String = key.chars().filter(|c| !is_deceptive(*c)).take(64).collect();
            problems.push(FieldError::new(format!("tags.{shown}"), "invalid_value", INVISIBLE));
        }
    }
    let mut sans = BTreeSet::new();
    for (index, text) in spec.sans.iter().enumerate().take(MAX_SANS) {
        match San::parse(text) {
            Ok(san) => {
                sans.insert(san);
            }
            Err(error) => {
                problems.push(FieldError::new(format!("sans[{index}]"), "invalid_name", error.to_string()));
            }
        }
    }
    if problems.is_empty() { Ok(sans.into_iter().collect()) } else { Err(ServiceError::Invalid(problems)) }
}

/// What would leave a certificate as it is; its targets are not part of it.
pub(crate) fn unchanged(view: &CertificateView) -> CertificateSpec {
    let row = &view.certificate;
    CertificateSpec {
        name: row.name.clone(),
        common_name: row.common_name.clone(),
        sans: row.sans.iter().map(ToString::to_string).collect(),
        environment: row.environment.clone(),
        owner_id: row.owner_id.clone(),
        team_id: row.team_id.clone(),
        issuer_id: row.issuer_id.clone(),
        renewal_policy_id: row.renewal_policy_id.clone(),
        profile_id: row.profile_id.clone(),
        tags: row.tags.clone(),
        target_ids: None,
    }
}
