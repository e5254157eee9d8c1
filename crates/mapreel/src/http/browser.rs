//! What browsers are told not to do with an answer.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

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

/// The policy of a page whose style and script stand in it: these and no others, and data from this service alone.
pub(super) fn page_policy(page: &str) -> String {
    let source = |tag: &str| {
        let inside = page.split_once(&format!("<{tag}>")).and_then(|(_, rest)| rest.split_once(&format!("</{tag}>")));
        let digest = Sha256::digest(inside.map_or("", |(inside, _)| inside));
        format!("{tag}-src 'sha256-{}'", BASE64_STANDARD.encode(digest))
    };
    format!(
        "default-src 'none'; {}; {}; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        source("script"),
        source("style")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_of_a_page_allows_what_stands_in_it() {
        let policy = page_policy("<style>b{}</style><script>alert('Hello, world.');</script>");
        // The example of CSP 3, 8.4.
        assert!(policy.contains("script-src 'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"), "{policy}");
    }
}
