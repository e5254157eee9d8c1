//! Which web pages may use the API: the service's own, and those of origins that the operator lists (CORS). A browser sends the origin of
//! the page (`Origin`; `Sec-Fetch-Site` in requests without an origin, such as that for an image); other programs do not.

use super::access::is_open;
use super::host;
use super::problem::Problem;
use crate::config::origin::Origin;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Duration;
use tower::{Layer, ServiceExt};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser may cache the answer to a preflight request.
const PREFLIGHT_LIFETIME: Duration = Duration::from_secs(3600);

/// The pages that may use the API.
pub(super) struct Pages {
    public: Option<Origin>,
    named: Vec<Origin>,
    cors: CorsLayer,
}

impl Pages {
    pub(super) fn new(public: Option<Origin>, named: Vec<Origin>) -> Self {
        let values: Vec<HeaderValue> = named.iter().filter_map(|origin| origin.as_str().parse().ok()).collect();
        let cors = CorsLayer::new()
            .allow_origin(AllowOrigin::list(values))
            .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::DELETE])
            .allow_headers([
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                HeaderName::from_static("idempotency-key"),
                HeaderName::from_static("last-event-id"),
                header::RANGE,
                header::IF_RANGE,
                header::IF_NONE_MATCH,
            ])
            .expose_headers([
                header::LOCATION,
                header::RETRY_AFTER,
                HeaderName::from_static("ratelimit"),
                HeaderName::from_static("ratelimit-policy"),
                HeaderName::from_static("mapreel-warnings"),
                header::ETAG,
                header::CONTENT_DISPOSITION,
                header::CONTENT_LENGTH,
                header::CONTENT_RANGE,
                header::ACCEPT_RANGES,
                header::WWW_AUTHENTICATE,
            ])
            .max_age(PREFLIGHT_LIFETIME);
        Self { public, named, cors }
    }

    /// Passes a request on, unless it comes from a page that may not use the API.
    pub(super) async fn answer(&self, request: Request, next: Next) -> Response {
        match self.from(&request) {
            From::NoOtherPage => next.run(request).await,
            From::Named => {
                let answer = self.cors.layer(next).oneshot(request).await;
                answer.unwrap_or_else(|never| match never {})
            }
            From::OtherPage if is_open(request.uri().path()) => next.run(request).await,
            From::OtherPage => {
                let detail = "pages of other sites may not use this server; its operator names those that may in `MAPREEL_CORS_ORIGINS`";
                Problem::new(StatusCode::FORBIDDEN, "cross_origin", detail).into_response()
            }
        }
    }

    fn from(&self, request: &Request) -> From {
        let headers = request.headers();
        let mut origins = headers.get_all(header::ORIGIN).iter().map(|origin| origin.to_str().ok()?.parse().ok());
        match (origins.next(), origins.next()) {
            (None, _) if is_cross_site(headers) || is_part_of_a_page(headers) => From::OtherPage,
            (None, _) => From::NoOtherPage,
            (Some(Some(origin)), None) if self.named.contains(&origin) => From::Named,
            (Some(Some(origin)), None) if self.is_own(&origin, headers) && !is_cross_site(headers) => From::NoOtherPage,
            _ => From::OtherPage,
        }
    }

    /// Whether an origin is that of this service's own pages: the origin of the public URL, or that of the request's `Host`.
    fn is_own(&self, origin: &Origin, headers: &HeaderMap) -> bool {
        if self.public.as_ref() == Some(origin) {
            return true;
        }
        let asked: Option<Origin> = host::only(headers).and_then(|host| format!("http://{host}").parse().ok());
        asked.is_some_and(|asked| {
            // For the host of the public URL, only the origin of the public URL is the service's own.
            let is_public_name = self.public.as_ref().is_some_and(|public| public.host() == asked.host());
            !is_public_name && asked == *origin
        })
    }
}

/// The source of a request, by the headers of its browser.
enum From {
    /// A program, or a page of the service itself.
    NoOtherPage,
    /// A page whose origin the operator lists.
    Named,
    OtherPage,
}

fn is_cross_site(headers: &HeaderMap) -> bool {
    headers.get_all("sec-fetch-site").iter().any(|site| site == "cross-site")
}

/// Whether the request comes from a page of another origin of the same site, and not by a link. All ports of localhost are one site,
/// although different programs listen there.
fn is_part_of_a_page(headers: &HeaderMap) -> bool {
    let is_link = headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
    !is_link && headers.get_all("sec-fetch-site").iter().any(|site| site == "same-site")
}
