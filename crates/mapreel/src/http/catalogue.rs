//! `/api/catalogue`: what the operator offers to begin with.

use super::app::App;
use crate::config::catalogue::Catalogue;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Servers and requests to begin with.
///
/// Those of the setting `catalogue`; with `--demo`, also those of the demonstration.
#[utoipa::path(get, path = "/api/catalogue", tag = "requests",
    responses((status = 200, description = "The catalogue; both lists may be empty.", body = Catalogue)))]
pub(super) async fn catalogue(State(app): State<Arc<App>>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], app.documents.catalogue.clone()).into_response()
}
