//! `GET /api/job-status/{id}/events`: every change of a job, as server-sent events.

use super::access::Caller;
use super::app::App;
use super::concurrency::ConcurrencyPermit;
use super::job::JobView;
use super::problem::Problem;
use super::status::{JobPath, job_id, job_of};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use mapreel_queue::Job;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How often a comment is sent, so that no proxy closes the connection as idle.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Every change of a job.
///
/// Each is a server-sent event `job`: its id is the job's version, its data the job. Ends with the job.
#[utoipa::path(get, path = "/api/job-status/{id}/events", tag = "jobs",
    params(("id" = String, Path, description = "The job.", format = "uuid"),
           ("Last-Event-ID" = Option<String>, Header, description = "The last event that was seen; only newer ones are sent.")),
    responses((status = 200, description = "Events.", body = String, content_type = "text/event-stream"),
              (status = "4XX", description = "There is no such job.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn events(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: JobPath,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let job = job_of(&app, &caller, job_id(path)?).await?;
    let place = app.quotas.stream(&caller)?;
    let until = Instant::now() + app.config.front_door.stream_life;
    let seen = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0);
    let revoked = app.keys.as_ref().map(|keys| keys.changes());
    let job = app.watch.follow(job);
    let follower = Follower { app, caller, job, until, _place: place, revoked, seen };
    let stream = futures_util::stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok(event), follower))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

struct Follower {
    app: Arc<App>,
    caller: Caller,
    job: watch::Receiver<Arc<Job>>,
    /// When the stream reaches its longest life and ends; the client then connects again.
    until: Instant,
    _place: ConcurrencyPermit<String>,
    /// Changes when the keys change; `None`: the service has no keys.
    revoked: Option<watch::Receiver<()>>,
    /// The job's version in the last event.
    seen: u64,
}

impl Follower {
    async fn next(&mut self) -> Option<Event> {
        // A client whose key is revoked gets no further events.
        while self.app.knows(&self.caller) {
            let job = self.job.borrow_and_update().clone();
            if job.version > self.seen {
                self.seen = job.version;
                let view = JobView::new(&job, self.app.queue.now());
                return Event::default().event("job").id(job.version.to_string()).json_data(view).ok();
            }
            if job.state.is_final() {
                return None;
            }
            tokio::select! {
                () = self.app.draining.cancelled() => return None,
                () = tokio::time::sleep_until(self.until) => return None,
                // If the store does not answer, the stream ends; the client connects again with the id of its last event.
                changed = self.job.changed() => changed.ok()?,
                () = changed(&mut self.revoked) => {}
            }
        }
        None
    }
}

async fn changed(keys: &mut Option<watch::Receiver<()>>) {
    let changed = match keys {
        Some(keys) => keys.changed().await.is_ok(),
        None => false,
    };
    if !changed {
        std::future::pending().await
    }
}
