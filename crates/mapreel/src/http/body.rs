//! The body of a request: JSON, bounded in size and time.

use super::app::App;
use super::problem::Problem;
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

/// How long a client may take to send the whole body.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest body that counts as empty.
const EMPTY_BODY_BYTES_MAX: usize = 64;

/// The bytes of a request document, not yet parsed.
pub(crate) struct Document(pub Bytes);

impl FromRequest<Arc<App>> for Document {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        check_type(request.headers())?;
        read(request.into_body(), app.config.limits.document_bytes_max).await.map(Self)
    }
}

/// An empty body: none, or `{}`.
pub(crate) struct EmptyBody;

impl FromRequest<Arc<App>> for EmptyBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Arc<App>) -> Result<Self, Problem> {
        let body = read(request.into_body(), EMPTY_BODY_BYTES_MAX).await?;
        let written: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let refused =
            || Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request", "the body is to be empty or `{}`");
        if matches!(&written[..], b"" | b"{}") { Ok(Self) } else { Err(refused()) }
    }
}

fn check_type(headers: &HeaderMap) -> Result<(), Problem> {
    let refuse = |detail: &str| {
        Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail.to_owned()))
    };
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return refuse("send the request uncompressed");
    }
    let text = headers.get(header::CONTENT_TYPE).map_or("", |value| value.to_str().unwrap_or("?"));
    let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
    let kind = parts.next().unwrap_or_default();
    if kind != "application/json" && !(kind.starts_with("application/") && kind.ends_with("+json")) {
        return refuse("a request is `application/json`; say so in the header `Content-Type`");
    }
    match parts.find_map(|part| part.strip_prefix("charset=").map(|charset| charset.trim_matches('"').to_owned())) {
        Some(charset) if charset != "utf-8" => refuse("JSON is in UTF-8"),
        _ => Ok(()),
    }
}

async fn read(body: Body, max: usize) -> Result<Bytes, Problem> {
    let too_large = || {
        let detail = format!("the request is larger than {max} bytes");
        Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail))
    };
    // A body is refused by its declared length, before it is read.
    if body.size_hint().lower() > max as u64 {
        return too_large();
    }
    match tokio::time::timeout(PATIENCE, to_bytes(body, max)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_too_large(&error) => too_large(),
        Ok(Err(_)) => Err(Problem::new(StatusCode::BAD_REQUEST, "invalid_request", "the request ended early")),
        Err(_) => {
            let detail = format!("the request was not complete within {} s", PATIENCE.as_secs());
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "timeout", detail))
        }
    }
}

fn is_too_large(error: &axum::Error) -> bool {
    error.source().is_some_and(|source| source.to_string().contains("length limit"))
}
