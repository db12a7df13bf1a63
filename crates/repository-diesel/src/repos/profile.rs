//! Certificate profiles.

use crate::conn::MultiBackend;
use crate::constraints::Reference;
use crate::rows::{IntoDomain, ProfileRow};
use crate::schema::{certificate_profiles, managed_certificates};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::id::ProfileId;
use certctl_domain::profile::CertificateProfile;
use certctl_repository::{Page, PageRequest, ProfileRepo, StoreError, exactly_one};
use diesel::prelude::*;

impl ProfileRepo for DieselTx<'_> {
    fn find(&mut self, id: &ProfileId) -> Result<Option<CertificateProfile>, StoreError> {
        let row = certificate_profiles::table
            .find(id.as_str())
            .select(ProfileRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(ProfileRow::into_domain).transpose()
    }

    fn list(&mut self, page: &PageRequest) -> Result<Page<CertificateProfile>, StoreError> {
        let rows = || certificate_profiles::table.into_boxed::<MultiBackend>();
        let created_at = |profile: &CertificateProfile| profile.created_at;
        Ok(newest_first!(self, page, certificate_profiles.created_at, ProfileRow, rows(), created_at))
    }

    fn insert(&mut self, profile: &CertificateProfile) -> Result<(), StoreError> {
        let row = ProfileRow::try_from(profile)?;
        let inserted = diesel::insert_into(certificate_profiles::table).values(row).execute(self.conn);
        self.check(inserted).map(drop)
    }

    fn update(&mut self, profile: &CertificateProfile, unchanged_since: Timestamp) -> Result<(), StoreError> {
        let stored = certificate_profiles::table
            .find(profile.id.as_str())
            .filter(certificate_profiles::updated_at.eq(DbTime::from(unchanged_since)));
        let updated = diesel::update(stored).set(ProfileRow::try_from(profile)?).execute(self.conn);
        exactly_one(self.check(updated)?)
    }

    fn certificates(&mut self, id: &ProfileId) -> Result<u64, StoreError> {
        let rows = managed_certificates::table
            .filter(managed_certificates::certificate_profile_id.eq(id.as_str()))
            .count()
            .get_result::<i64>(self.conn);
        self.check(rows).map(i64::unsigned_abs)
    }

    fn delete(&mut self, id: &ProfileId) -> Result<(), StoreError> {
        if ProfileRepo::certificates(self, id)? > 0 {
            return Err(StoreError::InUse { key: Reference::CERTIFICATE_PROFILE.key });
        }
        let deleted = diesel::delete(certificate_profiles::table.find(id.as_str())).execute(self.conn);
        exactly_one(self.check_delete(deleted)?)
    }
}
