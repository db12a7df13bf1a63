//! Waiting for the end of an operation, as long as the server runs.

use super::convert;
use certctl_api_types::operation as api;
use certctl_domain::id::OperationId;
use certctl_http_core::{ApiError, Caller, HttpCore, Wait};
use certctl_service_api::operation::OperationService;
use serde::Deserialize;
use std::time::Duration;
use utoipa::IntoParams;

/// How long the answer may take.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WaitOptions {
    /// Seconds to wait for its end, as `30s`; at most 60.
    #[param(value_type = Option<String>, example = "30s")]
    wait: Option<Wait>,
}

/// The operation once it has ended, the time is over, or the server is stopping.
pub(super) async fn ended(
    who: &Caller,
    id: &OperationId,
    options: &WaitOptions,
    core: &HttpCore,
    operations: &dyn OperationService,
) -> Result<api::Operation, ApiError> {
    let wait = options.wait.map_or(Duration::ZERO, |wait| wait.0);
    let view = tokio::select! {
        view = operations.get(who, id, wait) => view?,
        () = core.stopping.cancelled() => operations.get(who, id, Duration::ZERO).await?,
    };
    Ok(convert::operation(view)?)
}
