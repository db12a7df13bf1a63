//! Renewal policies.

use crate::conn::MultiBackend;
use crate::rows::{IntoDomain, PolicyRow};
use crate::schema::renewal_policies;
use crate::tx::DieselTx;
use certctl_domain::id::RenewalPolicyId;
use certctl_domain::renewal::RenewalPolicy;
use certctl_repository::{Page, PageRequest, RenewalPolicyRepo, StoreError};
use diesel::prelude::*;

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
        self.check(inserted).map(drop)
    }
}
