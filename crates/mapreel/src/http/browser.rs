//! What browsers are told not to do with an answer.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// An answer that is no page loads, runs and frames nothing.
const NO_PAGE: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");

/// Adds the headers to an answer. What a page has said of itself stays.
pub(super) fn restrict(headers: &mut HeaderMap) {
    const ALWAYS: [(HeaderName, &str); 3] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(NO_PAGE);
}
