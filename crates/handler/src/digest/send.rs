//! `POST /api/v1/digest/send`.

use actix_web::web::{Data, Json};
use certctl_api_types::digest as api;
use certctl_http_core::{ApiError, Caller};
use certctl_service_api::digest::DigestService;

/// Send the digest now
///
/// To everybody who gets the regular one, whose times stay. The mails are queued as notifications of type
/// `Digest`, where their delivery can be followed.
#[utoipa::path(
    post, path = "/api/v1/digest/send", tag = "digest",
    responses(
        (status = 200, description = "Queued for delivery", body = api::DigestSent),
        (status = 503, description = "Digests are switched off, there is no mail channel, or nobody gets one"),
    ),
)]
pub(super) async fn send_digest(
    who: Caller,
    digests: Data<dyn DigestService>,
) -> Result<Json<api::DigestSent>, ApiError> {
    let recipients = digests.send(&who).await?;
    Ok(Json(api::DigestSent { status: "sent".to_owned(), recipients }))
}
