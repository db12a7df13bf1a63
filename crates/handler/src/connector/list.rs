//! `GET /api/v1/connector-types`.

use actix_web::web::{Data, Json};
use certctl_api_types::connector as api;
use certctl_http_core::{ApiError, Caller};
use certctl_service_api::connector::{ConnectorField, ConnectorService, ConnectorType};

/// List the kinds of connectors
///
/// What issuers, targets and channels there can be, and the fields of their configuration: enough to
/// draw a form.
#[utoipa::path(
    get, path = "/api/v1/connector-types", tag = "system",
    responses((status = 200, description = "Every kind of this build", body = api::ConnectorTypes)),
)]
pub(super) async fn list_connector_types(
    who: Caller,
    connectors: Data<dyn ConnectorService>,
) -> Result<Json<api::ConnectorTypes>, ApiError> {
    let data = connectors.list(&who).await?.into_iter().map(shown).collect();
    Ok(Json(api::ConnectorTypes { data }))
}

fn shown(one: ConnectorType) -> api::ConnectorType {
    api::ConnectorType {
        family: one.family.as_str().to_owned(),
        name: one.name.to_owned(),
        fields: one.fields.into_iter().map(field).collect(),
    }
}

fn field(one: ConnectorField) -> api::ConnectorField {
    api::ConnectorField {
        name: one.name.to_owned(),
        kind: one.kind.to_owned(),
        choices: one.choices.into_iter().map(str::to_owned).collect(),
        fields: one.fields.into_iter().map(field).collect(),
        required: one.required,
        secret: one.secret,
        default: one.default.map(str::to_owned),
        help: one.help.to_owned(),
    }
}
