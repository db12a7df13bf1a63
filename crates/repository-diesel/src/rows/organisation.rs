//! Rows of `teams` and `owners`.

use super::{IntoDomain, Origin};
use crate::schema::{owners, teams};
use crate::types::DbTime;
use certctl_domain::organisation::{Owner, Team};
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = teams, treat_none_as_default_value = false)]
pub(crate) struct TeamRow {
    id: String,
    name: String,
    description: String,
    created_at: DbTime,
    updated_at: DbTime,
}

impl From<&Team> for TeamRow {
    fn from(team: &Team) -> Self {
        Self {
            id: team.id.to_string(),
            name: team.name.clone(),
            description: team.description.clone(),
            created_at: team.created_at.into(),
            updated_at: team.updated_at.into(),
        }
    }
}

impl IntoDomain for TeamRow {
    type Domain = Team;

    fn into_domain(self) -> Result<Team, StoreError> {
        let at = Origin { table: "teams", id: &self.id };
        Ok(Team {
            id: at.parse("id", &self.id)?,
            name: self.name,
            description: self.description,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        })
    }
}

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = owners, treat_none_as_default_value = false)]
pub(crate) struct OwnerRow {
    id: String,
    name: String,
    email: String,
    team_id: String,
    created_at: DbTime,
    updated_at: DbTime,
}

impl From<&Owner> for OwnerRow {
    fn from(owner: &Owner) -> Self {
        Self {
            id: owner.id.to_string(),
            name: owner.name.clone(),
            email: owner.email.clone(),
            team_id: owner.team_id.to_string(),
            created_at: owner.created_at.into(),
            updated_at: owner.updated_at.into(),
        }
    }
}

impl IntoDomain for OwnerRow {
    type Domain = Owner;

    fn into_domain(self) -> Result<Owner, StoreError> {
        let at = Origin { table: "owners", id: &self.id };
        Ok(Owner {
            id: at.parse("id", &self.id)?,
            name: self.name,
            email: self.email,
            team_id: at.parse("team_id", &self.team_id)?,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        })
    }
}
