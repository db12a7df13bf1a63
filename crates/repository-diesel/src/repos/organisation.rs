//! Teams and owners.

use crate::conn::MultiBackend;
use crate::constraints::Reference;
use crate::rows::{IntoDomain, OwnerRow, TeamRow};
use crate::schema::{managed_certificates, owners, teams};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::id::{OwnerId, TeamId};
use certctl_domain::organisation::{Owner, Team};
use certctl_repository::{OwnerRepo, Page, PageRequest, StoreError, TeamRepo, exactly_one};
use diesel::prelude::*;

impl TeamRepo for DieselTx<'_> {
    fn find(&mut self, id: &TeamId) -> Result<Option<Team>, StoreError> {
        let row = teams::table.find(id.as_str()).select(TeamRow::as_select()).first(self.conn).optional();
        self.check(row)?.map(TeamRow::into_domain).transpose()
    }

    fn list(&mut self, page: &PageRequest) -> Result<Page<Team>, StoreError> {
        let rows = || teams::table.into_boxed::<MultiBackend>();
        Ok(newest_first!(self, page, teams.created_at, TeamRow, rows(), |team: &Team| team.created_at))
    }

    fn insert(&mut self, team: &Team) -> Result<(), StoreError> {
        let inserted = diesel::insert_into(teams::table).values(TeamRow::from(team)).execute(self.conn);
        self.check(inserted).map(drop)
    }

    fn update(&mut self, team: &Team, unchanged_since: Timestamp) -> Result<(), StoreError> {
        let stored =
            teams::table.find(team.id.as_str()).filter(teams::updated_at.eq(DbTime::from(unchanged_since)));
        let updated = diesel::update(stored).set(TeamRow::from(team)).execute(self.conn);
        exactly_one(self.check(updated)?)
    }

    fn owners(&mut self, id: &TeamId) -> Result<u64, StoreError> {
        let rows = owners::table.filter(owners::team_id.eq(id.as_str())).count().get_result::<i64>(self.conn);
        self.check(rows).map(i64::unsigned_abs)
    }

    fn certificates(&mut self, id: &TeamId) -> Result<u64, StoreError> {
        let rows = managed_certificates::table
            .filter(managed_certificates::team_id.eq(id.as_str()))
            .count()
            .get_result::<i64>(self.conn);
        self.check(rows).map(i64::unsigned_abs)
    }

    fn delete(&mut self, id: &TeamId) -> Result<(), StoreError> {
        if TeamRepo::owners(self, id)? > 0 {
            return Err(StoreError::InUse { key: Reference::OWNER_TEAM.key });
        }
        if TeamRepo::certificates(self, id)? > 0 {
            return Err(StoreError::InUse { key: Reference::CERTIFICATE_TEAM.key });
        }
        let deleted = diesel::delete(teams::table.find(id.as_str())).execute(self.conn);
        exactly_one(self.check_delete(deleted)?)
    }
}

impl OwnerRepo for DieselTx<'_> {
    fn find(&mut self, id: &OwnerId) -> Result<Option<Owner>, StoreError> {
        let row = owners::table.find(id.as_str()).select(OwnerRow::as_select()).first(self.conn).optional();
        self.check(row)?.map(OwnerRow::into_domain).transpose()
    }

    fn list(&mut self, team: Option<&TeamId>, page: &PageRequest) -> Result<Page<Owner>, StoreError> {
        let rows = || {
            let query = owners::table.into_boxed::<MultiBackend>();
            match team {
                Some(team) => query.filter(owners::team_id.eq(team.to_string())),
                None => query,
            }
        };
        Ok(newest_first!(self, page, owners.created_at, OwnerRow, rows(), |owner: &Owner| owner.created_at))
    }

    fn insert(&mut self, owner: &Owner) -> Result<(), StoreError> {
        let inserted = diesel::insert_into(owners::table).values(OwnerRow::from(owner)).execute(self.conn);
        self.check_references(inserted, &[(Reference::OWNER_TEAM, Some(owner.team_id.as_str()))]).map(drop)
    }

    fn update(&mut self, owner: &Owner, unchanged_since: Timestamp) -> Result<(), StoreError> {
        let stored = owners::table
            .find(owner.id.as_str())
            .filter(owners::updated_at.eq(DbTime::from(unchanged_since)));
        let updated = diesel::update(stored).set(OwnerRow::from(owner)).execute(self.conn);
        let written = [(Reference::OWNER_TEAM, Some(owner.team_id.as_str()))];
        exactly_one(self.check_references(updated, &written)?)
    }

    fn certificates(&mut self, id: &OwnerId) -> Result<u64, StoreError> {
        let rows = managed_certificates::table
            .filter(managed_certificates::owner_id.eq(id.as_str()))
            .count()
            .get_result::<i64>(self.conn);
        self.check(rows).map(i64::unsigned_abs)
    }

    fn delete(&mut self, id: &OwnerId) -> Result<(), StoreError> {
        if OwnerRepo::certificates(self, id)? > 0 {
            return Err(StoreError::InUse { key: Reference::CERTIFICATE_OWNER.key });
        }
        let deleted = diesel::delete(owners::table.find(id.as_str())).execute(self.conn);
        exactly_one(self.check_delete(deleted)?)
    }
}
