//! When API keys were last used. Requests only leave a note; a task writes the notes down.

use crate::failure::Failure;
use crate::support::Foundation;
use certctl_domain::Timestamp;
use certctl_domain::api_key::ApiKey;
use certctl_domain::id::ApiKeyId;
use certctl_service_api::ServiceError;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::time::Duration;

/// Uses of a key within this time count as one.
const RESOLUTION: Duration = Duration::from_mins(1);

/// Uses that are not written down yet: one per key, so never more than there are keys.
#[derive(Debug)]
pub struct KeyUsage {
    base: Foundation,
    noted: Mutex<BTreeMap<ApiKeyId, Timestamp>>,
}

impl KeyUsage {
    /// Over a store.
    pub const fn new(base: Foundation) -> Self {
        Self { base, noted: Mutex::new(BTreeMap::new()) }
    }

    /// Notes a use of `key` at `at`; costs no statement.
    pub(crate) fn note(&self, key: &ApiKey, at: Timestamp) {
        if key.last_used_at.is_none_or(|last| last.plus(RESOLUTION) <= at) {
            self.noted.lock().insert(key.id.clone(), at);
        }
    }

    /// Writes the notes down: at most one write per key and minute, whatever the number of replicas.
    /// What could not be written is forgotten, the next use notes it again.
    pub async fn flush(&self) -> Result<(), ServiceError> {
        let noted = std::mem::take(&mut *self.noted.lock());
        if noted.is_empty() {
            return Ok(());
        }
        let written = self.base.store.write("api_key.record_use", move |tx| {
            for (id, at) in &noted {
                tx.api_keys().record_use(id, *at, at.minus(RESOLUTION))?;
            }
            Ok::<_, Failure>(())
        });
        Ok(written.await?)
    }
}
