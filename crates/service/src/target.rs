//! Targets: rows with a checked configuration, tested by their agent.

mod redeploy;

use crate::connector_config::{CheckedConfig, Stored, refused, shown};
use crate::failure::{Failure, unknown_value};
use crate::job::new_validation;
use crate::secrets::Secrets;
use crate::support::{
    Foundation, audit_event, check_name, check_revision, listing, page_request, time_of_change,
};
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_connector_api::TargetRegistry;
use certctl_connector_api::target::TargetFactory;
use certctl_domain::access::Permission;
use certctl_domain::id::{AgentId, JobId, TargetId};
use certctl_domain::issuer::{ConnectorSource, TestStatus};
use certctl_domain::job::JobEvent;
use certctl_domain::target::{Target, TargetKind};
use certctl_repository::{SealedColumn, StoreError, TargetFilter, Tx};
use certctl_service_api::edit::Edit;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::target::{TargetQuery, TargetService, TargetSpec};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use serde_json::{Value, json};
use std::sync::Arc;

/// Use cases of targets.
#[derive(Debug)]
pub struct Targets {
    base: Foundation,
    registry: TargetRegistry,
    secrets: Secrets,
    wakeups: Arc<Wakeups>,
}

impl Targets {
    /// Over a store; `registry` knows the configurations.
    pub const fn new(
        base: Foundation,
        registry: TargetRegistry,
        secrets: Secrets,
        wakeups: Arc<Wakeups>,
    ) -> Self {
        Self { base, registry, secrets, wakeups }
    }

    async fn find(&self, id: &TargetId) -> Result<Target, ServiceError> {
        let id = id.clone();
        let found = self.base.store.read("target.get", move |tx| get(tx, &id));
        Ok(found.await?)
    }

    fn factory(&self, kind: TargetKind) -> Result<&Arc<dyn TargetFactory>, ServiceError> {
        self.registry.get(kind).ok_or_else(|| {
            ServiceError::unprocessable(
                "type",
                "unsupported_type",
                format!("this server has no connector for targets of type {kind}"),
            )
        })
    }

    /// Checks what a client wants a target to be; `before` is its row, if it exists.
    fn check(
        &self,
        id: &TargetId,
        spec: TargetSpec,
        before: Option<&Target>,
    ) -> Result<Wanted, ServiceError> {
        check_name("name", &spec.name, 255)?;
        let kind: TargetKind = spec.kind.parse().map_err(|error| unknown_value("type", &error))?;
        if before.is_some_and(|before| before.kind != kind) {
            return Err(ServiceError::unprocessable(
                "type",
                "immutable",
                "the type of a target cannot change; create another target",
            ));
        }
        let stored = before.map(|row| Stored {
            column: SealedColumn::TargetConfig,
            row: row.id.as_str(),
            sealed: row.sealed_config.as_deref(),
        });
        let factory = self.factory(kind)?;
        let config = CheckedConfig::check(factory.config_schema(), spec.config, &self.secrets, stored)?;
        factory.check(&config.whole).map_err(refused)?;
        let sealed = config.seal(&self.secrets, SealedColumn::TargetConfig, id.as_str())?;
        Ok(Wanted { name: spec.name, kind, agent_id: spec.agent_id, config, sealed, enabled: spec.enabled })
    }
}

/// What a target should be, checked.
#[derive(Debug, Clone)]
struct Wanted {
    name: String,
    kind: TargetKind,
    agent_id: AgentId,
    config: CheckedConfig,
    sealed: Vec<u8>,
    enabled: bool,
}

impl Wanted {
    fn take_over(&self, row: &mut Target) {
        let moved = row.agent_id != self.agent_id;
        row.name.clone_from(&self.name);
        row.agent_id.clone_from(&self.agent_id);
        row.public_config = self.config.public.clone();
        row.sealed_config = Some(self.sealed.clone());
        row.enabled = self.enabled;
        if moved || !self.config.unchanged {
            row.test_status = TestStatus::Untested;
            row.last_tested_at = None;
        }
    }
}

fn get(tx: &mut dyn Tx, id: &TargetId) -> Result<Target, Failure> {
    tx.targets().find(id)?.ok_or_else(|| Failure::Service(ServiceError::not_found("target", id)))
}

/// Refuses an agent that does not exist or is not in service.
fn check_agent(tx: &mut dyn Tx, agent: &AgentId) -> Result<(), Failure> {
    let (code, message) = match tx.agents().find(agent)? {
        Some(row) if row.retired_at.is_none() => return Ok(()),
        Some(_) => ("agent_retired", format!("agent {agent} has been retired")),
        None => ("unknown_reference", format!("agent {agent} does not exist")),
    };
    Err(Failure::Service(ServiceError::unprocessable("agent_id", code, message)))
}

/// The keys of the certificates on a target are its agent's, so it moves empty or not at all.
fn check_move(tx: &mut dyn Tx, row: &Target, agent: &AgentId) -> Result<(), Failure> {
    if row.agent_id == *agent {
        return Ok(());
    }
    check_agent(tx, agent)?;
    if tx.deployments().certificates_of(&row.id)?.is_empty() {
        return Ok(());
    }
    Err(Failure::Service(ServiceError::conflict(
        ConflictCode::InUse,
        format!(
            "certificates are mapped to target {}, whose keys are on agent {}; unmap them, or create another target",
            row.id, row.agent_id
        ),
    )))
}

fn retired(row: &Target) -> Failure {
    Failure::Service(ServiceError::conflict(
        ConflictCode::InvalidState,
        format!("target {} has been retired with its agent; create another target", row.id),
    ))
}

fn facts(row: &Target) -> Value {
    json!({
        "name": row.name,
        "type": row.kind,
        "agent_id": row.agent_id,
        "enabled": row.enabled,
        "config": shown(&row.public_config),
    })
}

/// The row as callers get it: the sealed configuration stays here.
fn without_secrets(row: Target) -> Target {
    Target { sealed_config: None, ..row }
}

#[async_trait]
impl TargetService for Targets {
    async fn list(
        &self,
        who: &Actor,
        query: TargetQuery,
        page: ListRequest,
    ) -> Result<Listing<Target>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let request = page_request("targets", &page)?;
        let TargetQuery { agent_id, kind, include_retired } = query;
        let (filter, wanted) = (TargetFilter { agent_id, kind, include_retired }, request.clone());
        let found = self
            .base
            .store
            .read("target.list", move |tx| Ok::<_, Failure>(tx.targets().list(&filter, &wanted)?))
            .await?;
        Ok(listing("targets", &request, found.map(without_secrets)))
    }

    async fn get(&self, who: &Actor, id: &TargetId) -> Result<Target, ServiceError> {
        who.require(Permission::InventoryRead)?;
        self.find(id).await.map(without_secrets)
    }

    async fn create(
        &self,
        who: &Actor,
        id: Option<TargetId>,
        spec: TargetSpec,
    ) -> Result<Target, ServiceError> {
        who.require(Permission::TargetWrite)?;
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let id = id.unwrap_or_else(|| TargetId::mint(&*ids));
        let wanted = self.check(&id, spec, None)?;
        let row = Target {
            id,
            name: wanted.name,
            kind: wanted.kind,
            agent_id: wanted.agent_id,
            public_config: wanted.config.public,
            sealed_config: Some(wanted.sealed),
            enabled: wanted.enabled,
            last_tested_at: None,
            test_status: TestStatus::Untested,
            source: ConnectorSource::Database,
            retired_at: None,
            retired_reason: None,
            revision: 0,
            created_at: now,
            updated_at: now,
        };
        let created = self.base.store.write("target.create", move |tx| {
            check_agent(tx, &row.agent_id)?;
            tx.targets().insert(&row)?;
            let (subject, details) = (("target", row.id.as_str()), json!({"after": facts(&row)}));
            tx.audit().append(&audit_event(&*ids, &who, now, "target_created", subject, &details))?;
            get(tx, &row.id)
        });
        Ok(without_secrets(created.await?))
    }

    async fn change(
        &self,
        who: &Actor,
        id: &TargetId,
        edit: Edit<Target, TargetSpec>,
        revision: Option<i64>,
    ) -> Result<Target, ServiceError> {
        who.require(Permission::TargetWrite)?;
        let read = self.find(id).await?;
        check_revision(read.revision, revision).map_err(ServiceError::from)?;
        let spec = edit(&without_secrets(read.clone()))?;
        let wanted = self.check(id, spec, Some(&read))?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let changed = self.base.store.write("target.change", move |tx| {
            let mut row = get(tx, &id)?;
            if row.retired_at.is_some() {
                return Err(retired(&row));
            }
            // The secrets were taken from the row as it was read.
            check_revision(row.revision, Some(read.revision))?;
            check_move(tx, &row, &wanted.agent_id)?;
            let (before, was_active) = (facts(&row), row.is_active());
            wanted.take_over(&mut row);
            row.updated_at = time_of_change(now, row.updated_at);
            tx.targets().update(&mut row)?;
            if row.is_active() && !(was_active && wanted.config.unchanged) {
                redeploy::redeploy(tx, &*ids, &row, who.name(), now)?;
            }
            let details = json!({"before": before, "after": facts(&row)});
            tx.audit().append(&audit_event(
                &*ids,
                &who,
                now,
                "target_updated",
                ("target", id.as_str()),
                &details,
            ))?;
            Ok(row)
        });
        let changed = changed.await?;
        self.wakeups.wake_agent(&changed.agent_id);
        self.wakeups.wake_sweep();
        Ok(without_secrets(changed))
    }

    async fn delete(&self, who: &Actor, id: &TargetId) -> Result<(), ServiceError> {
        who.require(Permission::TargetWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let deleted = self.base.store.write("target.delete", move |tx| {
            let row = get(tx, &id)?;
            tx.targets().delete(&id)?;
            // Only dry runs can be left: a deployment needs a mapping, and mappings forbid the deletion.
            for mut job in tx.jobs().live_of_agent(&row.agent_id)? {
                if job.target_id.as_ref() == Some(&id) {
                    job.last_error = Some("the target was deleted".to_owned());
                    job.apply(JobEvent::Cancelled, now)?;
                    tx.jobs().update(&mut job)?;
                }
            }
            let (subject, details) = (("target", id.as_str()), json!({"before": facts(&row)}));
            tx.audit().append(&audit_event(&*ids, &who, now, "target_deleted", subject, &details))?;
            Ok::<_, Failure>(())
        });
        Ok(deleted.await?)
    }

    async fn test(&self, who: &Actor, id: &TargetId) -> Result<JobId, ServiceError> {
        who.require(Permission::TargetWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let fresh = JobId::mint(&*ids);
        let queued = self.base.store.write("target.test", move |tx| {
            let row = get(tx, &id)?;
            if row.retired_at.is_some() {
                return Err(retired(&row));
            }
            let job = new_validation(fresh.clone(), &row, who.name(), now);
            match tx.jobs().insert(&job) {
                Ok(()) => {}
                Err(StoreError::Duplicate { key: "job.dedup_key" }) => {
                    let live = tx.jobs().live_of_agent(&row.agent_id)?;
                    let same = live.into_iter().find(|live| live.dedup_key == job.dedup_key);
                    return same
                        .map(|live| (live.id, row.agent_id))
                        .ok_or(Failure::Store(StoreError::Contended));
                }
                Err(error) => return Err(error.into()),
            }
            let (subject, details) = (("target", id.as_str()), json!({"job_id": job.id}));
            tx.audit().append(&audit_event(&*ids, &who, now, "target_test_requested", subject, &details))?;
            Ok((job.id, row.agent_id))
        });
        let (job, agent) = queued.await?;
        self.wakeups.wake_agent(&agent);
        Ok(job)
    }
}
