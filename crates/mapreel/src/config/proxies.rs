//! Trusted proxies, whose header with the addresses of their clients is believed.

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// The most addresses of the header that are read: a longer chain of proxies is forged.
const HOPS_MAX: usize = 32;

/// The addresses of the proxies.
#[derive(Debug, Clone, Default)]
pub(crate) struct Proxies(Vec<Network>);

/// An address or a network.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Network(IpNet);

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let network = text.parse::<IpAddr>().map(IpNet::from).or_else(|_| text.parse());
        network.map(Self).map_err(drop)
    }
}

impl Proxies {
    pub(crate) fn new(networks: Vec<Network>) -> Self {
        Self(networks)
    }

    /// Whether this address is that of a trusted proxy.
    pub(crate) fn include(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.0.contains(&address.to_canonical()))
    }

    /// The address of the client of a request. Each proxy appends the address of its peer to the header. So the client is the last address in the
    /// header that is not a trusted proxy; the client may have forged those before it.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.include(client) {
            return client;
        }
        let lines: Vec<&str> = headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok()).collect();
        let hops = lines.iter().rev().flat_map(|line| line.rsplit(',')).take(HOPS_MAX);
        for hop in hops {
            let Some(address) = address(hop.trim()) else { break };
            client = address;
            if !self.include(client) {
                break;
            }
        }
        client
    }
}

/// An address, as proxies write it: some with a port, IPv6 in brackets.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse::<IpAddr>().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()));
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str]) -> String {
        let networks = ["10.0.0.0/8", "192.0.2.7", "fd00::/8"].map(|text| text.parse().unwrap());
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        Proxies::new(networks.to_vec()).client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn the_first_trusted_proxy_of_the_chain_names_the_client() {
        assert_eq!(client("10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("::ffff:10.1.2.3", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(client("fd00::1", &["[2001:db8::1]:80"]), "2001:db8::1");
        assert_eq!(client("10.1.2.3", &["198.51.100.1, 192.0.2.7"]), "198.51.100.1", "through two proxies");
        assert_eq!(client("10.1.2.3", &["198.51.100.1", "192.0.2.7, 10.9.9.9"]), "198.51.100.1", "in two lines");
        assert_eq!(client("10.1.2.3", &[]), "10.1.2.3");
    }

    #[test]
    fn a_client_cannot_forge_its_address() {
        assert_eq!(client("203.0.113.5", &["198.51.100.1"]), "203.0.113.5", "no proxy");
        assert_eq!(
            client("10.1.2.3", &["127.0.0.1, 203.0.113.5"]),
            "203.0.113.5",
            "what the client has written before"
        );
        assert_eq!(client("10.1.2.3", &["198.51.100.1, unknown"]), "10.1.2.3");
        assert_eq!(client("10.1.2.3", &["198.51.100.1, x, 10.0.0.1"]), "10.0.0.1");
    }
}
