//! How browsers get the files.

use crate::assets::{Asset, Assets};
use actix_web::guard::{self, Guard, GuardContext};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use std::sync::Arc;

/// What the page may load and do: its own files and the API, nothing inline and nothing foreign.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Files with a hash in their names never change.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// Everything else is asked for again each time, with its tag.
const ASK_AGAIN: &str = "no-cache";
/// First parts of paths that are never pages.
const NO_PAGES: [&str; 9] =
    ["api", "health", "ready", "metrics", ".well-known", "acme", "scep", "est", "assets"];

/// Serves the console beside the API. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Console(Arc<Assets>);

impl Console {
    /// Serves these files.
    pub fn new(assets: Assets) -> Self {
        Self(Arc::new(assets))
    }

    /// Registers files and pages. Comes after the routes of the API, which win.
    pub fn configure(&self, config: &mut ServiceConfig) {
        config.app_data(Data::from(Arc::clone(&self.0)));
        for path in self.0.paths() {
            config.service(
                web::resource(format!("/{path}"))
                    .guard(Reading)
                    .to(async |request: HttpRequest| file(&request)),
            );
        }
        config.service(
            web::resource("/{page:.*}")
                .guard(guard::All(Reading).and(Page))
                .to(async |request: HttpRequest| page(&request)),
        );
    }
}

/// GET and HEAD.
struct Reading;

impl Guard for Reading {
    fn check(&self, context: &GuardContext<'_>) -> bool {
        matches!(context.head().method.as_str(), "GET" | "HEAD")
    }
}

/// A path that a person opens in a browser. Whatever else is asked for gets the API's own refusal.
struct Page;

impl Guard for Page {
    fn check(&self, context: &GuardContext<'_>) -> bool {
        let head = context.head();
        let path = head.uri.path();
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        if NO_PAGES.contains(&first) {
            return false;
        }
        let accepted = head.headers.get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
        path == "/" || accepted.into_iter().any(|value| value.contains("text/html"))
    }
}

fn assets(request: &HttpRequest) -> Option<&Data<Assets>> {
    request.app_data::<Data<Assets>>()
}

fn file(request: &HttpRequest) -> HttpResponse {
    let path = request.path().trim_start_matches('/');
    let Some((assets, asset)) = assets(request).and_then(|assets| Some((assets, assets.get(path)?))) else {
        return HttpResponse::NotFound().finish();
    };
    let caching = if path.starts_with("assets/") { FOREVER } else { ASK_AGAIN };
    answer(request, assets, path, asset, caching)
}

fn page(request: &HttpRequest) -> HttpResponse {
    let built = assets(request).and_then(|assets| Some((assets, assets.index()?)));
    let mut response = match built {
        Some((assets, index)) => answer(request, assets, "index.html", index, ASK_AGAIN),
        None => HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(include_str!("missing.html")),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    response
}

/// The smallest form that the browser takes, unless it has the file already.
fn answer(
    request: &HttpRequest,
    assets: &Assets,
    path: &str,
    asset: &Asset,
    caching: &'static str,
) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::ETAG, asset.entity_tag.clone()))
        .insert_header((header::CACHE_CONTROL, caching))
        .insert_header((header::VARY, "Accept-Encoding"));
    if has_it(request.headers(), &asset.entity_tag) {
        return response.status(actix_web::http::StatusCode::NOT_MODIFIED).finish();
    }
    response.content_type(media_type(path));
    for (coding, ending) in [("br", "br"), ("gzip", "gz")] {
        if let Some(small) = assets.get(&format!("{path}.{ending}")).filter(|_| takes(request, coding)) {
            return response.insert_header((header::CONTENT_ENCODING, coding)).body(small.content.clone());
        }
    }
    response.body(asset.content.clone())
}

fn has_it(headers: &HeaderMap, tag: &str) -> bool {
    let mut known = headers.get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    known.any(|value| value.split(',').any(|one| one.trim().trim_start_matches("W/") == tag))
}

fn takes(request: &HttpRequest, coding: &str) -> bool {
    let mut accepted =
        request.headers().get_all(header::ACCEPT_ENCODING).filter_map(|value| value.to_str().ok());
    accepted.any(|value| {
        value.split(',').any(|one| {
            let (name, quality) = one.split_once(';').unwrap_or((one, ""));
            let refused = quality.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0);
            name.trim().eq_ignore_ascii_case(coding) && !refused
        })
    })
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests;
