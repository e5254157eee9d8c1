//! `/api/download/{id}`: artifacts, whole or in ranges (RFC 9110, 13 and 14), and their manifests.

use super::access::Caller;
use super::app::App;
use super::byte_range::{Wanted, wanted};
use super::job::content_type;
use super::problem::Problem;
use super::status::{JobPath, job_id, job_of};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mapreel_queue::{JobId, Outcome, State as JobState};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// How long a client waits for the first bytes.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a signed URL of the bucket is valid.
const SIGNED_FOR: Duration = Duration::from_secs(300);

/// The image or animation of a job.
///
/// The name may end in the format: `{id}.mp4`.
#[utoipa::path(get, path = "/api/download/{id}", tag = "artifacts",
    params(("id" = String, Path, description = "The job's id; `.` and the format may follow."),
           ("Range" = Option<String>, Header, description = "A range of bytes."),
           ("If-Range" = Option<String>, Header, description = "The `ETag` for which the range is wanted."),
           ("If-None-Match" = Option<String>, Header, description = "An `ETag` that is here already.")),
    responses((status = 200, description = "The file.", content((Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"), (Vec<u8> = "video/mp4"), (Vec<u8> = "image/gif"))),
              (status = 206, description = "A range of the file.", content((Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"), (Vec<u8> = "video/mp4"), (Vec<u8> = "image/gif"))),
              (status = 304, description = "It is here already."),
              (status = 307, description = "It is at this URL of the bucket for a few minutes, where the server is set so."),
              (status = "4XX", description = "404: no such job. 409: not finished, or failed. 410: expired. 416: no such range.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn download(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: JobPath,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let name = path.map_err(|_| Problem::unknown_job())?.0;
    let (id, extension) = name.split_once('.').map_or((name.as_str(), None), |(id, ext)| (id, Some(ext)));
    let id = job_id(Ok(Path(id.to_owned())))?;
    let outcome = outcome(&app, &caller, id).await?;
    let format = &*outcome.artifact.format;
    if extension.is_some_and(|extension| mapreel_spec::Format::parse(extension).is_none_or(|f| f.name() != format)) {
        let detail = format!("this job's file is `{id}.{format}`");
        return Err(Problem::new(StatusCode::NOT_FOUND, "not_found", detail));
    }
    let file = File { name: format!("mapreel-{id}.{format}"), outcome: &outcome };
    if text(&headers, header::IF_NONE_MATCH).is_some_and(|tags| matches_any(tags, &file.etag())) {
        return Ok((StatusCode::NOT_MODIFIED, file.headers()).into_response());
    }
    if app.config.download_redirect
        && let Some(redirect) = file.redirect(&app).await?
    {
        return Ok(redirect);
    }
    let wanted = text(&headers, header::RANGE)
        .filter(|_| method == Method::GET)
        .filter(|_| text(&headers, header::IF_RANGE).is_none_or(|tag| tag == file.etag()))
        .map_or(Wanted::Whole, |range| wanted(range, outcome.artifact.size_bytes));
    file.answer(&app, wanted, method == Method::HEAD).await
}

/// The file of a job, with the headers of its download.
struct File<'a> {
    name: String,
    outcome: &'a Outcome,
}

impl File<'_> {
    fn etag(&self) -> String {
        format!("\"{}\"", self.outcome.artifact.sha256)
    }

    fn disposition(&self) -> String {
        format!("attachment; filename=\"{}\"", self.name)
    }

    fn content_type(&self) -> &'static str {
        content_type(&self.outcome.artifact.format)
    }

    fn headers(&self) -> [(HeaderName, String); 5] {
        [
            (header::CONTENT_TYPE, self.content_type().to_owned()),
            (header::ETAG, self.etag()),
            (header::ACCEPT_RANGES, "bytes".to_owned()),
            (header::CONTENT_DISPOSITION, self.disposition()),
            (header::CACHE_CONTROL, "private, max-age=3600, immutable".to_owned()),
        ]
    }

    /// A redirect to a signed URL of the bucket; `None`: the artifacts have no signed URLs.
    async fn redirect(&self, app: &App) -> Result<Option<Response>, Problem> {
        let (key, kind, disposition) = (&self.outcome.key, self.content_type(), self.disposition());
        let url = app.artifacts.signed_url(key, kind, &disposition, SIGNED_FOR).await?;
        let headers = |url| [(header::LOCATION, url), (header::CACHE_CONTROL, "no-store".to_owned())];
        Ok(url.map(|url| (StatusCode::TEMPORARY_REDIRECT, headers(url)).into_response()))
    }

    /// Sends the file or a range of it; only the headers if `is_head`.
    async fn answer(&self, app: &App, wanted: Wanted, is_head: bool) -> Result<Response, Problem> {
        let size = self.outcome.artifact.size_bytes;
        let (status, range) = match wanted {
            Wanted::Whole => (StatusCode::OK, 0..size),
            Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
            Wanted::Nothing => {
                let detail = format!("the file has {size} bytes");
                let problem = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, "range_not_satisfiable", detail);
                return Ok(([(header::CONTENT_RANGE, format!("bytes */{size}"))], problem).into_response());
            }
        };
        let length = (header::CONTENT_LENGTH, (range.end - range.start).to_string());
        let body = if is_head { Body::empty() } else { body(app, &self.outcome.key, range.clone()).await? };
        let mut response = (status, self.headers(), [length], body).into_response();
        if status == StatusCode::PARTIAL_CONTENT {
            let value = format!("bytes {}-{}/{size}", range.start, range.end - 1);
            response.headers_mut().insert(header::CONTENT_RANGE, value.parse().expect("digits are a header's value"));
        }
        Ok(response)
    }
}

/// What was drawn.
///
/// Layout, extent, and for every frame and layer the time asked and used, the source, the outcome.
#[utoipa::path(get, path = "/api/download/{id}/manifest", tag = "artifacts",
    params(("id" = String, Path, description = "The job.", format = "uuid")),
    responses((status = 200, description = "The manifest.", body = Object, content_type = "application/json"),
              (status = "4XX", description = "404: no such job. 409: not finished, or failed. 410: expired.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn manifest(State(app): State<Arc<App>>, caller: Caller, path: JobPath) -> Result<Response, Problem> {
    let outcome = outcome(&app, &caller, job_id(path)?).await?;
    let bytes = soon(app.artifacts.get(&outcome.manifest_key)).await?.ok_or_else(gone)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], bytes).into_response())
}

/// The newest drawn frame of a job, small.
///
/// While the job runs, the last frame of the last segment that is finished; later the last frame of all.
#[utoipa::path(get, path = "/api/job-status/{id}/preview", tag = "jobs",
    params(("id" = String, Path, description = "The job.", format = "uuid")),
    responses((status = 200, description = "The picture; no side has more than 480 pixels.", body = Vec<u8>, content_type = "image/jpeg"),
              (status = "4XX", description = "404: no such job, or no segment of it is finished. 410: expired.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn newest_frame(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: JobPath,
) -> Result<Response, Problem> {
    let job = job_of(&app, &caller, job_id(path)?).await?;
    if job.state == JobState::Expired {
        return Err(gone());
    }
    let none = || Problem::new(StatusCode::NOT_FOUND, "not_drawn", "no frame of this job can be shown");
    let key = job.preview_key().ok_or_else(none)?;
    let bytes = soon(app.artifacts.get(&key)).await?.ok_or_else(none)?;
    let cache = if job.state.is_final() { "private, max-age=3600" } else { "no-store" };
    Ok(([(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, cache)], bytes).into_response())
}

/// The outcome of a job that has succeeded.
async fn outcome(app: &App, caller: &Caller, id: JobId) -> Result<Outcome, Problem> {
    let job = job_of(app, caller, id).await?;
    let conflict = |code, detail: String| Problem::new(StatusCode::CONFLICT, code, detail);
    match (&job.state, job.outcome) {
        (JobState::Success, Some(outcome)) => Ok(outcome),
        (JobState::Expired, _) => Err(gone()),
        (JobState::Failed, _) => {
            let message = job.failure.map(|failure| failure.message).unwrap_or_default();
            Err(conflict("failed", format!("the job has failed: {message}")))
        }
        (JobState::Cancelled, _) => Err(conflict("cancelled", "the job was cancelled".to_owned())),
        _ => Err(conflict("not_finished", format!("the job is {}; ask again later", job.state)).retry_after(1)),
    }
}

fn gone() -> Problem {
    Problem::new(StatusCode::GONE, "expired", "the file was kept for its time and is deleted; submit the request again")
}

async fn body(app: &App, key: &str, range: Range<u64>) -> Result<Body, Problem> {
    Ok(Body::from_stream(soon(app.artifacts.stream(key, range)).await?.ok_or_else(gone)?))
}

/// Waits for the object store, with a shorter time limit than a worker has.
async fn soon<T>(answer: impl Future<Output = Result<T, mapreel_queue::Error>>) -> Result<T, Problem> {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(result) => Ok(result?),
        Err(_) => {
            let detail = format!("the artifacts do not answer within {} s", PATIENCE.as_secs());
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail).retry_after(5))
        }
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn matches_any(tags: &str, etag: &str) -> bool {
    tags == "*" || tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag)
}
