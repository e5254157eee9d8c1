//! `GET /api/layers?url=`: what a map server offers.

use super::App;
use super::problem::Problem;
use crate::layers::{Offer, address};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use mapreel_sources::Wanted;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct Which {
    url: Option<String>,
}

/// The capabilities of a WMS or WMTS as clean JSON: layers, styles, CRSs, extents, times.
#[utoipa::path(get, path = "/api/layers", tag = "requests",
    params(("url" = String, Query, description = "The address of the server, or of its capabilities document.")),
    responses((status = 200, description = "What it offers; `service` is `wms` or `wmts`.", body = serde_json::Value),
              (status = 400, description = "There is no such URL.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "The server may not be asked, or its document is broken or too large.", body = Problem, content_type = "application/problem+json"),
              (status = 502, description = "The server did not answer with capabilities.", body = Problem, content_type = "application/problem+json"),
              (status = 503, description = "Too many are being read.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn layers(
    State(app): State<Arc<App>>,
    query: Result<Query<Which>, QueryRejection>,
) -> Result<Response, Problem> {
    let wrong = || Problem::parameter("url", "the http or https address of a WMS or WMTS");
    let url = query.map_err(|_| wrong())?.0.url.ok_or_else(wrong)?;
    let url = address(&url).map_err(|_| wrong())?;
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(wrong());
    }
    let busy = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "too many servers are being asked; try again");
    // Documents are long, and reading them takes memory: as many at once as previews.
    let _place = app.previews.clone().try_acquire_owned().map_err(|_| busy().retry_after(2))?;
    let client = app.client.fresh();
    let asked = app.fetching.spawn(async move { client.get(&url, Wanted::Capabilities).await });
    let document = asked.await.map_err(|_| Problem::plain(StatusCode::INTERNAL_SERVER_ERROR))?.map_err(|error| {
        let status = match error {
            mapreel_sources::Error::Refused { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::BAD_GATEWAY,
        };
        Problem::new(status, "upstream", error.to_string())
    })?;
    // A document takes its time to be read and an offer to be written: not on a thread that others wait for.
    let read = move || {
        let offer =
            Offer::read(&document, Timestamp::now()).map_err(|broken| ("broken_document", broken.to_string()))?;
        offer.json().map_err(|error| ("too_large", error.to_string()))
    };
    let json =
        tokio::task::spawn_blocking(read).await.map_err(|_| Problem::plain(StatusCode::INTERNAL_SERVER_ERROR))?;
    let json = json.map_err(|(code, detail)| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail))?;
    Ok(([(CONTENT_TYPE, "application/json")], json).into_response())
}
