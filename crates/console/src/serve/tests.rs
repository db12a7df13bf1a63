use super::*;
use actix_web::App;
use actix_web::http::Method;
use actix_web::test::{TestRequest, call_service, init_service, read_body};

fn built() -> Assets {
    Assets::of([
        ("index.html", "<!doctype html>page"),
        ("index.html.br", "page, small"),
        ("assets/index-1a2b.js", "script"),
        ("assets/index-1a2b.js.gz", "script, small"),
        ("assets/font-3c4d.woff2", "font"),
        ("theme.js", "theme"),
    ])
}

async fn ask(assets: Assets, request: TestRequest) -> (u16, HeaderMap, String) {
    let console = Console::new(assets);
    let app = App::new()
        .route("/api/v1/version", web::get().to(async || "api"))
        .configure(move |config| console.configure(config))
        .default_service(web::to(async || HttpResponse::NotFound().body("refused")));
    let app = init_service(app).await;
    let response = call_service(&app, request.to_request()).await;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = read_body(response).await;
    (status, headers, String::from_utf8(body.to_vec()).unwrap())
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

fn page_of(path: &str) -> TestRequest {
    TestRequest::get().uri(path).insert_header(("accept", "text/html,*/*;q=0.8"))
}

#[actix_web::test]
async fn every_page_is_the_same_file_under_a_strict_policy() {
    for path in ["/", "/certificates", "/certificates/mc-1?tab=versions", "/no/such/page"] {
        let (status, headers, body) = ask(built(), page_of(path)).await;
        assert_eq!((status, body.as_str()), (200, "<!doctype html>page"), "{path}");
        assert_eq!(header(&headers, "cache-control"), "no-cache");
        let policy = header(&headers, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    }
}

#[actix_web::test]
async fn what_is_no_page_is_left_to_the_api() {
    for path in ["/api/v1/none", "/api", "/.well-known/x", "/acme/directory", "/metrics", "/assets/old-9.js"]
    {
        let (status, _, body) = ask(built(), page_of(path)).await;
        assert_eq!((status, body.as_str()), (404, "refused"), "{path}");
    }
    assert_eq!(ask(built(), page_of("/api/v1/version")).await.2, "api");
    // A program that asks for no page gets none, and nobody posts to one.
    assert_eq!(ask(built(), TestRequest::get().uri("/certificates")).await.2, "refused");
    assert_eq!(ask(built(), page_of("/certificates").method(Method::POST)).await.2, "refused");
}

#[actix_web::test]
async fn hashed_files_are_kept_forever_and_the_others_are_asked_for_again() {
    let (status, headers, body) = ask(built(), TestRequest::get().uri("/assets/index-1a2b.js")).await;
    assert_eq!((status, body.as_str()), (200, "script"));
    assert_eq!(header(&headers, "cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(header(&headers, "content-type"), "text/javascript; charset=utf-8");
    let (_, headers, _) = ask(built(), TestRequest::get().uri("/theme.js")).await;
    assert_eq!(header(&headers, "cache-control"), "no-cache");
    let tag = header(&headers, "etag").to_owned();
    let again = TestRequest::get().uri("/theme.js").insert_header(("if-none-match", tag));
    let (status, _, body) = ask(built(), again).await;
    assert_eq!((status, body.as_str()), (304, ""));
}

#[actix_web::test]
async fn browsers_get_the_smallest_form_they_take() {
    let small = async |path: &str, accepted: &str| {
        let request = page_of(path).insert_header(("accept-encoding", accepted.to_owned()));
        let (_, headers, body) = ask(built(), request).await;
        (header(&headers, "content-encoding").to_owned(), body)
    };
    assert_eq!(small("/", "gzip, deflate, br, zstd").await, ("br".to_owned(), "page, small".to_owned()));
    assert_eq!(small("/", "br;q=0").await.0, "");
    assert_eq!(small("/assets/index-1a2b.js", "br, gzip").await.0, "gzip");
    assert_eq!(small("/assets/index-1a2b.js", "identity").await.1, "script");
    assert_eq!(small("/assets/font-3c4d.woff2", "br, gzip").await, (String::new(), "font".to_owned()));
}

#[actix_web::test]
async fn a_build_without_the_console_says_how_to_get_it() {
    let (status, headers, body) = ask(Assets::default(), page_of("/")).await;
    assert_eq!(status, 200);
    assert_eq!(header(&headers, "cache-control"), "no-store");
    assert!(body.contains("cargo xtask web"), "{body}");
    // Its only link leads to this server.
    assert_eq!(body.matches("href=").count(), body.matches("href=\"/api/").count());
}
