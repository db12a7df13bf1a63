//! Sessions in memory: the name of a role stands for an API key and for a session token.

use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_service_api::session::{Doorstep, OpenedSession, SessionService, Stay};
use certctl_service_api::{Identity, ServiceError};
use std::sync::Mutex;
use std::time::Duration;

/// Remembers which sessions were closed.
#[derive(Default)]
pub(crate) struct Sessions(pub(crate) Mutex<Vec<String>>);

#[async_trait]
impl SessionService for Sessions {
    async fn open(&self, _: Doorstep, api_key: &str) -> Result<OpenedSession, ServiceError> {
        let role = api_key.parse().or(Err(ServiceError::Unauthenticated {
            code: "invalid_credential",
            message: "the key is not known",
        }))?;
        let name = api_key.to_owned();
        let stay = Stay {
            identity: Identity::Key { identity: name.clone(), name, role },
            csrf_token: format!("csrf of {api_key}"),
            idle_end: Timestamp::from_unix_seconds(1_800_000_000),
            expires_at: Timestamp::from_unix_seconds(1_800_040_000),
        };
        Ok(OpenedSession { stay, token: api_key.to_owned(), lifetime: Duration::from_hours(12) })
    }

    async fn close(&self, _: Doorstep, token: &str) -> Result<(), ServiceError> {
        self.0.lock().unwrap().push(token.to_owned());
        Ok(())
    }
}
