//! The demo's routes for axum.

use crate::answer::Answer;
use crate::data::broken_data::BrokenData;
use crate::demo::Demo;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// The permits of the semaphore: how many answers are made at once. Other requests wait for a permit, and have nothing in memory
/// but their address.
const AT_ONCE: usize = 2;
/// How long a request waits for its permit before it is answered with 503.
const PATIENCE: Duration = Duration::from_secs(20);
/// Pictures do not change while the program runs, but the next version may give them other colours.
const CACHE: &str = "public, max-age=3600";

#[derive(Clone)]
struct Shared {
    demo: Arc<Demo>,
    permits: Arc<Semaphore>,
}

/// The routes `/demo/wms`, `/demo/wmts` and all below `/demo/wmts/1.0.0/`, for GET and HEAD. They stand at the root of a service, not
/// nested in another path. `land` is what [`Demo::new`] takes.
///
/// At most two answers are made at once, on tokio's blocking threads; axum must run on tokio.
///
/// # Errors
/// The outlines of the land have another form.
pub fn router(land: &[u8]) -> Result<Router, BrokenData> {
    let shared = Shared { demo: Arc::new(Demo::new(land)?), permits: Arc::new(Semaphore::new(AT_ONCE)) };
    let routes = ["/demo/wms", "/demo/wmts", "/demo/wmts/1.0.0/{*resource}"];
    let router = routes.into_iter().fold(Router::new(), |router, route| router.route(route, get(answer)));
    Ok(router.with_state(shared))
}

async fn answer(State(shared): State<Shared>, uri: Uri, headers: HeaderMap) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    let Ok(Ok(permit)) = tokio::time::timeout(PATIENCE, shared.permits.acquire_owned()).await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let made = tokio::task::spawn_blocking(move || {
        // The drawing thread holds the permit until it has drawn, also when the client has closed its connection.
        let _permit = permit;
        shared.demo.answer(uri.path(), uri.query().unwrap_or_default(), host.as_deref())
    });
    match made.await {
        Ok(Answer { status, media_type, body }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let cache = if media_type == "image/png" { CACHE } else { "no-store" };
            (status, [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, cache)], body).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
