//! Where the body of a request ends. Proxy and server must agree about it: otherwise a client could smuggle bytes into another client's
//! request (request smuggling).

use super::problem::Problem;
use axum::http::{HeaderMap, StatusCode, header};

/// Refuses a request whose end can be read in two ways (RFC 9112, 6.1 and 6.3).
///
/// # Errors 400 for a length beside a transfer coding, and for any coding but a single `chunked`.
pub(super) fn check(headers: &HeaderMap) -> Result<(), Problem> {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let detail = match (codings.next(), codings.next()) {
        (None, _) => return Ok(()),
        (Some(_), _) if headers.contains_key(header::CONTENT_LENGTH) => {
            "a request has `Content-Length` or `Transfer-Encoding`, and not both"
        }
        (Some(coding), None) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => return Ok(()),
        _ => "send the request with a `Content-Length`, or with the one transfer coding `chunked`",
    };
    Err(Problem::new(StatusCode::BAD_REQUEST, "invalid_request", detail))
}
