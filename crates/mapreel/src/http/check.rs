//! `POST /api/check`: what a request would draw and fetch.

use super::App;
use super::body::Document;
use super::problem::Problem;
use crate::explain::Explanation;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use mapreel_spec::{Plan, Problems, parse_request};
use std::sync::Arc;

/// Validate and plan a request, and fetch nothing: frames, times per layer, requests to upstreams, estimated size.
#[utoipa::path(post, path = "/api/check", tag = "requests", request_body = ref("#/components/schemas/Request"),
    responses((status = 200, description = "The request is valid.", body = Explanation),
              (status = "4XX", description = "The request is not valid, or too costly.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn check(State(app): State<Arc<App>>, body: Document) -> Result<Json<Explanation>, Problem> {
    let limits = app.config.limits.clone();
    let explain = move || -> Result<Explanation, Problems> {
        let animation = parse_request(&body.0, &limits)?;
        let plan = Plan::new(&animation, &limits)?;
        Ok(Explanation::new(&animation, &plan))
    };
    let explained = tokio::task::spawn_blocking(explain).await;
    Ok(Json(explained.map_err(|_| Problem::plain(StatusCode::INTERNAL_SERVER_ERROR))??))
}
