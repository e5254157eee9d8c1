//! `POST /api/preview`: one frame of a request, now.

use super::App;
use super::access::Caller;
use super::asking::ask;
use super::body::Document;
use super::problem::Problem;
use crate::explain::upstream_requests;
use crate::hands::Hands;
use crate::prepare::Prepared;
use crate::produce;
use crate::progress::Silent;
use crate::report;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use mapreel_spec::{Animation, Format, Limits, Plan, parse_request};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct Which {
    frame: Option<String>,
}

/// One frame of a request as a PNG, drawn now; its map is made smaller where it is large.
#[utoipa::path(post, path = "/api/preview", tag = "requests", request_body = ref("#/components/schemas/Request"),
    params(("frame" = Option<u32>, Query, description = "Which frame, counted from 1; the first without it.", minimum = 1)),
    responses((status = 200, description = "The picture. The header `Mapreel-Warnings` counts what is missing from it.", body = Vec<u8>, content_type = "image/png"),
              (status = "4XX", description = "The request is not valid, or too costly.", body = Problem, content_type = "application/problem+json"),
              (status = 503, description = "Too many previews are being drawn, or it took too long.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn preview(
    State(app): State<Arc<App>>,
    caller: Caller,
    query: Result<Query<Which>, QueryRejection>,
    body: Document,
) -> Result<Response, Problem> {
    let wrong = || Problem::parameter("frame", "the number of a frame, counted from 1");
    let frame = query.map_err(|_| wrong())?.0.frame.map_or(Ok(1), |text| text.parse().map_err(|_| wrong()))?;
    let (limits, side_px_max) = (app.config.limits.clone(), app.config.preview_px_max);
    let (quotas, asker) = (app.quotas.clone(), caller.clone());
    let work = move |hands: &Hands| {
        let still = still(&body.0, frame, side_px_max, &limits)?;
        let requests = upstream_requests(&still, &Plan::new(&still, &limits)?);
        quotas.upstream_requests(&asker, requests)?.keep();
        draw(&still, &limits, hands)
    };
    ask(&app, &caller, "submit a job instead", work).await
}

/// One frame of a request as an image of its own.
fn still(document: &[u8], frame: usize, side_px_max: u32, limits: &Limits) -> Result<Animation, Problem> {
    let animation = parse_request(document, limits)?;
    let frames = animation.times.len();
    let still =
        frame.checked_sub(1).and_then(|index| animation.still(index, Format::Png, side_px_max, limits.frames_max));
    still.ok_or_else(|| Problem::parameter("frame", &format!("a number from 1 to {frames}")))
}

fn draw(still: &Animation, limits: &Limits, hands: &Hands) -> Result<impl IntoResponse + use<>, Problem> {
    let drawn = Prepared::new(still, limits, hands, 1, &Silent).and_then(|prepared| {
        let (bytes, missing) = produce::still(&prepared, hands)?;
        Ok((bytes, report::warnings(&prepared, &missing, Vec::new()).len()))
    });
    let (bytes, warnings) = drawn?;
    let warnings = (HeaderName::from_static("mapreel-warnings"), warnings.to_string());
    Ok(([(header::CONTENT_TYPE, "image/png".to_owned()), warnings], bytes))
}
