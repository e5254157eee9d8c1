//! Work for one answer that needs upstreams, such as a preview: on a thread of its own, bounded in number and time.

use super::access::Caller;
use super::app::App;
use super::problem::Problem;
use crate::operations::thread::{Panicked, on_thread};
use crate::pipeline::draw_context::DrawContext;
use crate::pipeline::drawing_permit::DrawingPermit;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The longest that a client waits for the answer.
const PATIENCE: Duration = Duration::from_secs(45);

/// Does the work and writes its answer, unless too much such work is under way already. The work is stopped when the client
/// disconnects, or at the time limit; then the answer contains `instead`, the advice what to do. The work keeps its permit until it has ended.
pub(super) async fn ask<T: IntoResponse>(
    app: &App,
    caller: &Caller,
    instead: &str,
    work: impl FnOnce(&DrawContext) -> Result<T, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let busy = |detail: String| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).retry_after(2);
    let place = app.previews.clone().try_acquire_owned();
    let place =
        place.map_err(|_| busy("too many previews and questions to servers are under way; try again".into()))?;
    let stop = CancellationToken::new();
    let _guard = stop.clone().drop_guard();
    let context = DrawContext {
        upstreams: Arc::new(app.client.for_run(&caller.owner).without_waiting()),
        fonts: app.config.fonts.clone(),
        runtime: app.fetching.clone(),
        memory: app.memory.clone(),
        stop,
        permit: DrawingPermit::unlimited(),
        waited: Default::default(),
    };
    let answer = on_thread("ask", move || {
        let _place = place;
        work(&context).into_response()
    });
    let late = |_| busy(format!("upstreams take longer than {} s; {instead}", PATIENCE.as_secs()));
    let answer = tokio::time::timeout(PATIENCE, answer).await.map_err(late)?;
    let internal = || Problem::plain(StatusCode::INTERNAL_SERVER_ERROR);
    answer.map_err(|_| internal())?.map_err(|Panicked| internal())
}
