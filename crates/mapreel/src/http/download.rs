//! `/api/download/{id}`: artifacts, whole or in ranges (RFC 9110, 13 and 14), and their manifests.

use super::access::Caller;
use super::app::App;
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
/// How long a URL of the bucket can be used.
const SIGNED_FOR: Duration = Duration::from_secs(300);

/// The image or animation of a job. The name may end in the format: `{id}.mp4`.
#[utoipa::path(get, path = "/api/download/{id}", tag = "artifacts",
    params(("id" = String, Path, description = "The job's id; `.` and the format may follow."),
           ("Range" = Option<String>, Header, description = "A range of bytes."),
           ("If-Range" = Option<String>, Header, description = "The `ETag` for which the range is wanted."),
           ("If-None-Match" = Option<String>, Header, description = "An `ETag` that is here already.")),
    responses((status = 200, description = "The file.", body = Vec<u8>, content_type = "application/octet-stream"),
              (status = 206, description = "A range of the file.", body = Vec<u8>, content_type = "application/octet-stream"),
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
    let size = outcome.artifact.size_bytes;
    let etag = format!("\"{}\"", outcome.artifact.sha256);
    let disposition = format!("attachment; filename=\"mapreel-{id}.{format}\"");
    let common = [
        (header::CONTENT_TYPE, content_type(format).to_owned()),
        (header::ETAG, etag.clone()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::CONTENT_DISPOSITION, disposition.clone()),
        (header::CACHE_CONTROL, "private, max-age=3600, immutable".to_owned()),
    ];
    if text(&headers, header::IF_NONE_MATCH).is_some_and(|tags| matches_any(tags, &etag)) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    if app.config.download_redirect
        && let Some(url) =
            app.artifacts.signed_url(&outcome.key, content_type(format), &disposition, SIGNED_FOR).await?
    {
        let headers = [(header::LOCATION, url), (header::CACHE_CONTROL, "no-store".to_owned())];
        return Ok((StatusCode::TEMPORARY_REDIRECT, headers).into_response());
    }
    let wanted = text(&headers, header::RANGE)
        .filter(|_| method == Method::GET)
        .filter(|_| text(&headers, header::IF_RANGE).is_none_or(|tag| tag == etag))
        .map_or(Wanted::Whole, |range| wanted(range, size));
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
    let body = if method == Method::HEAD { Body::empty() } else { body(&app, &outcome.key, range.clone()).await? };
    let mut response = (status, common, [length], body).into_response();
    if status == StatusCode::PARTIAL_CONTENT {
        let value = format!("bytes {}-{}/{size}", range.start, range.end - 1);
        response.headers_mut().insert(header::CONTENT_RANGE, value.parse().expect("digits are a header's value"));
    }
    Ok(response)
}

/// What was drawn: layout, extent, and for every frame and layer the time asked and used, the source, the outcome.
#[utoipa::path(get, path = "/api/download/{id}/manifest", tag = "artifacts",
    params(("id" = String, Path, description = "The job.", format = "uuid")),
    responses((status = 200, description = "The manifest.", body = Object, content_type = "application/json"),
              (status = "4XX", description = "404: no such job. 409: not finished, or failed. 410: expired.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn manifest(State(app): State<Arc<App>>, caller: Caller, path: JobPath) -> Result<Response, Problem> {
    let outcome = outcome(&app, &caller, job_id(path)?).await?;
    let bytes = soon(app.artifacts.get(&outcome.manifest_key)).await?.ok_or_else(gone)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], bytes).into_response())
}

/// The outcome of a job that has one.
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

/// Waits for the artifacts, but not as long as a worker would.
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

/// What a `Range` asks for.
#[derive(Debug, PartialEq)]
pub(crate) enum Wanted {
    Whole,
    Part(Range<u64>),
    /// Bytes that there are not.
    Nothing,
}

/// Several ranges, other units and what is no range at all are answered with the whole file, as the standard allows.
pub(crate) fn wanted(range: &str, size: u64) -> Wanted {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Wanted::Whole;
    };
    let number = |text: &str| if text.bytes().all(|b| b.is_ascii_digit()) { text.parse::<u64>().ok() } else { None };
    let (start, end) = match (first, last) {
        ("", last) => match number(last) {
            Some(0) => return Wanted::Nothing,
            Some(length) => (size.saturating_sub(length), size),
            None => return Wanted::Whole,
        },
        (first, "") => match number(first) {
            Some(first) => (first, size),
            None => return Wanted::Whole,
        },
        (first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => (first, last.saturating_add(1).min(size)),
            _ => return Wanted::Whole,
        },
    };
    if start < end { Wanted::Part(start..end) } else { Wanted::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        let check = |range: &str, expected| assert_eq!(wanted(range, 100), expected, "{range}");
        check("bytes=0-0", Wanted::Part(0..1));
        check("bytes=10-19", Wanted::Part(10..20));
        check("bytes=90-", Wanted::Part(90..100));
        check("bytes=90-1000", Wanted::Part(90..100));
        check("bytes=-7", Wanted::Part(93..100));
        check("bytes=-700", Wanted::Part(0..100));
        check("bytes=100-", Wanted::Nothing);
        check("bytes=-0", Wanted::Nothing);
        check("bytes=5-2", Wanted::Whole);
        check("bytes=0-1,3-4", Wanted::Whole);
        check("bytes=+1-2", Wanted::Whole);
        check("bytes=99999999999999999999-", Wanted::Whole);
        check("lines=1-2", Wanted::Whole);
        check("", Wanted::Whole);
    }
}
