//! Rows of `api_calls`.

use super::{IntoDomain, Origin};
use crate::schema::api_calls;
use crate::types::DbTime;
use certctl_domain::api_call::ApiCall;
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_calls, treat_none_as_default_value = false)]
pub(crate) struct ApiCallRow {
    id: String,
    method: String,
    path: String,
    route: Option<String>,
    actor: String,
    actor_type: Option<String>,
    body_sha256: String,
    status: Option<i64>,
    latency_ms: i64,
    request_id: Option<String>,
    client_address: Option<String>,
    lost: i64,
    timestamp: DbTime,
}

fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl From<&ApiCall> for ApiCallRow {
    fn from(call: &ApiCall) -> Self {
        Self {
            id: call.id.to_string(),
            method: call.method.clone(),
            path: call.path.clone(),
            route: call.route.clone(),
            actor: call.actor.clone(),
            actor_type: call.actor_type.map(|kind| kind.to_string()),
            body_sha256: call.body_sha256.clone(),
            status: call.status.map(i64::from),
            latency_ms: stored(call.latency_ms),
            request_id: call.request_id.clone(),
            client_address: call.client_address.clone(),
            lost: stored(call.lost),
            timestamp: call.timestamp.into(),
        }
    }
}

impl IntoDomain for ApiCallRow {
    type Domain = ApiCall;

    fn into_domain(self) -> Result<ApiCall, StoreError> {
        let at = Origin { table: "api_calls", id: &self.id };
        let status = self.status.map(u16::try_from).transpose();
        Ok(ApiCall {
            id: at.parse("id", &self.id)?,
            method: self.method,
            path: self.path,
            route: self.route,
            actor: self.actor,
            actor_type: at.parse_set("actor_type", self.actor_type.as_deref())?,
            body_sha256: self.body_sha256,
            status: status.map_err(|error| at.corrupt("status", error))?,
            latency_ms: u64::try_from(self.latency_ms).map_err(|error| at.corrupt("latency_ms", error))?,
            request_id: self.request_id,
            client_address: self.client_address,
            lost: u64::try_from(self.lost).map_err(|error| at.corrupt("lost", error))?,
            timestamp: self.timestamp.into(),
        })
    }
}
