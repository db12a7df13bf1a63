//! The OpenAPI description of a route table.

use crate::route::Route;
use crate::{Access, RouteTable, replay};
use certctl_api_types::ErrorBody;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem, Paths};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::Type;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

const BEARER: &str = "bearer";

/// What the document says of the whole API.
#[derive(Debug, Clone, Copy)]
pub struct Description<'a> {
    /// Title.
    pub title: &'a str,
    /// Version of the product.
    pub version: &'a str,
    /// A paragraph, Markdown.
    pub text: &'a str,
}

impl RouteTable {
    /// The OpenAPI 3.1 document: every route with its permission, and the errors it can answer with.
    pub fn openapi(&self, description: &Description<'_>) -> OpenApi {
        let mut components = self.components.clone();
        components.schemas.insert(ErrorBody::name().into_owned(), ErrorBody::schema());
        components.security_schemes.insert(
            BEARER.to_owned(),
            RefOr::T(SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .description(Some("An API key, or the credential of an agent"))
                    .build(),
            )),
        );
        let mut paths = Paths::new();
        for route in self.routes() {
            let item = paths.paths.entry(route.path.clone()).or_default();
            item.merge_operations(PathItem::new(route.http_method.clone(), completed(route)));
        }
        let info = InfoBuilder::new()
            .title(description.title)
            .version(description.version)
            .description(Some(description.text));
        OpenApiBuilder::new().info(info.build()).paths(paths).components(Some(components)).build()
    }
}

/// The operation with what follows from its place in the table.
fn completed(route: &Route) -> Operation {
    let mut operation = route.operation.clone();
    let public = route.access.is_open();
    operation.security =
        Some(if public { Vec::new() } else { vec![SecurityRequirement::new(BEARER, Vec::<String>::new())] });
    if let Some(permission) = route.access.permission() {
        let extension = ExtensionsBuilder::new().add("x-permission", permission.as_str()).build();
        operation.extensions.get_or_insert_default().merge(extension);
    }
    let keyed = route.method == "POST" && matches!(route.access, Access::Holding(_)) && !route.shows_secret;
    if keyed {
        operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
    }
    let has_body = operation.request_body.is_some();
    let has_input = has_body || operation.parameters.as_ref().is_some_and(|list| !list.is_empty());
    let general = [
        ("400", has_input, "The input is malformed"),
        ("401", !public, "The credential is missing or not valid"),
        ("403", !public, "The credential does not allow this"),
        ("404", route.path.contains('{'), "The object does not exist"),
        ("409", keyed, "The state of the object stands against it, or the same request is under way"),
        ("422", keyed, "The input breaks a rule, or the idempotency key belongs to another request"),
        ("410", route.access == Access::OwnAgent, "The agent has been retired"),
        ("413", has_body, "The body is too large"),
        ("415", has_body, "The body is not JSON"),
        ("429", true, "The caller asks too often; come back after `Retry-After` seconds"),
        ("500", true, "The server failed"),
        ("503", !public, "The server cannot reach its database, or is overloaded"),
    ];
    let responses = &mut operation.responses.responses;
    for (status, applies, text) in general {
        if applies {
            responses.entry(status.to_owned()).or_insert_with(|| error(text).into());
        }
    }
    for (status, response) in responses.iter_mut() {
        if let RefOr::T(response) = response
            && status.as_str() >= "400"
            && response.content.is_empty()
        {
            *response = error(&response.description);
        }
    }
    operation
}

fn idempotency_key() -> Parameter {
    let text = "Makes the request safe to send again: within a day the same key and request get the \
                first answer, with `Idempotency-Replayed: true`. 1 to 255 visible ASCII characters.";
    ParameterBuilder::new()
        .name(replay::NAME)
        .parameter_in(ParameterIn::Header)
        .description(Some(text))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

fn error(description: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(ErrorBody::name()))).build();
    ResponseBuilder::new().description(description).content("application/json", content).build()
}
