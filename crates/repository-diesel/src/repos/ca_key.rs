//! CA keys.

use crate::constraints::Reference;
use crate::rows::{CaKeyRow, IntoDomain, domain_values};
use crate::schema::ca_keys;
use crate::tx::DieselTx;
use certctl_domain::ca_key::{CaKey, CaKeyState};
use certctl_domain::id::IssuerId;
use certctl_repository::{CaKeyRepo, StoreError};
use diesel::prelude::*;

impl CaKeyRepo for DieselTx<'_> {
    fn active(&mut self, issuer: &IssuerId) -> Result<Option<CaKey>, StoreError> {
        let row = ca_keys::table
            .filter(ca_keys::issuer_id.eq(issuer.as_str()))
            .filter(ca_keys::state.eq(CaKeyState::Active.as_str()))
            .select(CaKeyRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(CaKeyRow::into_domain).transpose()
    }

    fn list(&mut self, issuer: &IssuerId) -> Result<Vec<CaKey>, StoreError> {
        let rows = ca_keys::table
            .filter(ca_keys::issuer_id.eq(issuer.as_str()))
            .order((ca_keys::created_at.desc(), ca_keys::id.desc()))
            .select(CaKeyRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn insert(&mut self, key: &CaKey) -> Result<(), StoreError> {
        let inserted = diesel::insert_into(ca_keys::table).values(CaKeyRow::from(key)).execute(self.conn);
        self.check_references(inserted, &[(Reference::CA_KEY_ISSUER, Some(key.issuer_id.as_str()))]).map(drop)
    }
}
