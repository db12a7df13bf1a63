//! Agents.

use crate::conn::MultiBackend;
use crate::paging::{containing, parse_time_key};
use crate::prepared::Preparable;
use crate::rows::{AgentRow, IntoDomain, domain_values, parse_ids};
use crate::schema::{agents, certificate_target_mappings, deployment_targets, jobs};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::agent::{Agent, AgentDependencies, AgentMetadata, AgentStatus, SENTINEL_AGENT_IDS};
use certctl_domain::id::AgentId;
use certctl_repository::{AgentFilter, AgentRepo, Cursor, Page, PageRequest, StoreError, exactly_one};
use diesel::dsl::count;
use diesel::prelude::*;

/// What a heartbeat changes; absent facts leave their column alone.
#[derive(AsChangeset)]
#[diesel(table_name = agents)]
struct Heartbeat<'a> {
    status: &'a str,
    last_heartbeat_at: DbTime,
    hostname: Option<&'a str>,
    os: Option<&'a str>,
    architecture: Option<&'a str>,
    ip_address: Option<&'a str>,
    version: Option<&'a str>,
}

fn reported(fact: &str) -> Option<&str> {
    Some(fact).filter(|fact| !fact.is_empty())
}

diesel::define_sql_function! {
    /// The text in lower case.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

fn filtered(filter: &AgentFilter) -> agents::BoxedQuery<'static, MultiBackend> {
    let mut query = agents::table.into_boxed();
    query = if filter.retired {
        query.filter(agents::retired_at.is_not_null())
    } else {
        query.filter(agents::retired_at.is_null())
    };
    if let Some(status) = filter.status {
        query = query.filter(agents::status.eq(status.as_str()));
    }
    if let Some(search) = &filter.search {
        let part = containing(search);
        query = query.filter(
            lower(agents::name)
                .like(part.clone())
                .escape('\\')
                .or(lower(agents::hostname).like(part.clone()).escape('\\'))
                .or(lower(agents::ip_address).like(part).escape('\\')),
        );
    }
    query
}

impl AgentRepo for DieselTx<'_> {
    fn find(&mut self, id: &AgentId) -> Result<Option<Agent>, StoreError> {
        let row = agents::table.find(id.as_str()).select(AgentRow::as_select()).first(self.conn).optional();
        self.check(row)?.map(AgentRow::into_domain).transpose()
    }

    fn find_by_credential(&mut self, credential_hash: &str) -> Result<Option<Agent>, StoreError> {
        let row = agents::table
            .filter(agents::api_key_hash.eq(credential_hash))
            .select(AgentRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(AgentRow::into_domain).transpose()
    }

    fn list(&mut self, filter: &AgentFilter, page: &PageRequest) -> Result<Page<Agent>, StoreError> {
        let registered_at = |agent: &Agent| agent.registered_at;
        Ok(newest_first!(self, page, agents.registered_at, AgentRow, filtered(filter), registered_at))
    }

    fn in_service(&mut self, after: Option<&Cursor>, limit: u32) -> Result<Vec<Agent>, StoreError> {
        let mut query = filtered(&AgentFilter::default());
        if let Some(cursor) = after {
            let at = parse_time_key(&cursor.key)?;
            query = query
                .filter(agents::registered_at.le(at))
                .filter(agents::registered_at.lt(at).or(agents::id.lt(cursor.id.clone())));
        }
        let rows = query
            .order_by(agents::registered_at.desc())
            .then_order_by(agents::id.desc())
            .limit(limit.into())
            .select(AgentRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn insert(&mut self, agent: &Agent) -> Result<(), StoreError> {
        let inserted = diesel::insert_into(agents::table).values(AgentRow::from(agent)).execute(self.conn);
        self.check(inserted).map(drop)
    }

    fn record_heartbeat(
        &mut self,
        id: &AgentId,
        facts: &AgentMetadata,
        status: AgentStatus,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let updated = diesel::update(agents::table.find(id.as_str()).filter(agents::retired_at.is_null()))
            .set(Heartbeat {
                status: status.as_str(),
                last_heartbeat_at: at.into(),
                hostname: reported(&facts.hostname),
                os: reported(&facts.os),
                architecture: reported(&facts.architecture),
                ip_address: reported(&facts.ip_address),
                version: reported(&facts.version),
            })
            .prepared()
            .execute(self.conn);
        Ok(self.check(updated)? == 1)
    }

    fn set_credential(&mut self, id: &AgentId, credential_hash: &str) -> Result<(), StoreError> {
        let updated = diesel::update(agents::table.find(id.as_str()).filter(agents::retired_at.is_null()))
            .set(agents::api_key_hash.eq(reported(credential_hash)))
            .execute(self.conn);
        exactly_one(self.check(updated)?)
    }

    fn retire(&mut self, id: &AgentId, reason: &str, at: Timestamp) -> Result<(), StoreError> {
        let updated = diesel::update(agents::table.find(id.as_str()).filter(agents::retired_at.is_null()))
            .set((agents::retired_at.eq(DbTime::from(at)), agents::retired_reason.eq(reason)))
            .execute(self.conn);
        exactly_one(self.check(updated)?)
    }

    fn mark_offline(&mut self, before: Timestamp) -> Result<Vec<AgentId>, StoreError> {
        let silent = agents::table
            .filter(agents::retired_at.is_null())
            .filter(agents::status.ne(AgentStatus::Offline.as_str()))
            .filter(agents::id.ne_all(SENTINEL_AGENT_IDS))
            .filter(agents::last_heartbeat_at.lt(DbTime::from(before)));
        let updated = diesel::update(silent)
            .set(agents::status.eq(AgentStatus::Offline.as_str()))
            .returning(agents::id)
            .get_results::<String>(self.conn);
        let mut ids: Vec<AgentId> = parse_ids("agents", &self.check(updated)?)?;
        ids.sort();
        Ok(ids)
    }

    fn dependencies(&mut self, id: &AgentId) -> Result<AgentDependencies, StoreError> {
        let targets = || {
            deployment_targets::table
                .filter(deployment_targets::agent_id.eq(id.as_str()))
                .filter(deployment_targets::retired_at.is_null())
        };
        let active_targets = targets().count().get_result::<i64>(self.conn);
        let active_targets = self.check(active_targets)?;
        let active_certificates = certificate_target_mappings::table
            .filter(certificate_target_mappings::target_id.eq_any(targets().select(deployment_targets::id)))
            .select(count(certificate_target_mappings::certificate_id).aggregate_distinct())
            .first::<i64>(self.conn);
        let active_certificates = self.check(active_certificates)?;
        let pending_jobs = jobs::table
            .filter(jobs::agent_id.eq(id.as_str()))
            .filter(jobs::completed_at.is_null())
            .count()
            .get_result::<i64>(self.conn);
        let pending_jobs = self.check(pending_jobs)?;
        Ok(AgentDependencies {
            active_targets: active_targets.unsigned_abs(),
            active_certificates: active_certificates.unsigned_abs(),
            pending_jobs: pending_jobs.unsigned_abs(),
        })
    }
}
