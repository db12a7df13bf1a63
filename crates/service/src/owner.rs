//! Owners. Mail addresses are personal data: audit events name the field, never the address.

use crate::failure::Failure;
use crate::support::{
    Foundation, all_of, audit_event, check_name, check_revision, in_use, listing, page_request,
    time_of_change,
};
use async_trait::async_trait;
use certctl_domain::access::Permission;
use certctl_domain::id::{OwnerId, TeamId};
use certctl_domain::organisation::{Owner, mail_address};
use certctl_repository::Tx;
use certctl_service_api::edit::Edit;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::owner::{OwnerService, OwnerSpec};
use certctl_service_api::{Actor, ServiceError};
use serde_json::{Value, json};
use std::sync::Arc;

/// Use cases of owners.
#[derive(Debug)]
pub struct Owners {
    base: Foundation,
}

impl Owners {
    /// Over a store.
    pub const fn new(base: Foundation) -> Self {
        Self { base }
    }
}

/// The owner of the first start has no address, so that certctl starts without a question; it may
/// stay so, but no other owner can be without one, and an address does not go away again.
fn check(mut spec: OwnerSpec, before: Option<&Owner>) -> Result<OwnerSpec, ServiceError> {
    let stays_empty = spec.email.is_empty() && before.is_some_and(|owner| owner.email.is_empty());
    let address = if stays_empty {
        Ok(())
    } else if spec.email.is_empty() {
        Err(ServiceError::invalid("email", "required", "an owner needs a mail address"))
    } else {
        mail_address(&spec.email)
            .map(|address| spec.email = address)
            .map_err(|reason| ServiceError::invalid("email", "invalid_value", reason))
    };
    all_of([check_name("name", &spec.name, 255), address])?;
    Ok(spec)
}

fn get(tx: &mut dyn Tx, id: &OwnerId) -> Result<Owner, Failure> {
    tx.owners().find(id)?.ok_or_else(|| Failure::Service(ServiceError::not_found("owner", id)))
}

/// Said before the database can: its refusal would end the transaction.
fn check_team(tx: &mut dyn Tx, team: &TeamId) -> Result<(), Failure> {
    if tx.teams().find(team)?.is_some() {
        return Ok(());
    }
    Err(Failure::Service(ServiceError::unprocessable(
        "team_id",
        "unknown_reference",
        format!("team {team} does not exist"),
    )))
}

fn facts(row: &Owner) -> Value {
    json!({"name": row.name, "team_id": row.team_id})
}

fn changed_fields(before: &Owner, after: &Owner) -> Vec<&'static str> {
    [
        ("name", before.name != after.name),
        ("email", before.email != after.email),
        ("team_id", before.team_id != after.team_id),
    ]
    .into_iter()
    .filter_map(|(field, changed)| changed.then_some(field))
    .collect()
}

#[async_trait]
impl OwnerService for Owners {
    async fn list(
        &self,
        who: &Actor,
        team: Option<TeamId>,
        page: ListRequest,
    ) -> Result<Listing<Owner>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let request = page_request("owners", &page)?;
        let wanted = request.clone();
        let found = self
            .base
            .store
            .read("owner.list", move |tx| Ok::<_, Failure>(tx.owners().list(team.as_ref(), &wanted)?));
        Ok(listing("owners", &request, found.await?))
    }

    async fn get(&self, who: &Actor, id: &OwnerId) -> Result<Owner, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let id = id.clone();
        Ok(self.base.store.read("owner.get", move |tx| get(tx, &id)).await?)
    }

    async fn create(&self, who: &Actor, id: Option<OwnerId>, spec: OwnerSpec) -> Result<Owner, ServiceError> {
        who.require(Permission::GovernanceWrite)?;
        let spec = check(spec, None)?;
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let row = Owner {
            id: id.unwrap_or_else(|| OwnerId::mint(&*ids)),
            name: spec.name,
            email: spec.email,
            team_id: spec.team_id,
            created_at: now,
            updated_at: now,
        };
        let created = self.base.store.write("owner.create", move |tx| {
            check_team(tx, &row.team_id)?;
            tx.owners().insert(&row)?;
            let (subject, details) = (("owner", row.id.as_str()), json!({"after": facts(&row)}));
            tx.audit().append(&audit_event(&*ids, &who, now, "owner_created", subject, &details))?;
            get(tx, &row.id)
        });
        Ok(created.await?)
    }

    async fn change(
        &self,
        who: &Actor,
        id: &OwnerId,
        edit: Edit<Owner, OwnerSpec>,
        revision: Option<i64>,
    ) -> Result<Owner, ServiceError> {
        who.require(Permission::GovernanceWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let changed = self.base.store.write("owner.change", move |tx| {
            let before = get(tx, &id)?;
            check_revision(before.revision(), revision)?;
            let spec = check(edit(&before)?, Some(&before))?;
            check_team(tx, &spec.team_id)?;
            let after = Owner {
                id: id.clone(),
                name: spec.name,
                email: spec.email,
                team_id: spec.team_id,
                created_at: before.created_at,
                updated_at: time_of_change(now, before.updated_at),
            };
            tx.owners().update(&after, before.updated_at)?;
            let details = json!({
                "before": facts(&before),
                "after": facts(&after),
                "changed": changed_fields(&before, &after),
            });
            let subject = ("owner", id.as_str());
            tx.audit().append(&audit_event(&*ids, &who, now, "owner_updated", subject, &details))?;
            Ok::<_, Failure>(after)
        });
        Ok(changed.await?)
    }

    async fn delete(&self, who: &Actor, id: &OwnerId) -> Result<(), ServiceError> {
        who.require(Permission::GovernanceWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let deleted = self.base.store.write("owner.delete", move |tx| {
            let row = get(tx, &id)?;
            let certificates = tx.owners().certificates(&id)?;
            if certificates > 0 {
                return Err(in_use(format!("owner {id}"), &[("certificates", certificates)]));
            }
            tx.owners().delete(&id)?;
            let (subject, details) = (("owner", id.as_str()), json!({"before": facts(&row)}));
            tx.audit().append(&audit_event(&*ids, &who, now, "owner_deleted", subject, &details))?;
            Ok(())
        });
        Ok(deleted.await?)
    }
}
