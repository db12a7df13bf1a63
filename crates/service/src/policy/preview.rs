//! What a rule would find, before it is stored.

use super::judge::lifetimes;
use super::write::{check, row};
use super::{Policies, get};
use crate::failure::Failure;
use certctl_domain::Timestamp;
use certctl_domain::id::{CertificateId, PolicyRuleId};
use certctl_domain::policy::{Facts, PolicyRule, evaluate};
use certctl_repository::Tx;
use certctl_service_api::ServiceError;
use certctl_service_api::policy::{PolicyDraft, PolicyPreview, WouldViolate};
use std::collections::HashSet;
use std::sync::Arc;

/// Certificates that are read at once. Between batches others get the connection.
const BATCH: u32 = 500;
/// Most offenders that are named.
const MOST_NAMED: u32 = 500;

impl Policies {
    pub(super) async fn try_out(
        &self,
        draft: PolicyDraft,
        limit: u32,
    ) -> Result<PolicyPreview, ServiceError> {
        if limit > MOST_NAMED {
            let message = format!("must be at most {MOST_NAMED}");
            return Err(ServiceError::invalid("limit", "invalid_value", message));
        }
        let now = self.base.clock.now();
        let (rule, stored) = match draft {
            // Never stored, so the id names nothing.
            PolicyDraft::New(spec) => {
                (row(PolicyRuleId::mint(&*self.base.ids), check(spec)?, now, now), None)
            }
            PolicyDraft::Changed(id, edit) => {
                let changed = self.base.store.read("policy.draft", move |tx| {
                    let before = get(tx, &id)?;
                    let spec = check(edit(&before)?)?;
                    Ok::<_, Failure>(row(id.clone(), spec, before.created_at, now))
                });
                let rule = changed.await?;
                let id = rule.id.clone();
                (rule, Some(id))
            }
        };
        let (rule, stored) = (Arc::new(rule), Arc::new(stored));
        let mut preview = PolicyPreview::default();
        let mut after: Option<CertificateId> = None;
        loop {
            let (rule, stored, from) = (Arc::clone(&rule), Arc::clone(&stored), after.clone());
            let batch = self.base.store.read("policy.preview", move |tx| {
                judge(tx, &rule, stored.as_ref().as_ref(), from.as_ref(), now)
            });
            let (found, last) = batch.await?;
            preview.certificates += found.certificates;
            preview.violating += found.violating;
            preview.newly += found.newly;
            preview.resolved += found.resolved;
            let room = usize::try_from(limit).unwrap_or(usize::MAX).saturating_sub(preview.first.len());
            preview.first.extend(found.first.into_iter().take(room));
            if found.certificates < u64::from(BATCH) {
                return Ok(preview);
            }
            after = last;
        }
    }
}

/// One batch: what it would add to the preview, and where the next begins.
fn judge(
    tx: &mut dyn Tx,
    rule: &PolicyRule,
    stored: Option<&PolicyRuleId>,
    after: Option<&CertificateId>,
    now: Timestamp,
) -> Result<(PolicyPreview, Option<CertificateId>), Failure> {
    let certificates = tx.certificates().in_service(after, BATCH)?;
    let ids: Vec<_> = certificates.iter().map(|certificate| certificate.id.clone()).collect();
    let lifetimes = lifetimes(tx, std::slice::from_ref(rule), &ids)?;
    let known: HashSet<CertificateId> = match stored {
        None => HashSet::new(),
        Some(rule) => {
            let open = tx.policy_violations().open_of(&ids)?.into_iter();
            open.filter(|row| row.rule_id == *rule).map(|row| row.certificate_id).collect()
        }
    };
    let mut preview = PolicyPreview::default();
    for certificate in certificates {
        preview.certificates += 1;
        let known = known.contains(&certificate.id);
        let facts = Facts::new(&certificate, lifetimes.get(&certificate.id).copied(), now);
        // A rule that is switched off finds nothing.
        let Some(message) = evaluate(rule, &facts).filter(|_| rule.enabled) else {
            preview.resolved += u64::from(known);
            continue;
        };
        preview.violating += 1;
        preview.newly += u64::from(!known);
        let (certificate_id, name) = (certificate.id, certificate.name);
        preview.first.push(WouldViolate { certificate_id, name, message, known });
    }
    Ok((preview, ids.last().cloned()))
}
