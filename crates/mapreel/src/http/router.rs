//! All routes, and the middleware around them.

use super::access::{Access, Caller};
use super::app::App;
use super::origin::Pages;
use super::problem::Problem;
use super::quota::Quotas;
use super::{
    access, browser, catalogue, check, download, events, framing, host, layers, openapi, operations, overview, own_key,
    preview, status, submit, web,
};
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Extensions, HeaderMap, StatusCode, Version, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use tower_http::compression::predicate::{Predicate, SizeAbove};
use tower_http::compression::{CompressionLayer, CompressionLevel};

/// Answers of fewer bytes are not compressed.
const COMPRESSED_FROM: u16 = 1024;

/// All routes, with those of the demonstration if there is one.
pub(crate) fn router(app: Arc<App>, demonstration: Router) -> Router {
    let settings = &app.config.front_door;
    let door = Arc::new(Door {
        name: settings.public.as_ref().map(|public| public.host().to_owned()),
        pages: Pages::new(settings.public.clone(), settings.cors_origins.clone()),
        quotas: app.quotas.clone(),
        access: Access { keys: app.keys.clone(), proxies: settings.trusted_proxies.clone() },
    });
    routes()
        .with_state::<()>(app.clone())
        .merge(demonstration)
        .layer(
            CompressionLayer::new()
                .quality(CompressionLevel::Fastest)
                .compress_when(SizeAbove::new(COMPRESSED_FROM).and(is_long_text)),
        )
        .layer(middleware::from_fn_with_state(door.clone(), identify))
        .layer(middleware::from_fn_with_state(door, admit))
        .layer(middleware::from_fn_with_state(app, observe))
}

fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/service/image", post(submit::image))
        .route("/api/service/animation", post(submit::animation))
        .route("/api/job-status/{id}", get(status::status).delete(status::cancel))
        .route("/api/job-status/{id}/events", get(events::events))
        .route("/api/job-status/{id}/request", get(status::request))
        .route("/api/job-status/{id}/preview", get(download::newest_frame))
        .route("/api/jobs/{id}/again", post(submit::again))
        .route("/api/download/{id}", get(download::download))
        .route("/api/download/{id}/manifest", get(download::manifest))
        .route("/api/jobs", get(status::list))
        .route("/api/check", post(check::check))
        .route("/api/preview", post(preview::preview))
        .route("/api/layers", get(layers::layers))
        .route("/api/catalogue", get(catalogue::catalogue))
        .route("/api/operations", get(overview::overview))
        .route("/api/key", get(own_key::own_key))
        .route("/healthz", get(operations::health))
        .route("/readyz", get(operations::ready))
        .route("/metrics", get(operations::metrics))
        .route("/openapi.json", get(openapi::document))
        .route("/schema/request.json", get(openapi::schema))
        .route("/docs", get(web::reference))
        .route("/", get(web::page))
        .route("/operations", get(web::page))
        .route("/page/{name}", get(web::file))
}

/// The routes of a process that runs only a worker.
pub(crate) fn operations_router(app: Arc<App>) -> Router {
    Router::new()
        .route("/healthz", get(operations::health))
        .route("/readyz", get(operations::ready))
        .route("/metrics", get(operations::metrics))
        .layer(middleware::from_fn_with_state(app.clone(), observe))
        .with_state(app)
}

/// The state of the middleware that admits requests and identifies clients.
struct Door {
    /// The host of the public URL.
    name: Option<String>,
    pages: Pages,
    access: Access,
    quotas: Arc<Quotas>,
}

/// Middleware in front of every route: refuses requests for another host, and those of web pages that may not use the API.
async fn admit(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    if let Err(problem) = framing::check(request.headers()) {
        return problem.into_response();
    }
    if !host::is_exempt_from_host_check(request.uri())
        && let Err(problem) = host::check(&request, door.name.as_deref())
    {
        return problem.into_response();
    }
    door.pages.answer(request, next).await
}

/// Middleware in front of every route: identifies the client, and refuses it without the needed role or quota.
async fn identify(State(door): State<Arc<Door>>, mut request: Request, next: Next) -> Response {
    if access::is_open(request.uri().path()) {
        return next.run(request).await;
    }
    let (counted, refusal) = match door.access.caller(&request) {
        Ok(caller) => {
            let counted = door.quotas.request(&caller);
            request.extensions_mut().insert(caller);
            (counted, None)
        }
        Err(refusal) => (door.quotas.stranger(&Caller::at(door.access.address(&request))), Some(refusal)),
    };
    let standing = match counted {
        Ok(standing) => standing,
        Err(problem) => return problem.into_response(),
    };
    let mut response = match refusal {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    };
    standing.say(response.headers_mut());
    response
}

/// Middleware around every request: measures it, turns a panic into an answer, and adds problem details to errors without them.
async fn observe(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let response = answer.unwrap_or_else(|_| Problem::plain(StatusCode::INTERNAL_SERVER_ERROR).into_response());
    let mut response = with_details(response);
    browser::restrict(response.headers_mut());
    let (status, duration) = (response.status(), began.elapsed());
    app.metrics.request(known_method(method.as_str()), &route, status.as_u16(), duration);
    tracing::debug!(%method, route, status = status.as_u16(), duration_ms = duration.as_millis() as u64, "answered");
    response
}

/// Whether an answer may be compressed: only long text. Compressing would delay event streams, and images and films are compressed
/// already.
fn is_long_text(status: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let is_text = essence.ends_with("json") || essence.ends_with("-text") || essence.starts_with("text/");
    is_text && essence != "text/event-stream" && status != StatusCode::PARTIAL_CONTENT
}

/// The method as the label of a metric. Unknown methods share one label, so that clients cannot make new time series.
fn known_method(method: &str) -> &'static str {
    ["GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH"].into_iter().find(|m| *m == method).unwrap_or("other")
}

fn with_details(response: Response) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error || has_details(response.headers()) {
        return response;
    }
    // The answer's other headers, such as the list of allowed methods, stay.
    let (mut parts, _) = response.into_parts();
    let (detailed, body) = Problem::plain(status).into_response().into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.extend(detailed.headers);
    Response::from_parts(parts, body)
}

/// Whether an error has a description already: problem details, or the exception of an OGC service.
fn has_details(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media_type == "application/problem+json" || media_type.contains("xml")
}
