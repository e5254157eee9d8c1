//! Under which host names a service answers. This protects against DNS rebinding: an attacker's web page may let its own host name resolve
//! to this server, and the browser then sends that name in `Host`. A server that answers under any name would answer that page.

use super::problem::Problem;
use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Refuses a request whose host is not this service: a loopback name, an IP address, or the host of its `public` URL.
///
/// # Errors
/// 400 without exactly one `Host`; 421 if `Host`, or the target of the request, names another server.
pub(super) fn check(request: &Request, public: Option<&str>) -> Result<(), Problem> {
    let invalid = |detail| Problem::new(StatusCode::BAD_REQUEST, "invalid_request", detail);
    let host = only(request.headers()).ok_or_else(|| invalid("a request has exactly one header `Host`"))?;
    let of_target = request.uri().authority().map(Authority::as_str);
    match [Some(host), of_target].into_iter().flatten().find(|name| !is_own(name, public)) {
        None => Ok(()),
        Some(_) => {
            let detail = "this server has another name: use its address, `localhost`, or the name that its operator has set as `MAPREEL_PUBLIC_URL`";
            Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, "misdirected", detail))
        }
    }
}

/// The value of the header `Host`, if the request has exactly one.
pub(super) fn only(headers: &HeaderMap) -> Option<&str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().filter(|_| hosts.next().is_none())?;
    // A header that is not text becomes an empty name, which is the name of no server.
    Some(host.to_str().unwrap_or_default())
}

/// Whether a host, with or without a port, is this service. Ports are not compared, because a proxy may forward another port.
fn is_own(host: &str, public: Option<&str>) -> bool {
    let Some(name) = name(host) else { return false };
    let dotless = name.strip_suffix('.').unwrap_or(&name);
    let address = match dotless.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => dotless.parse::<Ipv4Addr>().is_ok(),
    };
    address
        || dotless == "localhost"
        || dotless.ends_with(".localhost")
        || public.is_some_and(|public| public == dotless)
}

/// A host without its port, in lower case; `None`: the text is not a host.
fn name(host: &str) -> Option<String> {
    let authority: Authority = host.parse().ok()?;
    let port = authority.as_str().strip_prefix(authority.host())?;
    let is_port = |text: &str| text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_whole = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
    (is_whole && !authority.host().is_empty()).then(|| authority.host().to_ascii_lowercase())
}

/// Whether the answer is the same for every client, so that it may be given under any host name.
pub(super) fn is_exempt_from_host_check(uri: &Uri) -> bool {
    ["/healthz", "/readyz", "/metrics"].contains(&uri.path())
}
