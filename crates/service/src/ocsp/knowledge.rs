//! What is known of the serial numbers of an issuer, and the answers that follow from it.

use bytes::Bytes;
use certctl_domain::Timestamp;
use certctl_domain::revocation::RevocationReason;
use certctl_pki::Serial;
use certctl_pki::ocsp::CertIdForm;
use moka::sync::Cache;
use parking_lot::{Mutex, RwLock};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long it is remembered that a serial number was never issued.
const UNKNOWN_FOR: Duration = Duration::from_mins(1);
/// Serial numbers that were never issued and are remembered: strangers can ask for any.
const MOST_UNKNOWN: u64 = 10_000;

/// Where a serial number stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Never issued.
    Unknown,
    /// Issued, not revoked.
    Good {
        /// End of validity, when it is known.
        not_after: Option<Timestamp>,
    },
    /// Revoked.
    Revoked {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: RevocationReason,
        /// Number of the change that says so.
        generation: i64,
    },
}

impl Standing {
    /// The word of OCSP for it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Good { .. } => "good",
            Self::Revoked { .. } => "revoked",
        }
    }
}

/// A signed answer to the question for one serial number, without a nonce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) der: Bytes,
    pub(super) digest: String,
    pub(super) this_update: Timestamp,
    pub(super) next_update: Timestamp,
    /// From then on it is signed anew.
    pub(super) refresh_at: Timestamp,
}

/// One serial number: where it stands, and what was signed because of that. When it stands
/// elsewhere there is another one of these, so nothing signed for the old can be found again.
pub(super) struct Known {
    pub(super) standing: Standing,
    signed: RwLock<Vec<(String, CertIdForm, Arc<Signed>)>>,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").field("standing", &self.standing).finish_non_exhaustive()
    }
}

impl Known {
    /// The answer of this CA in this form, while it need not be signed anew.
    pub(super) fn signed(&self, authority: &str, form: CertIdForm, now: Timestamp) -> Option<Arc<Signed>> {
        let signed = self.signed.read();
        let (_, _, found) = signed.iter().find(|(id, of, _)| *of == form && id == authority)?;
        (now < found.refresh_at).then(|| Arc::clone(found))
    }

    /// Remembers an answer.
    pub(super) fn sign(&self, authority: &str, form: CertIdForm, answer: Arc<Signed>) {
        let mut signed = self.signed.write();
        signed.retain(|(id, of, _)| *of != form || id != authority);
        signed.push((authority.to_owned(), form, answer));
    }
}

/// The serial numbers of one issuer.
pub(super) struct Knowledge {
    /// The change of the issuer's revocations up to which everything here is right; absent while
    /// nothing is known.
    generation: Mutex<Option<i64>>,
    issued: Cache<Serial, Arc<Known>>,
    unknown: Cache<Serial, Arc<Known>>,
    /// Who is finding something out; others wait for them.
    asking: Mutex<HashMap<Serial, Arc<tokio::sync::Mutex<()>>>>,
}

impl fmt::Debug for Knowledge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Knowledge").field("issued", &self.issued.entry_count()).finish_non_exhaustive()
    }
}

impl Knowledge {
    pub(super) fn new(remembered: u64) -> Self {
        Self {
            generation: Mutex::default(),
            issued: Cache::new(remembered),
            unknown: Cache::builder().max_capacity(MOST_UNKNOWN).time_to_live(UNKNOWN_FOR).build(),
            asking: Mutex::default(),
        }
    }

    /// What is remembered of a serial number.
    pub(super) fn get(&self, serial: &Serial) -> Option<Arc<Known>> {
        self.issued.get(serial).or_else(|| self.unknown.get(serial))
    }

    /// Takes over what a snapshot said that had seen the revocations up to `generation`. It is
    /// remembered unless the follower has heard of later changes: one of them might be about this.
    pub(super) fn learn(&self, serial: &Serial, standing: Standing, generation: i64) -> Arc<Known> {
        let known = Arc::new(Known { standing, signed: RwLock::default() });
        // Held until it is in, so that the follower comes before or after, never between.
        let mut heard_of = self.generation.lock();
        let heard_of = heard_of.get_or_insert(generation);
        if *heard_of <= generation {
            let cache = if standing == Standing::Unknown { &self.unknown } else { &self.issued };
            cache.insert(serial.clone(), Arc::clone(&known));
        }
        known
    }

    /// The change up to which everything is right; absent while nothing is known.
    pub(super) fn generation(&self) -> Option<i64> {
        *self.generation.lock()
    }

    /// Forgets what changed up to `generation`.
    pub(super) fn forget(&self, changed: &[Serial], generation: i64) {
        let mut heard_of = self.generation.lock();
        *heard_of = heard_of.map(|before| before.max(generation));
        for serial in changed {
            self.issued.invalidate(serial);
            self.unknown.invalidate(serial);
        }
    }

    /// The right to find something out about a serial number: one at a time.
    pub(super) async fn ask(&self, serial: &Serial) -> Asking<'_> {
        // Made first, so that who stops waiting leaves nothing behind either.
        let mut asking = Asking { knowledge: self, serial: serial.clone(), turn: None };
        let turn = Arc::clone(self.asking.lock().entry(serial.clone()).or_default());
        asking.turn = Some(turn.lock_owned().await);
        asking
    }
}

/// Held by who finds something out.
pub(super) struct Asking<'a> {
    knowledge: &'a Knowledge,
    serial: Serial,
    turn: Option<tokio::sync::OwnedMutexGuard<()>>,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        let mut asking = self.knowledge.asking.lock();
        self.turn = None;
        // The map and nobody else: the last one of those who waited.
        if asking.get(&self.serial).is_some_and(|turn| Arc::strong_count(turn) == 1) {
            asking.remove(&self.serial);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Standing = Standing::Good { not_after: None };

    fn serial(number: u8) -> Serial {
        Serial::from_octets(&[number]).unwrap()
    }

    fn signed(refresh_at: i64) -> Arc<Signed> {
        let at = Timestamp::from_unix_seconds;
        Arc::new(Signed {
            der: Bytes::from_static(b"x"),
            digest: String::new(),
            this_update: at(0),
            next_update: at(100),
            refresh_at: at(refresh_at),
        })
    }

    #[test]
    fn what_a_late_snapshot_says_is_not_remembered() {
        let knowledge = Knowledge::new(10);
        knowledge.learn(&serial(1), GOOD, 5);
        assert_eq!(knowledge.generation(), Some(5));
        knowledge.forget(&[serial(2)], 6);
        knowledge.learn(&serial(2), GOOD, 5);
        assert!(knowledge.get(&serial(2)).is_none(), "its snapshot has not seen change 6");
        knowledge.learn(&serial(2), GOOD, 6);
        assert!(knowledge.get(&serial(1)).is_some() && knowledge.get(&serial(2)).is_some());
    }

    #[test]
    fn answers_go_with_what_they_follow_from() {
        let knowledge = Knowledge::new(10);
        let before = knowledge.learn(&serial(1), GOOD, 0);
        knowledge.forget(&[serial(1)], 1);
        let revoked =
            Standing::Revoked { at: Timestamp::EPOCH, reason: RevocationReason::Superseded, generation: 1 };
        let after = knowledge.learn(&serial(1), revoked, 1);
        // Signed by somebody who had looked before the change, and is late.
        before.sign("ca", CertIdForm::USUAL, signed(50));
        assert!(after.signed("ca", CertIdForm::USUAL, Timestamp::EPOCH).is_none());
        assert_eq!(knowledge.get(&serial(1)).unwrap().standing, revoked);
    }

    #[test]
    fn answers_are_told_apart_by_ca_and_form_and_count_until_their_half_life() {
        let known = Knowledge::new(10).learn(&serial(1), GOOD, 0);
        let other = CertIdForm { null_parameters: false, ..CertIdForm::USUAL };
        known.sign("ca", CertIdForm::USUAL, signed(50));
        known.sign("ca", CertIdForm::USUAL, signed(60));
        let at = Timestamp::from_unix_seconds;
        assert!(known.signed("ca", CertIdForm::USUAL, at(59)).is_some());
        assert!(known.signed("ca", CertIdForm::USUAL, at(60)).is_none());
        assert!(
            known.signed("ca", other, at(0)).is_none()
                && known.signed("cb", CertIdForm::USUAL, at(0)).is_none()
        );
    }

    #[tokio::test]
    async fn those_who_ask_the_same_take_turns_and_leave_nothing_behind() {
        let knowledge = Knowledge::new(10);
        let one = serial(1);
        let first = knowledge.ask(&one).await;
        let mut second = Box::pin(knowledge.ask(&one));
        assert!(futures_util::poll!(&mut second).is_pending());
        drop(knowledge.ask(&serial(2)).await);
        drop(first);
        drop(second.await);
        assert!(knowledge.asking.lock().is_empty());
    }
}
