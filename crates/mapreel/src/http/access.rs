//! Identifies the client of a request, and checks what it may do: a table of routes and roles.

use super::problem::Problem;
use crate::config::proxies::Proxies;
use crate::keys::key::{Key, Role};
use crate::keys::ring::KeyRing;
use axum::extract::{FromRequestParts, MatchedPath, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mapreel_queue::Job;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

/// The roles for each route; one of them is enough. A route that needs a key must be listed here.
const ROLES: [(&str, &str, &[Role]); 17] = {
    use Role::{Operate, Read, Submit};
    [
        ("POST", "/api/service/image", &[Submit]),
        ("POST", "/api/service/animation", &[Submit]),
        ("POST", "/api/check", &[Submit]),
        ("POST", "/api/preview", &[Submit]),
        ("GET", "/api/layers", &[Submit]),
        ("GET", "/api/catalogue", &[Submit]),
        ("GET", "/api/job-status/{id}", &[Read, Operate]),
        ("GET", "/api/job-status/{id}/events", &[Read, Operate]),
        ("DELETE", "/api/job-status/{id}", &[Submit, Operate]),
        ("GET", "/api/job-status/{id}/request", &[Read, Operate]),
        ("GET", "/api/job-status/{id}/preview", &[Read, Operate]),
        ("POST", "/api/jobs/{id}/again", &[Submit, Operate]),
        ("GET", "/api/download/{id}", &[Read, Operate]),
        ("GET", "/api/download/{id}/manifest", &[Read, Operate]),
        ("GET", "/api/jobs", &[Read, Operate]),
        ("GET", "/api/operations", &[Operate]),
        ("GET", "/api/key", &[Submit, Read, Operate]),
    ]
};

/// Paths that need no key: their answers are the same for every client, and a request changes nothing.
const OPEN: [&str; 8] =
    ["/", "/operations", "/docs", "/openapi.json", "/schema/request.json", "/healthz", "/readyz", "/metrics"];
/// Folders that need no key: the files of the page, and the map server of the demonstration.
const OPEN_FOLDERS: [&str; 2] = ["/page/", crate::demonstration::FOLDER];

/// Whether a path needs no key.
pub(super) fn is_open(path: &str) -> bool {
    OPEN.contains(&path) || OPEN_FOLDERS.iter().any(|folder| path.starts_with(folder))
}

/// The address of the other end of a connection: a client or a proxy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub SocketAddr);

/// The client that sent a request.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The owner of its jobs: the name of its key, or its address.
    pub owner: String,
    /// Its key; a service without keys lets every client do everything.
    pub key: Option<Arc<Key>>,
}

impl Caller {
    /// A client without a key.
    pub(super) fn at(address: IpAddr) -> Self {
        Self { owner: network(address).to_string(), key: None }
    }

    /// Whether this job is visible to the client.
    pub(super) fn may_see(&self, job: &Job) -> bool {
        self.sees_all() || job.owner == self.owner
    }

    /// Whether the jobs of all owners are visible to the client.
    pub(super) fn sees_all(&self) -> bool {
        self.key.as_ref().is_none_or(|key| key.has_any(&[Role::Operate]))
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| Problem::plain(StatusCode::INTERNAL_SERVER_ERROR))
    }
}

/// Identifies the client of a request, and checks whether it may make that request.
pub(super) struct Access {
    pub keys: Option<Arc<KeyRing>>,
    pub proxies: Proxies,
}

impl Access {
    /// The address of a client.
    pub(super) fn address(&self, request: &Request) -> IpAddr {
        let peer = request.extensions().get::<Peer>().map_or(Ipv6Addr::UNSPECIFIED.into(), |peer| peer.0.ip());
        self.proxies.client(peer, request.headers())
    }

    /// The client that sent a request.
    ///
    /// # Errors
    /// 401 without a valid key, 403 if the key has none of the route's roles.
    pub(super) fn caller(&self, request: &Request) -> Result<Caller, Refusal> {
        let nobody = Caller::at(self.address(request));
        let Some(keys) = &self.keys else { return Ok(nobody) };
        let presented = presented(request.headers()).ok_or(Refusal::NoKey)?;
        let key = keys.find(presented).ok_or(Refusal::WrongKey)?;
        let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
        match roles(request.method(), route) {
            Some(roles) if !key.has_any(roles) => Err(Refusal::NotThisRole(roles)),
            // A path or method that is not in the table has no route: the router answers 404 or 405.
            _ => Ok(Caller { owner: key.name.clone(), key: Some(key) }),
        }
    }
}

fn roles(method: &Method, route: Option<&str>) -> Option<&'static [Role]> {
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    let row = ROLES.iter().find(|(of, path, _)| *of == method && Some(*path) == route);
    row.map(|(_, _, roles)| *roles)
}

/// The key in `Authorization: Bearer KEY` (RFC 6750).
fn presented(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().filter(|_| values.next().is_none())?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// Why a client is refused.
#[derive(Debug, Clone, Copy)]
pub(super) enum Refusal {
    NoKey,
    WrongKey,
    /// The key has none of these roles, which the route needs.
    NotThisRole(&'static [Role]),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, detail, challenge) = match self {
            Self::NoKey => {
                let detail = "this server asks for a key: `Authorization: Bearer KEY`".to_owned();
                (StatusCode::UNAUTHORIZED, "unauthorized", detail, "Bearer realm=\"mapreel\"")
            }
            Self::WrongKey => {
                let challenge = "Bearer realm=\"mapreel\", error=\"invalid_token\"";
                (StatusCode::UNAUTHORIZED, "unauthorized", "this key does not count here".to_owned(), challenge)
            }
            Self::NotThisRole(roles) => {
                let names: Vec<String> = roles.iter().map(|role| format!("`{}`", role.name())).collect();
                let detail = format!("this key has not the role {}", names.join(" or "));
                let challenge = "Bearer realm=\"mapreel\", error=\"insufficient_scope\"";
                (StatusCode::FORBIDDEN, "forbidden", detail, challenge)
            }
        };
        let mut response = Problem::new(status, code, detail).into_response();
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        response
    }
}

/// The address by which a client is identified. An IPv6 client may use any address of a network with a prefix of 64 bits (RFC 4291, 2.5.4),
/// so that is the network's first address.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_has_one_name() {
        let check = |address: &str, expected: &str| assert_eq!(Caller::at(address.parse().unwrap()).owner, expected);
        check("192.0.2.7", "192.0.2.7");
        check("::ffff:192.0.2.7", "192.0.2.7");
        check("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::");
    }

    #[test]
    fn every_route_is_open_or_has_its_roles() {
        let source = include_str!("router.rs");
        let routes = source.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")?.split_once("\", "));
        let mut count = 0;
        for (route, handlers) in routes {
            for (method, called) in
                [("GET", "get("), ("POST", "post("), ("DELETE", "delete("), ("PUT", "put("), ("PATCH", "patch(")]
            {
                if handlers.starts_with(called) || handlers.contains(&format!(").{called}")) {
                    count += 1;
                    let method: Method = method.parse().unwrap();
                    assert!(is_open(route) || roles(&method, Some(route)).is_some(), "{method} {route}");
                }
            }
        }
        assert!(count >= 24, "{count}");
    }
}
