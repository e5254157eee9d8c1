//! `/openapi.json`, made from the types, and a page to read it.

use super::{check, download, events, layers, operations, preview, status, submit};
use axum::http::header;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde_json::Value;
use std::sync::LazyLock;
use utoipa::OpenApi;

/// The two dialects of a request, as JSON Schema. The reader in `mapreel-spec` is the judge; this is for readers and tools.
const REQUEST: &str = include_str!("request.schema.json");
const PAGE: &str = include_str!("docs.html");

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Mapreel",
        description = "Maps that move: a description of a map in, an image or an animation out.\n\nErrors are problem details \
                       (RFC 9457), with every problem of a request at once."
    ),
    paths(
        submit::image, submit::animation, status::status, events::events, status::cancel, status::list,
        download::download, download::manifest, check::check, preview::preview, layers::layers,
        operations::health, operations::ready, operations::metrics
    ),
    tags(
        (name = "jobs", description = "Submit, follow, cancel, list"),
        (name = "artifacts", description = "What came out"),
        (name = "requests", description = "Try a request without a job"),
        (name = "operations", description = "For those who run it")
    )
)]
struct Api;

/// The document, with the schema of a request in it.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let mut document = serde_json::to_value(Api::openapi()).unwrap_or_default();
    let request: Value = serde_json::from_str(REQUEST).unwrap_or_default();
    document["components"]["schemas"]["Request"] = request;
    document.to_string()
});

pub(super) async fn document() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

pub(super) async fn page() -> Html<&'static str> {
    Html(PAGE)
}

pub(super) async fn root() -> Redirect {
    Redirect::temporary("/docs")
}
