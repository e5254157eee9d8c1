//! `GET /api/layers?url=`: what a map server offers.

use super::App;
use super::problem::Problem;
use crate::budget::DOCUMENTS_MIB;
use crate::layers::{Offer, address};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
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
              (status = 422, description = "The server may not be asked, or its document is broken.", body = Problem, content_type = "application/problem+json"),
              (status = 502, description = "The server did not answer with capabilities.", body = Problem, content_type = "application/problem+json"),
              (status = 503, description = "Too many are being read.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn layers(
    State(app): State<Arc<App>>,
    query: Result<Query<Which>, QueryRejection>,
) -> Result<Json<Offer>, Problem> {
    let wrong = || Problem::parameter("url", "the http or https address of a WMS or WMTS");
    let url = query.map_err(|_| wrong())?.0.url.ok_or_else(wrong)?;
    let url = address(&url).map_err(|_| wrong())?;
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(wrong());
    }
    let busy = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "too many servers are being asked; try again");
    // Documents are long, and reading them takes memory: as many at once as previews.
    let _place = app.previews.clone().try_acquire_owned().map_err(|_| busy().retry_after(2))?;
    let _memory = app.memory.take(DOCUMENTS_MIB).await.ok_or_else(|| busy().retry_after(5))?;
    let client = app.client.fresh();
    let asked = app.fetching.spawn(async move { client.get(&url, Wanted::Capabilities).await });
    let document = asked.await.map_err(|_| Problem::plain(StatusCode::INTERNAL_SERVER_ERROR))?.map_err(|error| {
        let status = match error {
            mapreel_sources::Error::Refused { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::BAD_GATEWAY,
        };
        Problem::new(status, "upstream", error.to_string())
    })?;
    let read = tokio::task::spawn_blocking(move || Offer::read(&document, Timestamp::now())).await;
    let offer = read.map_err(|_| Problem::plain(StatusCode::INTERNAL_SERVER_ERROR))?;
    let broken = |error: mapreel_sources::BrokenDocument| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "broken_document", error.to_string())
    };
    Ok(Json(offer.map_err(broken)?))
}
