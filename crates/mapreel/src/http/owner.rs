//! Who sends a request: the owner of the jobs that come of it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub SocketAddr);

/// Who a client is to the queue: its address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Owner(pub String);

impl Owner {
    fn of(address: IpAddr) -> Self {
        Self(network(address).to_string())
    }
}

impl<S: Sync> FromRequestParts<S> for Owner {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Peer>().map_or(Self(String::new()), |peer| Self::of(peer.0.ip())))
    }
}

/// The addresses that one client has: of IPv6 a network of 64 bits (RFC 4291, 2.5.4), by its first.
fn network(address: IpAddr) -> IpAddr {
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
        let check = |address: &str, expected: &str| assert_eq!(Owner::of(address.parse().unwrap()).0, expected);
        check("192.0.2.7", "192.0.2.7");
        check("::ffff:192.0.2.7", "192.0.2.7");
        check("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::");
    }
}
