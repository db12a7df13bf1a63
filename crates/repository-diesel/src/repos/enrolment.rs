//! Agent enrolment tokens.

use crate::constraints::Reference;
use crate::rows::{EnrolmentRow, IntoDomain};
use crate::schema::agent_enrolment_tokens;
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::enrolment::EnrolmentToken;
use certctl_domain::id::{AgentId, EnrolmentTokenId};
use certctl_repository::{EnrolmentTokenRepo, StoreError, exactly_one};
use diesel::prelude::*;

impl EnrolmentTokenRepo for DieselTx<'_> {
    fn find_by_token(&mut self, token_hash: &str) -> Result<Option<EnrolmentToken>, StoreError> {
        let row = agent_enrolment_tokens::table
            .filter(agent_enrolment_tokens::token_hash.eq(token_hash))
            .select(EnrolmentRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(EnrolmentRow::into_domain).transpose()
    }

    fn insert(&mut self, token: &EnrolmentToken) -> Result<(), StoreError> {
        let row = EnrolmentRow::from(token);
        let inserted = diesel::insert_into(agent_enrolment_tokens::table).values(row).execute(self.conn);
        let references = [
            (Reference::ENROLMENT_AGENT, token.agent_id.as_ref().map(AgentId::as_str)),
            (Reference::ENROLMENT_USER, token.used_by.as_ref().map(AgentId::as_str)),
        ];
        self.check_references(inserted, &references).map(drop)
    }

    fn mark_used(&mut self, id: &EnrolmentTokenId, agent: &AgentId, at: Timestamp) -> Result<(), StoreError> {
        let unused =
            agent_enrolment_tokens::table.find(id.as_str()).filter(agent_enrolment_tokens::used_at.is_null());
        let updated = diesel::update(unused)
            .set((
                agent_enrolment_tokens::used_at.eq(DbTime::from(at)),
                agent_enrolment_tokens::used_by.eq(agent.as_str()),
            ))
            .execute(self.conn);
        exactly_one(self.check_references(updated, &[(Reference::ENROLMENT_USER, Some(agent.as_str()))])?)
    }
}
