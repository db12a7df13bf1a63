//! Targets.

use crate::conn::MultiBackend;
use crate::constraints::Reference;
use crate::rows::{IntoDomain, TargetRow};
use crate::schema::{certificate_target_mappings, deployment_targets};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::id::{AgentId, TargetId};
use certctl_domain::issuer::TestStatus;
use certctl_domain::target::Target;
use certctl_repository::{Page, PageRequest, StoreError, TargetFilter, TargetRepo, exactly_one};
use diesel::dsl::exists;
use diesel::prelude::*;

fn filtered(filter: &TargetFilter) -> deployment_targets::BoxedQuery<'static, MultiBackend> {
    let mut query = deployment_targets::table.into_boxed();
    if let Some(agent) = &filter.agent_id {
        query = query.filter(deployment_targets::agent_id.eq(agent.to_string()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(deployment_targets::kind.eq(kind.as_str()));
    }
    if !filter.include_retired {
        query = query.filter(deployment_targets::retired_at.is_null());
    }
    query
}

impl TargetRepo for DieselTx<'_> {
    fn find(&mut self, id: &TargetId) -> Result<Option<Target>, StoreError> {
        let row = deployment_targets::table
            .find(id.as_str())
            .select(TargetRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(TargetRow::into_domain).transpose()
    }

    fn list(&mut self, filter: &TargetFilter, page: &PageRequest) -> Result<Page<Target>, StoreError> {
        let created_at = |target: &Target| target.created_at;
        Ok(newest_first!(self, page, deployment_targets.created_at, TargetRow, filtered(filter), created_at))
    }

    fn insert(&mut self, target: &Target) -> Result<(), StoreError> {
        let row = TargetRow::from(target);
        let inserted = diesel::insert_into(deployment_targets::table).values(row).execute(self.conn);
        self.check_references(inserted, &[(Reference::TARGET_AGENT, Some(target.agent_id.as_str()))])
            .map(drop)
    }

    fn update(&mut self, target: &mut Target) -> Result<(), StoreError> {
        let mut row = TargetRow::from(&*target);
        row.revision += 1;
        let stored = deployment_targets::table
            .find(target.id.as_str())
            .filter(deployment_targets::revision.eq(target.revision));
        let updated = diesel::update(stored).set(row).execute(self.conn);
        let references = [(Reference::TARGET_AGENT, Some(target.agent_id.as_str()))];
        exactly_one(self.check_references(updated, &references)?)?;
        target.revision += 1;
        Ok(())
    }

    fn record_test(&mut self, id: &TargetId, status: TestStatus, at: Timestamp) -> Result<(), StoreError> {
        let updated = diesel::update(deployment_targets::table.find(id.as_str()))
            .set((
                deployment_targets::test_status.eq(status.as_str()),
                deployment_targets::last_tested_at.eq(DbTime::from(at)),
            ))
            .execute(self.conn);
        exactly_one(self.check(updated)?)
    }

    fn delete(&mut self, id: &TargetId) -> Result<(), StoreError> {
        let mappings =
            certificate_target_mappings::table.filter(certificate_target_mappings::target_id.eq(id.as_str()));
        let used = diesel::select(exists(mappings)).get_result(self.conn);
        if self.check(used)? {
            return Err(StoreError::InUse { key: Reference::DEPLOYMENT_TARGET.key });
        }
        let deleted = diesel::delete(deployment_targets::table.find(id.as_str())).execute(self.conn);
        exactly_one(self.check_delete(deleted)?)
    }

    fn retire_of_agent(&mut self, agent: &AgentId, reason: &str, at: Timestamp) -> Result<u64, StoreError> {
        let active = deployment_targets::table
            .filter(deployment_targets::agent_id.eq(agent.as_str()))
            .filter(deployment_targets::retired_at.is_null());
        let updated = diesel::update(active)
            .set((
                deployment_targets::retired_at.eq(DbTime::from(at)),
                deployment_targets::retired_reason.eq(reason),
                deployment_targets::updated_at.eq(DbTime::from(at)),
                deployment_targets::revision.eq(deployment_targets::revision + 1),
            ))
            .execute(self.conn);
        Ok(self.check(updated)? as u64)
    }
}
