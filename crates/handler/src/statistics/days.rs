//! Figures per day: every day has a row, oldest first.

use actix_web::web::{Data, Json};
use certctl_api_types::statistics as api;
use certctl_http_core::{ApiError, Caller, Query};
use certctl_service_api::statistics::{Expirations, Issued, JobTrend, StatisticsService};
use serde::Deserialize;
use utoipa::IntoParams;

/// How many days.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Days {
    /// Days, today included; 30 when left out.
    #[param(minimum = 1, maximum = 365)]
    days: Option<u32>,
}

/// Count ends of validity per day
///
/// From today on. Revoked certificates are not counted.
#[utoipa::path(
    get, path = "/api/v1/stats/expiration-timeline", tag = "statistics",
    params(Days),
    responses((status = 200, description = "One row per day", body = Vec<api::DayExpirations>)),
)]
pub(super) async fn get_expiration_timeline(
    who: Caller,
    input: Query<Days>,
    statistics: Data<dyn StatisticsService>,
) -> Result<Json<Vec<api::DayExpirations>>, ApiError> {
    let rows = statistics.expiration_timeline(&who, input.0.days).await?;
    let row = |row: Expirations| api::DayExpirations { date: row.day.to_string(), count: row.count };
    Ok(Json(rows.into_iter().map(row).collect()))
}

/// Count ended jobs per day
#[utoipa::path(
    get, path = "/api/v1/stats/job-trends", tag = "statistics",
    params(Days),
    responses((status = 200, description = "One row per day, up to today", body = Vec<api::DayJobs>)),
)]
pub(super) async fn get_job_trends(
    who: Caller,
    input: Query<Days>,
    statistics: Data<dyn StatisticsService>,
) -> Result<Json<Vec<api::DayJobs>>, ApiError> {
    let rows = statistics.job_trends(&who, input.0.days).await?;
    Ok(Json(rows.into_iter().map(trend).collect()))
}

#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a share for people")]
fn trend(row: JobTrend) -> api::DayJobs {
    let ended = row.completed + row.failed;
    api::DayJobs {
        date: row.day.to_string(),
        completed_count: row.completed,
        failed_count: row.failed,
        success_rate: if ended == 0 { 0.0 } else { row.completed as f64 * 100.0 / ended as f64 },
    }
}

/// Count issued certificates per day
///
/// The first certificate of an agent is new, every later one renews it.
#[utoipa::path(
    get, path = "/api/v1/stats/issuance-rate", tag = "statistics",
    params(Days),
    responses((status = 200, description = "One row per day, up to today", body = Vec<api::DayIssuances>)),
)]
pub(super) async fn get_issuance_rate(
    who: Caller,
    input: Query<Days>,
    statistics: Data<dyn StatisticsService>,
) -> Result<Json<Vec<api::DayIssuances>>, ApiError> {
    let rows = statistics.issuance_rate(&who, input.0.days).await?;
    let row = |row: Issued| api::DayIssuances {
        date: row.day.to_string(),
        issued_count: row.new + row.renewed,
        new_count: row.new,
        renewed_count: row.renewed,
    };
    Ok(Json(rows.into_iter().map(row).collect()))
}
