//! Storage of OCSP responders and of answers that were signed ahead.

use crate::StoreError;
use certctl_domain::Timestamp;
use certctl_domain::id::{IssuerId, OcspResponderId};
use certctl_domain::ocsp::{AnswerKey, KeptAnswer, OcspResponder};

/// OCSP responders and their answers.
pub trait OcspRepo {
    /// The current responder of a CA.
    fn current_responder(
        &mut self,
        issuer: &IssuerId,
        authority: &str,
    ) -> Result<Option<OcspResponder>, StoreError>;
    /// The responders of one issuer, or of all, current and former, by issuer, newest first.
    fn responders(&mut self, issuer: Option<&IssuerId>) -> Result<Vec<OcspResponder>, StoreError>;
    /// Adds one. `Duplicate{ocsp_responder.current}` when the CA has a current one.
    fn insert_responder(&mut self, responder: &OcspResponder) -> Result<(), StoreError>;
    /// Ends the time of a current one. `Stale` when it is none.
    fn supersede_responder(&mut self, id: &OcspResponderId, at: Timestamp) -> Result<(), StoreError>;
    /// Removes former ones, with what they signed, whose certificate ended before; returns how many.
    fn purge_responders(&mut self, before: Timestamp) -> Result<u64, StoreError>;
    /// The answer in a place.
    fn answer(&mut self, key: &AnswerKey) -> Result<Option<KeptAnswer>, StoreError>;
    /// Keeps an answer, instead of an older one in its place.
    fn keep_answer(&mut self, answer: &KeptAnswer) -> Result<(), StoreError>;
    /// Answers to sign anew by `at`, the most urgent first; at most `limit`.
    fn answers_to_refresh(&mut self, at: Timestamp, limit: u32) -> Result<Vec<KeptAnswer>, StoreError>;
    /// Drops what is kept in a place.
    fn remove_answer(&mut self, key: &AnswerKey) -> Result<(), StoreError>;
    /// Removes answers that ended before; at most `limit`, returns how many.
    fn purge_answers(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
