//! Work for one answer that asks upstreams: bounded in number and in time, on a thread of its own.

use super::App;
use super::problem::Problem;
use crate::hands::Hands;
use axum::http::StatusCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// The longest that a client waits for it.
const PATIENCE: Duration = Duration::from_secs(45);

/// Does the work, unless as much as is allowed is under way already. It is told to stop when the client goes away, or has
/// waited long enough; `instead` says what to do then.
pub(super) async fn ask<T: Send + 'static>(
    app: &App,
    instead: &str,
    work: impl FnOnce(&Hands) -> T + Send + 'static,
) -> Result<T, Problem> {
    let busy = |detail: String| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).retry_after(2);
    let place = app.previews.clone().try_acquire_owned();
    let place = place.map_err(|_| busy("too many previews and checks are under way; try again".into()))?;
    let stop = CancellationToken::new();
    let _guard = stop.clone().drop_guard();
    let hands = Hands {
        upstreams: Arc::new(app.client.fresh()),
        fonts: app.config.fonts.clone(),
        runtime: app.fetching.clone(),
        memory: app.memory.clone(),
        stop,
        waited: Default::default(),
    };
    let (send, receive) = oneshot::channel();
    let thread = move || {
        let done = work(&hands);
        drop(place);
        drop(send.send(done));
    };
    let internal = || Problem::plain(StatusCode::INTERNAL_SERVER_ERROR);
    std::thread::Builder::new().name("ask".into()).spawn(thread).map_err(|_| internal())?;
    let done = tokio::time::timeout(PATIENCE, receive).await;
    let late = |_| busy(format!("upstreams take longer than {} s; {instead}", PATIENCE.as_secs()));
    done.map_err(late)?.map_err(|_| internal())
}
