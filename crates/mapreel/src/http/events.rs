//! `GET /api/job-status/{id}/events`: every change of a job, as server-sent events.

use super::App;
use super::access::Caller;
use super::job::JobView;
use super::places::Place;
use super::problem::Problem;
use super::status::{JobPath, job_id, job_of};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use mapreel_queue::JobId;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// A comment this often, so that nobody on the way takes the silence for an end.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Changes within this time are told as one.
const TOGETHER: Duration = Duration::from_millis(50);

/// Every change of a job as a server-sent event `job`: its id is the job's version, its data the job. Ends with the job.
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
    let id = job_id(path)?;
    let changes = app.queue.changes();
    job_of(&app, &caller, id).await?;
    let place = app.quotas.stream(&caller)?;
    let until = Instant::now() + app.config.front_door.stream_life;
    let seen = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0);
    let follower = Follower { app, caller, id, until, _place: place, changes, seen, ended: false };
    let stream = futures_util::stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok(event), follower))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

struct Follower {
    app: Arc<App>,
    caller: Caller,
    id: JobId,
    /// The end of the longest life of a stream; its client comes back.
    until: Instant,
    _place: Place<String>,
    changes: watch::Receiver<u64>,
    /// The version told last.
    seen: u64,
    ended: bool,
}

impl Follower {
    async fn next(&mut self) -> Option<Event> {
        // Whose key is revoked hears no more.
        while !self.ended && self.app.knows(&self.caller) {
            self.changes.mark_unchanged();
            // A store that does not answer ends the stream; the client comes back with what it has seen.
            let job = self.app.queue.job(self.id).await.ok()??;
            self.ended = job.state.is_final();
            if job.version > self.seen {
                self.seen = job.version;
                let view = JobView::new(&job, self.app.queue.now());
                return Event::default().event("job").id(job.version.to_string()).json_data(view).ok();
            }
            if self.ended {
                return None;
            }
            tokio::select! {
                () = self.app.draining.cancelled() => return None,
                () = tokio::time::sleep_until(self.until) => return None,
                changed = self.changes.changed() => changed.ok()?,
            }
            tokio::time::sleep(TOGETHER).await;
        }
        None
    }
}
