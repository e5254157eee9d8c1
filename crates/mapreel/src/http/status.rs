//! `/api/job-status/{id}`, `/api/jobs`: the state of jobs, and cancelling them.

use super::access::Caller;
use super::app::App;
use super::job::JobView;
use super::problem::Problem;
use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use mapreel_queue::{Cursor, Filter, Job, JobId, Service, State as JobState};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// The longest a client may wait for a change.
const WAIT_MAX_S: f64 = 30.0;
const LIMIT_DEFAULT: usize = 50;
const LIMIT_MAX: usize = 200;
/// The most characters of a search text.
const SEARCH_MAX: usize = 200;
/// The prefix of the cursor of a page of newer jobs.
const NEWER: char = '-';

/// A job's id in a path; anything else is a job that does not exist.
pub(super) type JobPath = Result<Path<String>, PathRejection>;

pub(super) fn job_id(path: JobPath) -> Result<JobId, Problem> {
    path.ok().and_then(|Path(id)| id.parse().ok()).ok_or_else(Problem::unknown_job)
}

/// A job that is visible to this client. For the client, a job of another owner is as unknown as one that does not exist.
pub(super) async fn job_of(app: &App, caller: &Caller, id: JobId) -> Result<Job, Problem> {
    let job = app.queue.job(id).await?.filter(|job| caller.may_see(job));
    job.ok_or_else(Problem::unknown_job)
}

#[derive(Deserialize)]
pub(super) struct Wait {
    wait: Option<String>,
}

/// How a job stands.
///
/// With `wait`, answers when its status changes, or after so many seconds.
#[utoipa::path(get, path = "/api/job-status/{id}", tag = "jobs",
    params(("id" = String, Path, description = "The job.", format = "uuid"),
           ("wait" = Option<f64>, Query, description = "Seconds to wait for a change of status.", minimum = 0, maximum = 30)),
    responses((status = 200, description = "The job.", body = JobView),
              (status = "4XX", description = "There is no such job.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn status(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: JobPath,
    query: Result<Query<Wait>, QueryRejection>,
) -> Result<Response, Problem> {
    let id = job_id(path)?;
    let wait = wait(query)?;
    let mut job = job_of(&app, &caller, id).await?;
    if !wait.is_zero() && !job.state.is_final() {
        job = changed(&app, job, wait).await?;
    }
    view(&app, &job).await
}

/// Waits until the job's status has changed or the time is over, and returns the job.
async fn changed(app: &App, job: Job, wait: Duration) -> Result<Job, Problem> {
    let (id, first) = (job.id, job.state);
    let mut followed = app.watch.follow(job);
    let changed = async { followed.wait_for(|job| job.state != first).await.map(|job| job.clone()) };
    match app.draining.run_until_cancelled(tokio::time::timeout(wait, changed)).await {
        Some(Ok(Ok(job))) => return Ok((*job).clone()),
        Some(Ok(Err(_))) => {}
        // The time is over.
        _ => return Ok((**followed.borrow()).clone()),
    }
    // The watch has dropped the job: the store has deleted its record, or does not answer.
    app.queue.job(id).await?.ok_or_else(Problem::unknown_job)
}

fn wait(query: Result<Query<Wait>, QueryRejection>) -> Result<Duration, Problem> {
    let wrong = || Problem::parameter("wait", "a number of seconds from 0 to 30");
    match query.map_err(|_| wrong())?.0.wait {
        None => Ok(Duration::ZERO),
        Some(text) => {
            let seconds: f64 = text.parse().map_err(|_| wrong())?;
            if (0.0..=WAIT_MAX_S).contains(&seconds) { Ok(Duration::from_secs_f64(seconds)) } else { Err(wrong()) }
        }
    }
}

/// Takes a job back.
///
/// Doing it again, or when the job has ended, changes nothing.
#[utoipa::path(delete, path = "/api/job-status/{id}", tag = "jobs",
    params(("id" = String, Path, description = "The job.", format = "uuid")),
    responses((status = 200, description = "The job as it is now.", body = JobView),
              (status = "4XX", description = "There is no such job.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn cancel(State(app): State<Arc<App>>, caller: Caller, path: JobPath) -> Result<Response, Problem> {
    let job = job_of(&app, &caller, job_id(path)?).await?;
    let job = app.queue.cancel(job.id).await?.ok_or_else(Problem::unknown_job)?;
    app.watch.look_at(job.id);
    if job.state == JobState::Cancelled {
        tracing::info!(job = %job.id, "cancelled");
    }
    view(&app, &job).await
}

async fn view(app: &App, job: &Job) -> Result<Response, Problem> {
    let now = app.queue.now();
    let body = Json(JobView::new(job, now).at(app.queue.position(job).await?));
    if job.state.is_final() {
        return Ok(body.into_response());
    }
    // The number of seconds after which the client should ask again.
    let soon = job.progress(now).eta_s.map_or(1, |eta| (eta / 4.0).clamp(1.0, 10.0) as u64);
    Ok(([(header::RETRY_AFTER, soon.to_string())], body).into_response())
}

/// The request of a job, as long as it is kept.
pub(super) async fn request_of(app: &App, job: &Job) -> Result<Bytes, Problem> {
    let gone = || {
        let detail = "its request was kept as long as its file, and is deleted";
        Problem::new(StatusCode::GONE, "expired", detail)
    };
    app.queue.request(job.id).await?.ok_or_else(gone)
}

/// The request of a job.
///
/// The JSON values that were sent, nothing added, renamed or left out; without the white space between them.
#[utoipa::path(get, path = "/api/job-status/{id}/request", tag = "jobs",
    params(("id" = String, Path, description = "The job.", format = "uuid")),
    responses((status = 200, description = "The request.", body = Object, content_type = "application/json"),
              (status = "4XX", description = "404: no such job. 410: its request is not kept any more.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn request(State(app): State<Arc<App>>, caller: Caller, path: JobPath) -> Result<Response, Problem> {
    let job = job_of(&app, &caller, job_id(path)?).await?;
    let document = request_of(&app, &job).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], document).into_response())
}

#[derive(Deserialize)]
pub(super) struct List {
    status: Option<String>,
    service: Option<String>,
    search: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

/// Jobs, newest first.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct JobList {
    jobs: Vec<JobView>,
    /// The `cursor` of the next page, with older jobs; `null` at the end.
    next: Option<String>,
    /// The `cursor` of the page before, with newer jobs; `null` at the start.
    previous: Option<String>,
}

/// Jobs, newest first.
///
/// Own jobs, or with the role `operate` everybody's, a page at a time.
#[utoipa::path(get, path = "/api/jobs", tag = "jobs",
    params(("status" = Option<String>, Query, description = "Only jobs in this state; in any case.", pattern = "^(PENDING|RUNNING|SUCCESS|FAILED|CANCELLED|EXPIRED)$"),
           ("service" = Option<String>, Query, description = "Only `image` or `animation`; in any case.", pattern = "^(image|animation)$"),
           ("search" = Option<String>, Query, description = "Only jobs with this text in their title or id; in any case. The 2 000 jobs next to the cursor are looked through.", min_length = 1, max_length = 200, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$"),
           ("limit" = Option<u32>, Query, description = "At most so many; 50 without it.", minimum = 1, maximum = 200),
           ("cursor" = Option<String>, Query, description = "`next` or `previous` of another page.", pattern = "^-?[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")),
    responses((status = 200, description = "A page of jobs.", body = JobList),
              (status = "4XX", description = "A parameter is wrong.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    query: Result<Query<List>, QueryRejection>,
) -> Result<Response, Problem> {
    let Page { jobs, next, previous } = page(&app, &caller, filter(query)?).await?;
    let now = app.queue.now();
    let list = move || {
        let (next, previous) = (next.map(|id| id.to_string()), previous.map(|id| format!("{NEWER}{id}")));
        Json(JobList { jobs: jobs.iter().map(|job| JobView::new(job, now)).collect(), next, previous }).into_response()
    };
    // A list with its warnings may be long, so it is written on a blocking thread. It does not use the pool of readers: that pool bounds the
    // work for documents of strangers, and refuses work when it is full.
    tokio::task::spawn_blocking(list).await.map_err(|_| Problem::plain(StatusCode::INTERNAL_SERVER_ERROR))
}

/// A page of jobs, and the jobs at which the neighbouring pages begin.
struct Page {
    jobs: Vec<Job>,
    next: Option<JobId>,
    previous: Option<JobId>,
}

/// A page of the jobs that are visible to this client.
async fn page(app: &App, caller: &Caller, filter: Filter) -> Result<Page, Problem> {
    let (limit, cursor) = (filter.limit, filter.cursor);
    let owner = (!caller.sees_all()).then(|| caller.owner.clone());
    // One job more than the page has, to know whether the list goes on.
    let mut jobs = app.queue.jobs(Filter { limit: limit + 1, owner, ..filter }).await?;
    let goes_on = jobs.len() > limit;
    let is_backwards = matches!(cursor, Some(Cursor::NewerThan(_)));
    if goes_on && is_backwards {
        jobs.remove(0);
    }
    jobs.truncate(limit);
    // The client came from the page on the other side of the cursor, so that page exists.
    let came_from = if let Some(Cursor::NewerThan(id)) = cursor { Some(id) } else { None };
    let next = jobs.last().map(|job| job.id).filter(|_| goes_on || is_backwards).or(came_from);
    let previous = jobs.first().map(|job| job.id).filter(|_| if is_backwards { goes_on } else { cursor.is_some() });
    Ok(Page { jobs, next, previous })
}

fn filter(query: Result<Query<List>, QueryRejection>) -> Result<Filter, Problem> {
    let Query(list) =
        query.map_err(|error| Problem::new(StatusCode::BAD_REQUEST, "invalid_parameter", error.body_text()))?;
    let state = |text: String| {
        let found = JobState::ALL.into_iter().find(|state| state.name().eq_ignore_ascii_case(&text));
        found.ok_or_else(|| {
            Problem::parameter("status", "`PENDING`, `RUNNING`, `SUCCESS`, `FAILED`, `CANCELLED` or `EXPIRED`")
        })
    };
    let service = |text: String| {
        let found = Service::ALL.into_iter().find(|service| service.name().eq_ignore_ascii_case(&text));
        found.ok_or_else(|| Problem::parameter("service", "`image` or `animation`"))
    };
    let limit = |text: String| {
        let number = text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
        number.ok_or_else(|| Problem::parameter("limit", "a whole number from 1 to 200"))
    };
    let cursor = |text: String| {
        let cursor = match text.strip_prefix(NEWER) {
            Some(id) => id.parse().map(Cursor::NewerThan),
            None => text.parse().map(Cursor::OlderThan),
        };
        cursor.map_err(|_| Problem::parameter("cursor", "the `next` or `previous` of another page"))
    };
    let search = |text: String| {
        let is_text = (1..=SEARCH_MAX).contains(&text.chars().count()) && !text.contains(char::is_control);
        is_text.then_some(text).ok_or_else(|| Problem::parameter("search", "1 to 200 characters, none of control"))
    };
    Ok(Filter {
        state: list.status.map(state).transpose()?,
        service: list.service.map(service).transpose()?,
        owner: None,
        search: list.search.map(search).transpose()?,
        cursor: list.cursor.map(cursor).transpose()?,
        limit: list.limit.map(limit).transpose()?.unwrap_or(LIMIT_DEFAULT),
    })
}
