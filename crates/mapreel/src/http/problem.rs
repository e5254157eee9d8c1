//! Errors as problem details (RFC 9457).

use crate::operations::readers::Unread;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// An error as clients see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct Problem {
    /// A URI for the kind of problem; it is not there to be fetched.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: Kind,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong, and what to do.
    detail: String,
    /// A stable word for programs.
    code: &'static str,
    /// Every problem of a request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
    /// Seconds until another try makes sense; also the header `Retry-After`.
    #[serde(skip)]
    retry_after_s: Option<u32>,
    /// The limit that is exhausted: the headers `RateLimit-Policy` and `RateLimit`.
    #[serde(skip)]
    limit: Option<Box<(String, String)>>,
}

/// The code as a URI.
#[derive(Debug, Clone)]
struct Kind(&'static str);

impl Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("urn:mapreel:problem:{}", self.0))
    }
}

/// One problem of a request.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct FieldProblem {
    /// JSON Pointer (RFC 6901) to the value; empty for the whole request.
    pointer: String,
    /// A stable word for programs.
    code: String,
    /// What is wrong.
    detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: Kind(code),
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            code,
            errors: Vec::new(),
            retry_after_s: None,
            limit: None,
        }
    }

    /// The body of its answer.
    pub(crate) fn json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after_s: Some(u32::try_from(seconds).unwrap_or(u32::MAX)), ..self }
    }

    /// Adds the headers of the limit that is exhausted: its policy and its state.
    pub(crate) fn limited(self, policy: String, state: String) -> Self {
        Self { limit: Some(Box::new((policy, state))), ..self }
    }

    pub(crate) fn unknown_job() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is no such job; it may be forgotten already")
    }

    pub(crate) fn parameter(name: &str, expected: &str) -> Self {
        let detail = format!("the parameter `{name}` is not {expected}");
        Self::new(StatusCode::BAD_REQUEST, "invalid_parameter", detail)
    }

    /// The problem details of a status that has none.
    pub(crate) fn plain(status: StatusCode) -> Self {
        let (code, detail) = match status {
            StatusCode::NOT_FOUND => ("not_found", "there is nothing here; `/openapi.json` has every route"),
            StatusCode::METHOD_NOT_ALLOWED => {
                ("method_not_allowed", "the header `Allow` has the methods of this route")
            }
            StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "the request is too large"),
            StatusCode::URI_TOO_LONG => ("too_large", "the URL is too long"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ("unsupported_media_type", "a request is `application/json`"),
            _ if status.is_client_error() => ("invalid_request", "the request cannot be understood"),
            _ => ("internal", "an error of this server; its log says more"),
        };
        Self::new(status, code, detail)
    }
}

/// A request that is not valid.
impl From<mapreel_spec::Problems> for Problem {
    fn from(problems: mapreel_spec::Problems) -> Self {
        let not_json = problems.0.iter().any(|problem| problem.code == "not_json");
        let status = if not_json { StatusCode::BAD_REQUEST } else { StatusCode::UNPROCESSABLE_ENTITY };
        let count = problems.0.len();
        let detail = match &problems.0[..] {
            [only] => only.to_string(),
            [first, ..] => format!("{count} problems, the first of them: {first}"),
            [] => "the request is not valid".to_owned(),
        };
        let errors = problems.0.into_iter().map(|problem| FieldProblem {
            pointer: problem.pointer,
            code: problem.code.to_owned(),
            detail: problem.detail,
            hint: problem.hint,
        });
        let code = if not_json { "not_json" } else { "invalid_request" };
        Self { errors: errors.collect(), ..Self::new(status, code, detail) }
    }
}

/// A request that was not read.
impl From<Unread> for Problem {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Full => {
                let detail = "too many requests are being read; try again";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).retry_after(2)
            }
            Unread::Panicked => Self::plain(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

/// The store or the artifacts do not answer.
impl From<mapreel_queue::Error> for Problem {
    fn from(error: mapreel_queue::Error) -> Self {
        tracing::error!(%error, "answered with 503");
        let detail = "the store does not answer at the moment; try again";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail).retry_after(5)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = self.json();
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(limit) = self.limit {
            let (policy, state) = *limit;
            for (name, value) in [("ratelimit-policy", policy), ("ratelimit", state)] {
                if let Ok(value) = HeaderValue::try_from(value) {
                    response.headers_mut().insert(name, value);
                }
            }
        }
        response
    }
}
