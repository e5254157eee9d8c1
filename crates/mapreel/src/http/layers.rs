//! `GET /api/layers?url=`: what a map server offers.

use super::App;
use super::access::Caller;
use super::asking::ask;
use super::problem::Problem;
use crate::budget::DOCUMENTS_MIB;
use crate::layers::{Offer, address};
use crate::pipeline::hands::Hands;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use mapreel_queue::failpoint;
use mapreel_sources::{CAPABILITIES_BYTES_MAX, Wanted};
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
              (status = 503, description = "Too many are being read, or the server takes too long.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn layers(
    State(app): State<Arc<App>>,
    caller: Caller,
    query: Result<Query<Which>, QueryRejection>,
) -> Result<Response, Problem> {
    let wrong = || Problem::parameter("url", "the http or https address of a WMS or WMTS");
    let url = query.map_err(|_| wrong())?.0.url.ok_or_else(wrong)?;
    let url = address(&url).map_err(|_| wrong())?;
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(wrong());
    }
    // Documents are long, and reading them takes memory: as many at once as previews.
    app.quotas.upstream_requests(&caller, 1)?.keep();
    ask(&app, &caller, "ask the server itself", move |hands| offer(&url, hands)).await
}

fn offer(url: &str, hands: &Hands) -> Result<Response, Problem> {
    let fetching = hands.take_memory(CAPABILITIES_BYTES_MAX.div_ceil(1 << 20) as u64)?;
    let document = hands.wait(hands.upstreams.get(url, Wanted::Capabilities))?.map_err(|error| {
        let status = if error.is_refusal() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::BAD_GATEWAY };
        Problem::new(status, "upstream", error.to_string())
    })?;
    // What reading takes is taken when there is something to read: a server may dawdle.
    drop(fetching);
    let _reading = hands.take_memory(DOCUMENTS_MIB)?;
    failpoint::hit("reading", None);
    let wrong = |code, detail: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail);
    let offer =
        Offer::read(&document, Timestamp::now()).map_err(|error| wrong("broken_document", error.to_string()))?;
    let json = offer.json().map_err(|error| wrong("too_large", error.to_string()))?;
    Ok(([(CONTENT_TYPE, "application/json")], json).into_response())
}
