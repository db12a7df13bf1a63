//! The single list of routes.

use crate::Refusal;
use crate::app::refused_by_table;
use crate::gate::{Access, Terms, gate};
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, HttpRequest, Responder, guard, middleware::from_fn};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::future::ready;
use utoipa::openapi::path::{HttpMethod, Operation, ParameterIn, PathItem};
use utoipa::openapi::{Components, OpenApi, RefOr};

/// One method of one path.
pub struct Route {
    /// Method in capitals.
    pub method: &'static str,
    /// Whole path with its parameters in braces.
    pub path: String,
    /// Who may use it.
    pub access: Access,
    /// Whether its answer shows a secret that is shown once, so that no copy may be kept.
    pub shows_secret: bool,
    /// Whether its last parameter stands for the rest of the path, slashes included.
    pub takes_rest: bool,
    /// Its description.
    pub operation: Operation,
    pub(crate) http_method: HttpMethod,
    register: Register,
}

impl Route {
    /// The path as actix matches it.
    fn pattern(&self) -> String {
        match self.path.strip_suffix('}') {
            Some(open) if self.takes_rest => format!("{open}:.*}}"),
            _ => self.path.clone(),
        }
    }

    fn terms(&self) -> Terms {
        let mut parameters = self.operation.parameters.iter().flatten();
        let takes_query = parameters.any(|one| match one {
            RefOr::T(one) => matches!(one.parameter_in, ParameterIn::Query),
            RefOr::Ref(_) => true,
        });
        Terms { access: self.access, shows_secret: self.shows_secret, takes_query }
    }
}

/// Makes the actix route, under its terms.
type Register = Box<dyn Fn(Terms) -> actix_web::Route + Send + Sync>;

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {:?}", self.method, self.path, self.access)
    }
}

/// The single list of routes: what is registered, what is permitted, what is described and what the
/// tests walk are all read from here. Filled with [`route!`](crate::route!).
#[derive(Default)]
pub struct RouteTable {
    routes: Vec<Route>,
    pub(crate) components: Components,
}

impl fmt::Debug for RouteTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.routes).finish()
    }
}

/// Adds a handler to a table: method and path are those of its `#[utoipa::path]` attribute, so
/// the route and its description cannot drift apart.
///
/// `route!(table, Access::Holding(Permission::InventoryRead), list::list_certificates)`
#[macro_export]
macro_rules! route {
    ($table:expr, $access:expr, $($handler:ident)::+) => {{
        #[derive(utoipa::OpenApi)]
        #[openapi(paths($($handler)::+))]
        struct Described;
        $table.add(<Described as utoipa::OpenApi>::openapi(), $access, &$($handler)::+)
    }};
}

impl RouteTable {
    /// Adds every operation of `described`, which is one when [`route!`](crate::route!) calls.
    pub fn add<F, Args>(&mut self, described: OpenApi, access: Access, handler: &F)
    where
        F: Handler<Args> + Send + Sync,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        if let Some(components) = described.components {
            self.components.schemas.extend(components.schemas);
        }
        for (path, item) in described.paths.paths {
            for (method, operation) in operations(item) {
                self.routes.push(Route {
                    method: name_of(&method),
                    path: path.clone(),
                    access,
                    shows_secret: false,
                    takes_rest: false,
                    operation,
                    register: register(&method, handler.clone()),
                    http_method: method,
                });
            }
        }
    }

    /// Says of the route that was added last that it shows a secret once.
    pub fn shows_secret(&mut self) {
        if let Some(route) = self.routes.last_mut() {
            route.shows_secret = true;
        }
    }

    /// Says of the route that was added last that its last parameter is the rest of the path, with
    /// all slashes in it. Every route of the path has to say so.
    pub fn takes_rest(&mut self) {
        if let Some(route) = self.routes.last_mut() {
            route.takes_rest = true;
        }
    }

    /// Every route, in the order they were added.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Registers every route with actix. Literal paths go before parameters, whatever their order here.
    pub fn register(&self, config: &mut ServiceConfig) {
        let mut paths: Vec<(&str, Vec<&Route>)> = Vec::new();
        let mut known = BTreeMap::new();
        for route in &self.routes {
            let at = *known.entry(route.path.as_str()).or_insert_with(|| {
                paths.push((&route.path, Vec::new()));
                paths.len() - 1
            });
            if let Some((_, routes)) = paths.get_mut(at) {
                routes.push(route);
            }
        }
        paths.sort_by(|(a, _), (b, _)| precedence(a, b));
        for (path, routes) in paths {
            let allowed = allowed(&routes);
            let pattern = routes.first().map_or_else(|| path.to_owned(), |route| route.pattern());
            let mut resource = web::resource(pattern);
            for route in routes {
                resource = resource.route((route.register)(route.terms()));
            }
            config.service(resource.default_service(web::to(move |request: HttpRequest| {
                let method = request.method().to_string();
                let refusal = Refusal::MethodNotAllowed { method, allowed: allowed.clone() };
                ready(Err::<&str, _>(refused_by_table(&request, refusal)))
            })));
        }
    }
}

fn allowed(routes: &[&Route]) -> Vec<&'static str> {
    let mut allowed: Vec<_> = routes.iter().map(|route| route.method).collect();
    if allowed.contains(&"GET") {
        allowed.push("HEAD");
    }
    allowed.sort_unstable();
    allowed
}

fn precedence(a: &str, b: &str) -> Ordering {
    let rank = |segment: &str| (segment.starts_with('{'), segment.to_owned());
    a.split('/').map(rank).cmp(b.split('/').map(rank))
}

fn register<F, Args>(method: &HttpMethod, handler: F) -> Register
where
    F: Handler<Args> + Send + Sync,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    use actix_web::http::Method;
    let method = match method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Post => Method::POST,
        HttpMethod::Delete => Method::DELETE,
        HttpMethod::Options => Method::OPTIONS,
        HttpMethod::Head => Method::HEAD,
        HttpMethod::Patch => Method::PATCH,
        HttpMethod::Trace => Method::TRACE,
    };
    Box::new(move |terms| {
        let route = if method == Method::GET {
            // Actix leaves the body of an answer to HEAD away by itself.
            web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
        } else {
            web::method(method.clone())
        };
        route.to(handler.clone()).wrap(from_fn(move |request, next| gate(terms, request, next)))
    })
}

fn operations(item: PathItem) -> impl Iterator<Item = (HttpMethod, Operation)> {
    [
        (HttpMethod::Get, item.get),
        (HttpMethod::Put, item.put),
        (HttpMethod::Post, item.post),
        (HttpMethod::Delete, item.delete),
        (HttpMethod::Options, item.options),
        (HttpMethod::Head, item.head),
        (HttpMethod::Patch, item.patch),
        (HttpMethod::Trace, item.trace),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation?)))
}

const fn name_of(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Put => "PUT",
        HttpMethod::Post => "POST",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Options => "OPTIONS",
        HttpMethod::Head => "HEAD",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Trace => "TRACE",
    }
}
