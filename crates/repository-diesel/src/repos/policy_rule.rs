//! Compliance rules and their violations.

use crate::conn::MultiBackend;
use crate::constraints::Reference;
use crate::prepared::Preparable;
use crate::rows::{IntoDomain, PolicyRuleRow, ViolationRow, domain_values};
use crate::schema::{policy_rules, policy_violations};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::id::{CertificateId, PolicyRuleId, ViolationId};
use certctl_domain::policy::{PolicyRule, PolicySeverity, PolicyViolation};
use certctl_repository::{
    Dimension, Page, PageRequest, PolicyRuleRepo, PolicyViolationRepo, StoreError, ViolationFilter,
    exactly_one,
};
use diesel::prelude::*;

impl PolicyRuleRepo for DieselTx<'_> {
    fn find(&mut self, id: &PolicyRuleId) -> Result<Option<PolicyRule>, StoreError> {
        let row = policy_rules::table
            .find(id.as_str())
            .select(PolicyRuleRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(PolicyRuleRow::into_domain).transpose()
    }

    fn list(&mut self, page: &PageRequest) -> Result<Page<PolicyRule>, StoreError> {
        let rows = || policy_rules::table.into_boxed::<MultiBackend>();
        let created_at = |rule: &PolicyRule| rule.created_at;
        Ok(newest_first!(self, page, policy_rules.created_at, PolicyRuleRow, rows(), created_at))
    }

    fn enabled(&mut self) -> Result<Vec<PolicyRule>, StoreError> {
        let rows = policy_rules::table
            .filter(policy_rules::enabled.eq(true))
            .order(policy_rules::id)
            .select(PolicyRuleRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn insert(&mut self, rule: &PolicyRule) -> Result<(), StoreError> {
        let row = PolicyRuleRow::try_from(rule)?;
        let inserted = diesel::insert_into(policy_rules::table).values(row).execute(self.conn);
        self.check(inserted).map(drop)
    }

    fn update(&mut self, rule: &PolicyRule, unchanged_since: Timestamp) -> Result<(), StoreError> {
        let stored = policy_rules::table
            .find(rule.id.as_str())
            .filter(policy_rules::updated_at.eq(DbTime::from(unchanged_since)));
        let updated = diesel::update(stored).set(PolicyRuleRow::try_from(rule)?).execute(self.conn);
        exactly_one(self.check(updated)?)
    }

    fn delete(&mut self, id: &PolicyRuleId) -> Result<(), StoreError> {
        let deleted = diesel::delete(policy_rules::table.find(id.as_str())).execute(self.conn);
        exactly_one(self.check_delete(deleted)?)
    }
}

fn filtered(filter: &ViolationFilter) -> policy_violations::BoxedQuery<'static, MultiBackend> {
    let mut query = policy_violations::table.into_boxed();
    if let Some(certificate) = &filter.certificate_id {
        query = query.filter(policy_violations::certificate_id.eq(certificate.to_string()));
    }
    if let Some(rule) = &filter.rule_id {
        query = query.filter(policy_violations::rule_id.eq(rule.to_string()));
    }
    if let Some(severity) = filter.severity {
        query = query.filter(policy_violations::severity.eq(severity.as_str()));
    }
    match filter.open {
        Some(true) => query.filter(policy_violations::resolved_at.is_null()),
        Some(false) => query.filter(policy_violations::resolved_at.is_not_null()),
        None => query,
    }
}

/// Rows in one statement: PostgreSQL allows 65535 values, SQLite 32766.
const CHUNK: usize = 1000;

fn references(violation: &PolicyViolation) -> [(Reference, Option<&str>); 2] {
    [
        (Reference::VIOLATION_CERTIFICATE, Some(violation.certificate_id.as_str())),
        (Reference::VIOLATION_RULE, Some(violation.rule_id.as_str())),
    ]
}

impl DieselTx<'_> {
    /// Makes the transaction run again where its snapshot is to blame: a rule that was there, or a
    /// violation that was not.
    fn in_a_new_snapshot<T>(&mut self, inserted: Result<T, StoreError>) -> Result<T, StoreError> {
        let outdated = match &inserted {
            Err(StoreError::Missing { key }) => *key == Reference::VIOLATION_RULE.key,
            Err(StoreError::Duplicate { key }) => *key == "policy_violation.open",
            _ => false,
        };
        if outdated {
            self.conflict = true;
            return Err(StoreError::Contended);
        }
        inserted
    }

    /// Violations by everything but their certificate, from the kept counts.
    fn kept_violations(&mut self, filter: &ViolationFilter) -> Result<u64, StoreError> {
        let wanted = |key: &str| {
            let mut parts = key.splitn(3, '/');
            let mut is =
                |part: Option<&str>| parts.next().is_some_and(|known| part.is_none_or(|one| one == known));
            is(filter.rule_id.as_ref().map(PolicyRuleId::as_str))
                && is(filter.severity.map(PolicySeverity::as_str))
                && is(filter.open.map(|open| if open { "open" } else { "resolved" }))
        };
        let counts = self.kept_counts(Dimension::ViolationState)?;
        Ok(counts.iter().filter(|(key, _)| wanted(key)).map(|(_, count)| count).sum())
    }
}

impl PolicyViolationRepo for DieselTx<'_> {
    fn find(&mut self, id: &ViolationId) -> Result<Option<PolicyViolation>, StoreError> {
        let row = policy_violations::table
            .find(id.as_str())
            .select(ViolationRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(ViolationRow::into_domain).transpose()
    }

    fn list(
        &mut self,
        filter: &ViolationFilter,
        page: &PageRequest,
    ) -> Result<Page<PolicyViolation>, StoreError> {
        let created_at = |violation: &PolicyViolation| violation.created_at;
        let rows = || filtered(filter);
        let total = match &filter.certificate_id {
            // One certificate has few.
            Some(_) => {
                let counted = rows().count().get_result::<i64>(self.conn);
                self.check(counted)?.unsigned_abs()
            }
            None => self.kept_violations(filter)?,
        };
        Ok(newest_first!(self, page, policy_violations.created_at, ViolationRow, rows(), created_at, total))
    }

    fn open_of(&mut self, certificates: &[CertificateId]) -> Result<Vec<PolicyViolation>, StoreError> {
        let open = policy_violations::table.filter(policy_violations::resolved_at.is_null());
        let rows = match certificates {
            // Asked at every change of a certificate; only this form is prepared once on SQLite.
            [one] => open
                .filter(policy_violations::certificate_id.eq(one.as_str()))
                .select(ViolationRow::as_select())
                .load(self.conn),
            many => open
                .filter(policy_violations::certificate_id.eq_any(many.iter().map(CertificateId::as_str)))
                .select(ViolationRow::as_select())
                .load(self.conn),
        };
        domain_values(self.check(rows)?)
    }

    fn open(&mut self, violations: &[PolicyViolation]) -> Result<(), StoreError> {
        for some in violations.chunks(CHUNK) {
            let rows: Vec<_> = some.iter().map(ViolationRow::from).collect();
            let inserted = on_backend!(self.conn, |conn| diesel::insert_into(policy_violations::table)
                .values(&rows)
                .execute(conn));
            let references: Vec<_> = some.iter().flat_map(references).collect();
            let inserted = self.check_references(inserted, &references);
            self.in_a_new_snapshot(inserted)?;
        }
        Ok(())
    }

    fn refresh(&mut self, violation: &PolicyViolation) -> Result<(), StoreError> {
        let open = policy_violations::table
            .find(violation.id.as_str())
            .filter(policy_violations::resolved_at.is_null());
        let updated = diesel::update(open)
            .set((
                policy_violations::message.eq(&violation.message),
                policy_violations::severity.eq(violation.severity.as_str()),
                policy_violations::last_seen_at.eq(DbTime::from(violation.last_seen_at)),
            ))
            .prepared()
            .execute(self.conn);
        exactly_one(self.check(updated)?)
    }

    fn seen(&mut self, ids: &[ViolationId], at: Timestamp) -> Result<(), StoreError> {
        let open = policy_violations::table
            .filter(policy_violations::id.eq_any(ids.iter().map(ViolationId::as_str)))
            .filter(policy_violations::resolved_at.is_null());
        let updated =
            diesel::update(open).set(policy_violations::last_seen_at.eq(DbTime::from(at))).execute(self.conn);
        self.check(updated).map(drop)
    }

    fn resolve(&mut self, ids: &[ViolationId], at: Timestamp) -> Result<u64, StoreError> {
        let open = policy_violations::table
            .filter(policy_violations::id.eq_any(ids.iter().map(ViolationId::as_str)))
            .filter(policy_violations::resolved_at.is_null());
        let updated =
            diesel::update(open).set(policy_violations::resolved_at.eq(DbTime::from(at))).execute(self.conn);
        Ok(self.check(updated)?.try_into().unwrap_or(u64::MAX))
    }

    fn resolve_of_rule(&mut self, rule: &PolicyRuleId, at: Timestamp) -> Result<u64, StoreError> {
        let open = policy_violations::table
            .filter(policy_violations::rule_id.eq(rule.as_str()))
            .filter(policy_violations::resolved_at.is_null());
        let updated =
            diesel::update(open).set(policy_violations::resolved_at.eq(DbTime::from(at))).execute(self.conn);
        Ok(self.check(updated)?.try_into().unwrap_or(u64::MAX))
    }

    fn open_count(&mut self, rule: &PolicyRuleId) -> Result<u64, StoreError> {
        let open =
            ViolationFilter { rule_id: Some(rule.clone()), open: Some(true), ..ViolationFilter::default() };
        self.kept_violations(&open)
    }
}
