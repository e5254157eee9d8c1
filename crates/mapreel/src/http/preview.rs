//! `POST /api/preview`: one frame of a request, now.

use super::access::Caller;
use super::app::App;
use super::asking::ask;
use super::body::Document;
use super::problem::Problem;
use crate::explain::estimate::Estimate;
use crate::pipeline::draw_context::DrawContext;
use crate::pipeline::prepare::Prepared;
use crate::pipeline::produce;
use crate::pipeline::progress::NoProgress;
use crate::pipeline::report;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mapreel_spec::{AskedFrames, Format, Limits, Request, View, parse_request};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct Which {
    frame: Option<String>,
    map_only: Option<String>,
}

/// One frame of a request as a PNG, drawn now.
///
/// Its map is made smaller where it is large.
#[utoipa::path(post, path = "/api/preview", tag = "requests", request_body = ref("#/components/schemas/Request"),
    params(("frame" = Option<u32>, Query, description = "Which frame, counted from 1; the first without it.", minimum = 1),
           ("map_only" = Option<bool>, Query, description = "The map's pixels alone, without the page round it.")),
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
    let Query(which) = query.map_err(|_| wrong())?;
    let frame = which.frame.map_or(Ok(1), |text| text.parse().map_err(|_| wrong()))?;
    let map_only = which.map_only.map_or(Ok(false), |text| {
        text.to_ascii_lowercase().parse().map_err(|_| Problem::parameter("map_only", "`true` or `false`"))
    })?;
    let (limits, side_px_max) = (app.config.limits.clone(), app.config.preview_px_max);
    let (quotas, asker) = (app.quotas.clone(), caller.clone());
    let work = move |context: &DrawContext| {
        let request = parse_request(&body.0, &limits)?;
        let view = View::Frame { index: index(frame, &request, &limits)?, side_px_max, format: Format::Png };
        let estimate = Estimate::of(&request, view, &limits)?;
        quotas.upstream_requests(&asker, estimate.upstream_requests())?.keep();
        draw(&request, view, map_only, &limits, context)
    };
    ask(&app, &caller, "submit a job instead", work).await
}

/// The index of a frame, counted from 1.
fn index(frame: usize, request: &Request, limits: &Limits) -> Result<usize, Problem> {
    // If only the servers know the number of frames, a number beyond the last frame means the last frame.
    let most = match request.frames {
        AskedFrames::AllValues { .. } => limits.frames_max,
        _ => request.frames.expected(),
    };
    let index = frame.checked_sub(1).filter(|index| *index < most);
    let frames = request.frames.expected();
    let detail = || format!("the parameter `frame` is not a number from 1 to {frames}");
    index.ok_or_else(|| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_parameter", detail()))
}

fn draw(
    request: &Request,
    view: View,
    map_only: bool,
    limits: &Limits,
    context: &DrawContext,
) -> Result<impl IntoResponse + use<>, Problem> {
    let drawn = Prepared::new(request, view, limits, context, 1, &NoProgress).and_then(|prepared| {
        let part = map_only.then_some(prepared.plan().layout.map);
        let (bytes, missing) = produce::still(&prepared, context, part)?;
        Ok((bytes, report::warnings(&prepared, &missing, Vec::new()).len()))
    });
    let (bytes, warnings) = drawn?;
    let warnings = (HeaderName::from_static("mapreel-warnings"), warnings.to_string());
    Ok(([(header::CONTENT_TYPE, "image/png".to_owned()), warnings], bytes))
}
