//! `GET /api/layers?url=`: what a map server offers.

use super::access::Caller;
use super::app::App;
use super::asking;
use super::problem::Problem;
use crate::explain::layers::{Reading, address, ask};
use crate::operations::budget::DOCUMENTS_MIB;
use crate::pipeline::draw_context::DrawContext;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use mapreel_queue::failpoint;
use mapreel_sources::{CAPABILITIES_BYTES_MAX, Error};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct Which {
    url: Option<String>,
}

/// What a map server offers.
///
/// Of a WMS, WMTS, ArcGIS service or OGC API, as clean JSON: layers, styles, CRSs, extents, times.
#[utoipa::path(get, path = "/api/layers", tag = "requests",
    params(("url" = String, Query, description = "The address of the server, or of the document that describes it.", min_length = 1, pattern = r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,4})?([/?#].*)?$")),
    responses((status = 200, description = "What it offers; `service` is `wms`, `wmts`, `arcgis` or `ogc-maps`.", body = serde_json::Value),
              (status = 400, description = "There is no such URL.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "The server may not be asked, or its document is broken or too large.", body = Problem, content_type = "application/problem+json"),
              (status = 502, description = "The server did not say what it offers.", body = Problem, content_type = "application/problem+json"),
              (status = 503, description = "Too many are being read, or the server takes too long.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn layers(
    State(app): State<Arc<App>>,
    caller: Caller,
    query: Result<Query<Which>, QueryRejection>,
) -> Result<Response, Problem> {
    let wrong = || Problem::parameter("url", "the http or https address of a WMS, WMTS, ArcGIS or OGC API");
    let url = query.map_err(|_| wrong())?.0.url.ok_or_else(wrong)?;
    address(&url).map_err(|_| wrong())?;
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(wrong());
    }
    // Documents are long, and reading them takes memory: this route shares the bound of previews.
    app.quotas.upstream_requests(&caller, 1)?.keep();
    let (quotas, who) = (app.clone(), caller.clone());
    let charge = move || {
        quotas.quotas.upstream_requests(&who, 1)?.keep();
        Ok(())
    };
    asking::ask(&app, &caller, "ask the server itself", move |context| offer(&url, context, charge)).await
}

fn offer(url: &str, context: &DrawContext, charge: impl Fn() -> Result<(), Problem>) -> Result<Response, Problem> {
    let wrong = |code, detail: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail);
    let mut asked = 0;
    let fetch = |url: &str, wanted| {
        asked += 1;
        if asked > 1 {
            charge()?;
        }
        // This memory is given back when the document has arrived, before the memory for reading is taken: a server may be slow.
        let _fetching = context.take_memory(CAPABILITIES_BYTES_MAX.div_ceil(1 << 20) as u64)?;
        Ok::<_, Problem>(context.wait(context.upstreams.get(url, wanted))?)
    };
    let unfetched = |error: Error| {
        let status = if error.is_refusal() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::BAD_GATEWAY };
        Problem::new(status, "upstream", error.to_string())
    };
    let mut reading = None;
    let read = |document: Bytes, url: &str| {
        // The memory is kept until the offer is written; if another document has the offer, it is given back.
        let permit = context.take_memory(DOCUMENTS_MIB)?;
        failpoint::hit("reading", None);
        let read = Reading::of(&document, url, Timestamp::now());
        reading = matches!(read, Ok(Reading::Offer(_))).then_some(permit);
        read.map_err(|error| wrong("broken_document", error.to_string()))
    };
    let offer = ask(url, fetch, read, unfetched)?;
    let json = offer.json().map_err(|error| wrong("too_large", error.to_string()))?;
    Ok(([(CONTENT_TYPE, "application/json")], json).into_response())
}
