//! `/healthz`, `/readyz`, `/metrics`: for the operators of the service.

use super::app::App;
use super::problem::Problem;
use crate::operations::maintenance::READY;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use mapreel_queue::{Counts, State as JobState};
use std::sync::Arc;
use std::time::Duration;
use tracing::warn;
use uuid::Uuid;

/// The store must answer within this time.
const PATIENCE: Duration = Duration::from_secs(2);
/// If a job waits for this long while no job runs, no worker is working.
const IDLE_MAX: Duration = Duration::from_secs(30);

/// Whether this process lives.
///
/// An orchestrator starts it again where this does not answer.
#[utoipa::path(get, path = "/healthz", tag = "operations",
    responses((status = 200, description = "It lives.", body = String, content_type = "text/plain")))]
pub(super) async fn health() -> &'static str {
    "ok\n"
}

/// Whether requests sent here will be worked on.
///
/// Every long-lived task of the process runs, the store answers, artifacts can be written, the broker tells of work,
/// somebody works.
#[utoipa::path(get, path = "/readyz", tag = "operations",
    responses((status = 200, description = "It is ready.", body = String, content_type = "text/plain"),
              (status = 503, description = "It is not, and why.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn ready(State(app): State<Arc<App>>) -> Result<&'static str, Problem> {
    let not = |why: &str| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", why.to_owned()).retry_after(5);
    if app.draining.is_cancelled() {
        return Err(not("this server is about to end"));
    }
    if let Some(trouble) = app.tasks.trouble() {
        return Err(not(&trouble));
    }
    let found = app.readiness.ask(probe(app.clone())).await;
    let counts = found.ok_or_else(|| Problem::plain(StatusCode::INTERNAL_SERVER_ERROR))?.map_err(not)?;
    if let Some(trouble) = app.queue.trouble() {
        return Err(not(trouble));
    }
    let running: u64 =
        counts.jobs.iter().filter(|((_, state), _)| state == JobState::Running.name()).map(|(_, n)| n).sum();
    let waiting = counts.oldest_pending.map_or(Duration::ZERO, |since| app.queue.now().since(since));
    if running == 0 && waiting > IDLE_MAX {
        return Err(not("jobs wait and no worker takes them"));
    }
    Ok("ready\n")
}

/// Queries the store, and writes and deletes an object with a unique name, so that concurrent probes do not disturb each other.
async fn probe(app: Arc<App>) -> Result<Counts, &'static str> {
    let counts = tokio::time::timeout(PATIENCE, app.queue.counts()).await;
    let Ok(Ok(counts)) = counts else { return Err("the store of jobs does not answer") };
    let key = format!("{READY}/{}", Uuid::now_v7());
    let written = async {
        app.artifacts.put(&key, "ready".into()).await?;
        app.artifacts.delete(&key).await
    };
    match tokio::time::timeout(PATIENCE, written).await {
        Ok(Ok(())) => Ok(counts),
        // The error is logged and not in the answer: it may name servers, and the answer needs no key.
        Ok(Err(error)) => {
            warn!(%error, "not ready: artifacts cannot be written");
            Err("artifacts cannot be written")
        }
        Err(_) => Err("artifacts cannot be written"),
    }
}

/// Counters and gauges of this process.
///
/// In the text format of OpenMetrics.
#[utoipa::path(get, path = "/metrics", tag = "operations",
    responses((status = 200, description = "The metrics.", body = String, content_type = "application/openmetrics-text"),
              (status = 503, description = "The store does not answer.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let text = app.metrics.text(&app.queue.counts().await?, app.queue.now(), app.memory.free_mib());
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}
