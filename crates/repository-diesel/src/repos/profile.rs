//! Certificate profiles.

use crate::conn::MultiBackend;
use crate::rows::{IntoDomain, ProfileRow};
use crate::schema::certificate_profiles;
use crate::tx::DieselTx;
use certctl_domain::id::ProfileId;
use certctl_domain::profile::CertificateProfile;
use certctl_repository::{Page, PageRequest, ProfileRepo, StoreError};
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
}
