//! Teams. One with owners or certificates cannot be removed; nothing ever goes with it.

use crate::failure::Failure;
use crate::support::{
    Foundation, all_of, audit_event, check_name, check_revision, check_text, in_use, listing, page_request,
    time_of_change,
};
use async_trait::async_trait;
use certctl_domain::access::Permission;
use certctl_domain::id::TeamId;
use certctl_domain::organisation::Team;
use certctl_repository::Tx;
use certctl_service_api::edit::Edit;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::team::{TeamService, TeamSpec};
use certctl_service_api::{Actor, ServiceError};
use serde_json::{Value, json};
use std::sync::Arc;

/// Use cases of teams.
#[derive(Debug)]
pub struct Teams {
    base: Foundation,
}

impl Teams {
    /// Over a store.
    pub const fn new(base: Foundation) -> Self {
        Self { base }
    }
}

fn check(spec: TeamSpec) -> Result<TeamSpec, ServiceError> {
    all_of([check_name("name", &spec.name, 255), check_text("description", &spec.description, 1024)])?;
    Ok(spec)
}

fn get(tx: &mut dyn Tx, id: &TeamId) -> Result<Team, Failure> {
    tx.teams().find(id)?.ok_or_else(|| Failure::Service(ServiceError::not_found("team", id)))
}

fn facts(row: &Team) -> Value {
    json!({"name": row.name, "description": row.description})
}

#[async_trait]
impl TeamService for Teams {
    async fn list(&self, who: &Actor, page: ListRequest) -> Result<Listing<Team>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let request = page_request("teams", &page)?;
        let wanted = request.clone();
        let found = self.base.store.read("team.list", move |tx| Ok::<_, Failure>(tx.teams().list(&wanted)?));
        Ok(listing("teams", &request, found.await?))
    }

    async fn get(&self, who: &Actor, id: &TeamId) -> Result<Team, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let id = id.clone();
        Ok(self.base.store.read("team.get", move |tx| get(tx, &id)).await?)
    }

    async fn create(&self, who: &Actor, id: Option<TeamId>, spec: TeamSpec) -> Result<Team, ServiceError> {
        who.require(Permission::GovernanceWrite)?;
        let spec = check(spec)?;
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let row = Team {
            id: id.unwrap_or_else(|| TeamId::mint(&*ids)),
            name: spec.name,
            description: spec.description,
            created_at: now,
            updated_at: now,
        };
        let created = self.base.store.write("team.create", move |tx| {
            tx.teams().insert(&row)?;
            let (subject, details) = (("team", row.id.as_str()), json!({"after": facts(&row)}));
            tx.audit().append(&audit_event(&*ids, &who, now, "team_created", subject, &details))?;
            get(tx, &row.id)
        });
        Ok(created.await?)
    }

    async fn change(
        &self,
        who: &Actor,
        id: &TeamId,
        edit: Edit<Team, TeamSpec>,
        revision: Option<i64>,
    ) -> Result<Team, ServiceError> {
        who.require(Permission::GovernanceWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let changed = self.base.store.write("team.change", move |tx| {
            let before = get(tx, &id)?;
            check_revision(before.revision(), revision)?;
            let spec = check(edit(&before)?)?;
            let after = Team {
                id: id.clone(),
                name: spec.name,
                description: spec.description,
                created_at: before.created_at,
                updated_at: time_of_change(now, before.updated_at),
            };
            tx.teams().update(&after, before.updated_at)?;
            let details = json!({"before": facts(&before), "after": facts(&after)});
            let subject = ("team", id.as_str());
            tx.audit().append(&audit_event(&*ids, &who, now, "team_updated", subject, &details))?;
            Ok::<_, Failure>(after)
        });
        Ok(changed.await?)
    }

    async fn delete(&self, who: &Actor, id: &TeamId) -> Result<(), ServiceError> {
        who.require(Permission::GovernanceWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let deleted = self.base.store.write("team.delete", move |tx| {
            let row = get(tx, &id)?;
            let (owners, certificates) = (tx.teams().owners(&id)?, tx.teams().certificates(&id)?);
            if owners + certificates > 0 {
                let counts = [("owners", owners), ("certificates", certificates)];
                return Err(in_use(format!("team {id}"), &counts));
            }
            tx.teams().delete(&id)?;
            let (subject, details) = (("team", id.as_str()), json!({"before": facts(&row)}));
            tx.audit().append(&audit_event(&*ids, &who, now, "team_deleted", subject, &details))?;
            Ok(())
        });
        Ok(deleted.await?)
    }
}
