//! `POST /api/check`: what a request would draw and fetch.

use super::access::Caller;
use super::app::App;
use super::asking::ask;
use super::body::Document;
use super::problem::Problem;
use crate::explain::estimate::{Estimate, documents};
use crate::explain::explanation::Explanation;
use crate::explain::inquiry::Inquiry;
use crate::pipeline::error::Error;
use crate::pipeline::resolve::Unanswered;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use mapreel_queue::failpoint;
use mapreel_spec::{Problems, View, parse_request};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct How {
    online: Option<String>,
}

/// Validate and plan a request.
///
/// Frames, times per layer, requests to upstreams, estimated size. Nothing is fetched, or with
/// `online=true` only what its servers say of themselves: which layers and times they have.
#[utoipa::path(post, path = "/api/check", tag = "requests", request_body = ref("#/components/schemas/Request"),
    params(("online" = Option<bool>, Query, description = "Ask the servers; without it, what they decide is not known.")),
    responses((status = 200, description = "The request is valid; `warnings` say what will not be as it was asked for.", body = Explanation),
              (status = "4XX", description = "The request is not valid, or too costly, or asks for what its servers do not have.", body = Problem, content_type = "application/problem+json"),
              (status = 502, description = "A server did not say what it has.", body = Problem, content_type = "application/problem+json"),
              (status = 503, description = "Too many requests are being read, or servers asked, or it took too long.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn check(
    State(app): State<Arc<App>>,
    caller: Caller,
    query: Result<Query<How>, QueryRejection>,
    body: Document,
) -> Result<Response, Problem> {
    let wrong = || Problem::parameter("online", "`true` or `false`");
    match query.map_err(|_| wrong())?.0.online.as_deref() {
        None | Some("false") => offline(&app, body.0).await,
        Some("true") => online(&app, &caller, body.0).await,
        Some(_) => Err(wrong()),
    }
}

async fn offline(app: &App, document: Bytes) -> Result<Response, Problem> {
    let limits = app.config.limits.clone();
    let explain = move || -> Result<Json<Explanation>, Problem> {
        failpoint::hit("reading", None);
        let request = parse_request(&document, &limits)?;
        Ok(Json(Estimate::of(&request, View::of(&request), &limits)?.explanation()))
    };
    // The answer is written on the thread of the pool, too, because it may be long.
    Ok(app.readers.read(move || explain().into_response()).await?)
}

async fn online(app: &App, caller: &Caller, document: Bytes) -> Result<Response, Problem> {
    let (limits, quotas, asker) = (app.config.limits.clone(), app.quotas.clone(), caller.clone());
    ask(
        app,
        caller,
        "check it without `online`, or submit it as a job",
        move |context| -> Result<Json<Explanation>, Problem> {
            let request = parse_request(&document, &limits)?;
            quotas.upstream_requests(&asker, documents(&request))?.keep();
            let Inquiry { explanation, unanswered, problems, .. } = Inquiry::new(&request, &limits, context)?;
            if !problems.is_empty() {
                let silent = unanswered.iter().map(|server| server.problem(&request));
                return Err(Problems(problems.into_iter().chain(silent).collect()).into());
            }
            match explanation {
                Some(explanation) if unanswered.is_empty() => Ok(Json(explanation)),
                _ => Err(not_said(&unanswered)),
            }
        },
    )
    .await
}

/// The problem of servers that did not answer. A server that must not be asked is an error in the request.
fn not_said(unanswered: &[Unanswered]) -> Problem {
    let refused = unanswered.iter().any(|server| server.refused);
    let status = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::BAD_GATEWAY };
    let why: Vec<&str> = unanswered.iter().map(|server| server.why.as_str()).collect();
    Problem::new(status, "upstream", why.join("; "))
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(problems) => problems.into(),
            Error::Layer { .. } | Error::Frames { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "layer_unavailable", error.to_string())
            }
            Error::NoMemory { .. } => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", error.to_string()).retry_after(5)
            }
            // The client has disconnected, or has got the answer that the time is over.
            Error::Stopped => Self::plain(StatusCode::SERVICE_UNAVAILABLE),
            Error::Machine(_) => {
                tracing::error!(%error, "cannot work on a request");
                Self::plain(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}
