//! Which upstreams may be asked. The command line may ask any upstream. A server, which asks on behalf of strangers, may ask
//! only the public Internet and the upstreams that its operator allows.
//!
//! Each request is checked three times, and so is every redirect:
//!
//! 1. its URL before it is sent ([`Egress::admit`]): the resolver does not see an address in a URL, and some names are never public;
//! 2. the addresses of its name ([`Egress::admit_all`]), before the client connects to any of them (`connections.rs`);
//! 3. the address from which the answer came ([`Egress::admit_peer`]), in case the first two checks have a hole.

use super::allowed::{Allowed, BadAllowed};
use super::allowed::{has_empty_label, without_final_dot};
use super::ports::Ports;
use super::public::is_public;
use crate::error::Error;
use crate::host::host;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use url::{Host, Url};

/// Names with these last labels mean the machine itself, its network or its cloud, and are refused without resolving them.
const LAST_LABELS_REFUSED: &[&str] = &["localhost", "internal", "local"];
/// The first label of a cloud's metadata server, which gives its credentials to every client: `metadata`, `metadata.…`.
const METADATA: &str = "metadata";

const NOT_PUBLIC: &str = "is not a public address; the operator may allow it with `MAPREEL_PRIVATE_UPSTREAMS`";
const WRONG_PORT: &str =
    "is on a port where no upstream is asked; the operator may allow it with `MAPREEL_UPSTREAM_PORTS`";
const WITH_USER: &str = "is asked with a user name in the URL, which is not done here";

/// Which upstreams may be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Egress {
    /// All upstreams that the machine can reach, through the system's proxies if it has some.
    #[default]
    Any,
    /// Public addresses on these ports, and the allowed upstreams. Proxies are not used: a proxy resolves names itself, so their addresses
    /// could not be checked.
    Public {
        /// Upstreams that may be asked although they are not public, or on another port.
        allowed: Vec<Allowed>,
        /// The ports for all upstreams except those that `allowed` lists with a port.
        ports: Ports,
        /// The folder of the process's own server that may be asked.
        own: Option<OwnFolder>,
    },
}

/// A folder of the process's own server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnFolder {
    /// The address at which the process listens.
    address: SocketAddr,
    /// The prefix of the allowed paths.
    folder: String,
}

/// A name that resolves, or may resolve, to a forbidden address.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a public address")]
pub(crate) struct NotPublic;

impl Egress {
    /// Public addresses, and the upstreams of a comma-separated list; see [`Allowed`].
    ///
    /// # Errors
    /// All entries that cannot be read.
    pub fn public(list: &str) -> Result<Self, BadAllowed> {
        Ok(Self::Public { allowed: Allowed::list(list)?, ports: Ports::default(), own: None })
    }

    /// The same rules with other ports.
    pub fn on(self, ports: Ports) -> Self {
        match self {
            Self::Any => Self::Any,
            Self::Public { allowed, own, .. } => Self::Public { allowed, ports, own },
        }
    }

    /// The same rules, which also allow one folder of the process's own server; its other paths must not be asked on behalf of strangers. A URL
    /// must have the server's address, and not a name that resolves to it.
    pub fn with_own_folder(self, address: SocketAddr, folder: &str) -> Self {
        match self {
            Self::Any => Self::Any,
            Self::Public { allowed, ports, .. } => {
                Self::Public { allowed, ports, own: Some(OwnFolder { address, folder: folder.to_owned() }) }
            }
        }
    }

    /// Whether a URL leads to the process's own folder.
    fn is_own(&self, url: &Url) -> bool {
        let Self::Public { own: Some(own), .. } = self else { return false };
        let is_there = match url.host() {
            Some(Host::Ipv4(ip)) => own.address.ip() == IpAddr::V4(ip),
            Some(Host::Ipv6(ip)) => own.address.ip() == IpAddr::V6(ip),
            _ => false,
        };
        let is_bare = url.username().is_empty() && url.password().is_none();
        is_there
            && is_bare
            && url.port_or_known_default() == Some(own.address.port())
            && url.path().starts_with(&own.folder)
    }

    /// Refuses a URL that is forbidden by its text. The addresses of its host name are checked later.
    pub(crate) fn admit(&self, url: &Url) -> Result<(), Error> {
        let Self::Public { allowed: list, ports, .. } = self else { return Ok(()) };
        if self.is_own(url) {
            return Ok(());
        }
        let port = url.port_or_known_default();
        // The parsed host: an address is an address here, in whatever notation the URL has it.
        let admitted = match url.host() {
            Some(Host::Ipv4(ip)) => admits_address(list, ip.into(), port),
            Some(Host::Ipv6(ip)) => admits_address(list, ip.into(), port),
            Some(Host::Domain(name)) => admits_name(list, name, port) || !is_never_public(name),
            None => false,
        };
        if !admitted {
            return Err(refused(url));
        }
        let by_itself = || list.iter().any(|allowed| allowed.port() == port && is_meant(allowed, url));
        if !port.is_some_and(|port| ports.has(port)) && !by_itself() {
            return Err(Error::Refused { host: host(url), what: WRONG_PORT });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::Refused { host: host(url), what: WITH_USER });
        }
        Ok(())
    }

    /// Refuses a name if one of its addresses is forbidden: the HTTP client chooses the address to connect to, and a name with allowed and
    /// forbidden addresses is probably an attack. `port` is the request's port, or `None` if the list does not have that port.
    pub(crate) fn admit_all(&self, name: &str, port: Option<u16>, addresses: &[SocketAddr]) -> Result<(), NotPublic> {
        let Self::Public { allowed: list, .. } = self else { return Ok(()) };
        let admitted =
            admits_name(list, name, port) || addresses.iter().all(|address| admits_address(list, address.ip(), port));
        if admitted { Ok(()) } else { Err(NotPublic) }
    }

    /// Refuses an answer that came from a forbidden or unknown address.
    pub(crate) fn admit_peer(&self, url: &Url, peer: Option<SocketAddr>) -> Result<(), Error> {
        let Self::Public { allowed: list, .. } = self else { return Ok(()) };
        let port = url.port_or_known_default();
        let by_name = url.domain().is_some_and(|name| admits_name(list, name, port));
        let by_address = peer.is_some_and(|peer| admits_address(list, peer.ip(), port));
        if by_name || by_address || self.is_own(url) { Ok(()) } else { Err(refused(url)) }
    }

    /// The ports in the list of allowed upstreams.
    pub(crate) fn ports(&self) -> BTreeSet<u16> {
        match self {
            Self::Any => BTreeSet::new(),
            Self::Public { allowed, .. } => allowed.iter().filter_map(Allowed::port).collect(),
        }
    }
}

/// The error for a URL whose upstream is forbidden. It names the host of the URL, never the addresses to which that host resolves.
pub(crate) fn refused(url: &Url) -> Error {
    Error::Refused { host: host(url), what: NOT_PUBLIC }
}

fn admits_address(list: &[Allowed], address: IpAddr, port: Option<u16>) -> bool {
    is_public(address) || on_port(list, port).any(|allowed| allowed.has_address(address))
}

/// Whether an entry of the list matches the host of a URL, on any port.
fn is_meant(allowed: &Allowed, url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => allowed.has_address(ip.into()),
        Some(Host::Ipv6(ip)) => allowed.has_address(ip.into()),
        Some(Host::Domain(name)) => allowed.has_name(without_final_dot(name)),
        None => false,
    }
}

fn admits_name(list: &[Allowed], name: &str, port: Option<u16>) -> bool {
    let name = without_final_dot(name);
    on_port(list, port).any(|allowed| allowed.has_name(name))
}

fn on_port(list: &[Allowed], port: Option<u16>) -> impl Iterator<Item = &Allowed> {
    list.iter().filter(move |allowed| allowed.port().is_none() || allowed.port() == port)
}

/// Whether the name, in lower case as in URLs, is refused without resolving it.
fn is_never_public(name: &str) -> bool {
    let name = without_final_dot(name);
    let mut labels = name.split('.');
    let (first, last) = (labels.clone().next(), labels.next_back());
    has_empty_label(name) || first == Some(METADATA) || last.is_some_and(|last| LAST_LABELS_REFUSED.contains(&last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn egress(list: &str) -> Egress {
        Egress::public(list).unwrap()
    }

    fn resolves(egress: &Egress, name: &str, port: Option<u16>, addresses: &str) -> bool {
        let addresses: Vec<SocketAddr> =
            addresses.split_whitespace().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect();
        egress.admit_all(name, port, &addresses).is_ok()
    }

    fn asks(egress: &Egress, url: &str) -> bool {
        egress.admit(&Url::parse(url).unwrap()).is_ok()
    }

    #[test]
    fn one_private_address_refuses_the_whole_name() {
        let egress = egress("");
        assert!(resolves(&egress, "a.org", None, "8.8.8.8 2606:4700::1111"));
        assert!(!resolves(&egress, "a.org", None, "8.8.8.8 127.0.0.1"));
        assert!(!resolves(&egress, "a.org", None, "10.0.0.1 8.8.8.8"));
        assert!(!resolves(&egress, "a.org", None, "8.8.8.8 ::ffff:10.0.0.1"));
        assert!(!resolves(&egress, "a.org", None, "8.8.8.8 64:ff9b::7f00:1"));
        assert!(resolves(&Egress::Any, "a.org", None, "10.0.0.1"));
    }

    #[test]
    fn an_allowed_name_may_lead_anywhere_and_other_names_may_not() {
        let egress = egress("wms.example.org, *.maps.example, tiles.example:8080");
        assert!(resolves(&egress, "wms.example.org", None, "10.0.0.1"));
        assert!(resolves(&egress, "wms.example.org.", None, "10.0.0.1"));
        assert!(resolves(&egress, "a.maps.example", None, "10.0.0.1"));
        assert!(!resolves(&egress, "maps.example", None, "10.0.0.1"));
        assert!(!resolves(&egress, "x.wms.example.org", None, "10.0.0.1"));
        assert!(resolves(&egress, "tiles.example", Some(8080), "10.0.0.1"));
        assert!(!resolves(&egress, "tiles.example", None, "10.0.0.1"), "on another port");
        assert!(resolves(&egress, "tiles.example", None, "8.8.8.8"), "public on all ports");
    }

    #[test]
    fn every_name_may_resolve_to_an_allowed_address() {
        let egress = egress("10.107.0.0/16, 10.1.1.1:8090, fd00::/8");
        assert!(resolves(&egress, "a.org", None, "10.107.3.4 8.8.8.8 fd00::1 ::ffff:10.107.0.1"));
        assert!(!resolves(&egress, "a.org", None, "10.107.3.4 10.108.0.1"));
        assert!(resolves(&egress, "a.org", Some(8090), "10.1.1.1"));
        assert!(!resolves(&egress, "a.org", None, "10.1.1.1"), "on another port");
        assert!(asks(&egress, "http://10.107.3.4/"));
        assert!(asks(&egress, "http://[::ffff:10.107.3.4]/"));
        assert!(!asks(&egress, "http://10.1.1.1/") && asks(&egress, "http://10.1.1.1:8090/"));
        assert!(!asks(&egress, "http://localhost:8090/"), "a name that is never public needs a name");
    }

    #[test]
    fn only_one_folder_of_the_own_server_is_asked_and_only_by_its_address() {
        let egress = egress("").with_own_folder("127.0.0.1:5005".parse().unwrap(), "/demo/");
        let peer = "127.0.0.1:5005".parse().ok();
        let asked = |url: &str| {
            let url = Url::parse(url).unwrap();
            egress.admit(&url).is_ok() && egress.admit_peer(&url, peer).is_ok()
        };
        assert!(asked("http://127.0.0.1:5005/demo/wms?a=b") && asked("http://127.1:5005/demo/wmts/1.0.0/x"));
        for refused in [
            "http://127.0.0.1:5005/api/layers?url=/demo/",
            "http://127.0.0.1:5005/demo/../api/jobs",
            "http://127.0.0.1:5005/demo/%2e%2e/api/jobs",
            "http://127.0.0.1:5006/demo/wms",
            "http://127.0.0.1/demo/wms",
            "http://localhost:5005/demo/wms",
            "http://a@127.0.0.1:5005/demo/wms",
        ] {
            assert!(!asked(refused), "{refused}");
        }
        assert!(!resolves(&egress, "a.org", Some(5005), "127.0.0.1"), "a name leads there");
    }

    #[test]
    fn names_that_are_never_public_are_asked_only_when_allowed_by_name() {
        for name in ["localhost", "a.b.localhost", "x.internal", "printer.local.", "metadata", "METADATA.google.com"] {
            assert!(!asks(&egress(""), &format!("http://{name}/")), "{name}");
            assert!(asks(&egress(name), &format!("http://{name}/")), "{name}");
        }
        assert!(asks(&egress(""), "http://localhost.example.org/"));
        assert!(!asks(&egress(""), "http://./") && !asks(&egress(""), "http://../"), "the root is nobody's name");
        assert!(!asks(&egress(""), "http://127.0.0.1../") && asks(&egress(""), "http://example.org./"));
        assert!(asks(&egress(""), "http://local.internal.org/"));
        assert!(!asks(&egress("wms.internal:8080"), "http://wms.internal/"));
        assert!(asks(&egress("wms.internal:80, wms.internal:443"), "http://wms.internal/"));
        assert!(asks(&egress("wms.internal:443"), "https://wms.internal/"));
    }

    #[test]
    fn only_ports_of_upstreams_are_asked() {
        for (port, expected) in
            [(80, true), (443, true), (1024, true), (8080, true), (22, false), (25, false), (445, false)]
        {
            assert_eq!(asks(&egress(""), &format!("http://a.org:{port}/")), expected, "{port}");
        }
        assert!(asks(&egress("a.org:25"), "http://a.org:25/") && !asks(&egress("a.org"), "http://a.org:25/"));
        assert!(
            asks(&egress("10.0.0.1:25"), "http://10.0.0.1:25/") && !asks(&egress("10.0.0.0/8"), "http://10.0.0.1:25/")
        );
        assert!(!asks(&egress("").on("443".parse().unwrap()), "http://a.org/"));
    }

    #[test]
    fn an_answer_from_elsewhere_is_refused() {
        let from = |list: &str, url: &str, peer: &str| {
            egress(list).admit_peer(&Url::parse(url).unwrap(), peer.parse().ok()).is_ok()
        };
        assert!(from("", "http://a.org/", "8.8.8.8:80"));
        assert!(!from("", "http://a.org/", "10.0.0.1:80"));
        assert!(!from("", "http://a.org/", "nobody"));
        assert!(from("a.org", "http://a.org/", "10.0.0.1:80"));
        assert!(!from("a.org:8080", "http://a.org/", "10.0.0.1:80"));
        assert!(from("a.org:8080", "http://a.org:8080/", "10.0.0.1:8080"));
        assert!(!from("10.0.0.1:8080", "http://a.org/", "10.0.0.1:80"));
    }
}
