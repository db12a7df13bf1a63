//! Renewal policies.

use crate::conn::MultiBackend;
use crate::constraints::Reference;
use crate::rows::{IntoDomain, PolicyRow, parse_ids};
use crate::schema::{managed_certificates, renewal_policies};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::id::{AgentGroupId, RenewalPolicyId};
use certctl_domain::renewal::RenewalPolicy;
use certctl_repository::{Page, PageRequest, RenewalPolicyRepo, StoreError, exactly_one};
use diesel::prelude::*;

fn group(policy: &RenewalPolicy) -> (Reference, Option<&str>) {
    (Reference::RENEWAL_POLICY_GROUP, policy.agent_group_id.as_ref().map(AgentGroupId::as_str))
}

impl RenewalPolicyRepo for DieselTx<'_> {
    fn find(&mut self, id: &RenewalPolicyId) -> Result<Option<RenewalPolicy>, StoreError> {
        let row = renewal_policies::table
            .find(id.as_str())
            .select(PolicyRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(PolicyRow::into_domain).transpose()
    }

    fn list(&mut self, page: &PageRequest) -> Result<Page<RenewalPolicy>, StoreError> {
        let rows = || renewal_policies::table.into_boxed::<MultiBackend>();
        let created_at = |policy: &RenewalPolicy| policy.created_at;
        Ok(newest_first!(self, page, renewal_policies.created_at, PolicyRow, rows(), created_at))
    }

    fn insert(&mut self, policy: &RenewalPolicy) -> Result<(), StoreError> {
        let row = PolicyRow::try_from(policy)?;
        let inserted = diesel::insert_into(renewal_policies::table).values(row).execute(self.conn);
        self.check_references(inserted, &[group(policy)]).map(drop)
    }

    fn update(&mut self, policy: &RenewalPolicy, unchanged_since: Timestamp) -> Result<(), StoreError> {
        let stored = renewal_policies::table
            .find(policy.id.as_str())
            .filter(renewal_policies::updated_at.eq(DbTime::from(unchanged_since)));
        let updated = diesel::update(stored).set(PolicyRow::try_from(policy)?).execute(self.conn);
        exactly_one(self.check_references(updated, &[group(policy)])?)
    }

    fn certificates(&mut self, id: &RenewalPolicyId) -> Result<u64, StoreError> {
        let rows = managed_certificates::table
            .filter(managed_certificates::renewal_policy_id.eq(id.as_str()))
            .count()
            .get_result::<i64>(self.conn);
        self.check(rows).map(i64::unsigned_abs)
    }

    fn limited_to(&mut self, group: &AgentGroupId) -> Result<Vec<RenewalPolicyId>, StoreError> {
        let ids = renewal_policies::table
            .filter(renewal_policies::agent_group_id.eq(group.as_str()))
            .order(renewal_policies::id)
            .select(renewal_policies::id)
            .load::<String>(self.conn);
        parse_ids("renewal_policies", &self.check(ids)?)
    }

    fn delete(&mut self, id: &RenewalPolicyId) -> Result<(), StoreError> {
        if RenewalPolicyRepo::certificates(self, id)? > 0 {
            return Err(StoreError::InUse { key: Reference::CERTIFICATE_POLICY.key });
        }
        let deleted = diesel::delete(renewal_policies::table.find(id.as_str())).execute(self.conn);
        exactly_one(self.check_delete(deleted)?)
    }
}
