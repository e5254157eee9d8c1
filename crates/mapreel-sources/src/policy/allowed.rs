//! An upstream that an operator allows although it is not public: its notation, and which addresses and names it matches.

use ipnet::IpNet;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use url::Host;

/// An upstream that may be asked although it is not public.
///
/// ```
/// use mapreel_sources::Allowed;
///
/// for text in ["10.107.0.0/16", "fd00::/8", "127.0.0.1", "[::1]:8090", "wms.internal:8080", "*.example.org"] {
///     assert_eq!(text.parse::<Allowed>()?.to_string(), text);
/// }
/// # Ok::<(), mapreel_sources::BadAllowed>(())
/// ```
///
/// An address or network allows every name that resolves to it, except names that are never public, such as `localhost`. A name
/// allows every address to which it resolves. `*.example.org` is every name below `example.org`, without `example.org` itself. An
/// entry with a port allows only that port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    target: Target,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    Net(IpNet),
    /// In lower case, in ASCII, without a final dot.
    Name(String),
    /// The same, without the leading `*.`.
    Below(String),
}

/// All entries that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "cannot read {}: expected an address, a network such as `10.107.0.0/16`, or a host name such as `wms.internal` or \
     `*.example.org`; an address or name may have a port, as in `[::1]:8090`",
    quoted(.0)
)]
pub struct BadAllowed(pub Vec<String>);

impl Allowed {
    /// The entries of a comma-separated list.
    pub(crate) fn list(text: &str) -> Result<Vec<Self>, BadAllowed> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for entry in entries {
            match read(entry) {
                Some(allowed) => good.push(allowed),
                None => bad.push(entry.to_owned()),
            }
        }
        if bad.is_empty() { Ok(good) } else { Err(BadAllowed(bad)) }
    }

    /// The only port that the entry allows; `None`: it allows all.
    pub(crate) fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether the entry matches the address, on any port.
    pub(crate) fn has_address(&self, address: IpAddr) -> bool {
        match &self.target {
            Target::Net(net) => net.contains(&address) || net.contains(&address.to_canonical()),
            Target::Name(_) | Target::Below(_) => false,
        }
    }

    /// Whether the entry matches the name (in lower case and without a final dot), on any port.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        match &self.target {
            Target::Net(_) => false,
            Target::Name(allowed) => name == allowed,
            Target::Below(parent) => name.strip_suffix(parent.as_str()).is_some_and(|rest| rest.ends_with('.')),
        }
    }
}

impl FromStr for Allowed {
    type Err = BadAllowed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).ok_or_else(|| BadAllowed(vec![text.to_owned()]))
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.target, self.port) {
            (Target::Net(net), Some(port)) => return SocketAddr::new(net.addr(), port).fmt(f),
            (Target::Net(net), None) if net.prefix_len() == net.max_prefix_len() => net.addr().fmt(f)?,
            (Target::Net(net), None) => net.fmt(f)?,
            (Target::Name(name), _) => f.write_str(name)?,
            (Target::Below(parent), _) => write!(f, "*.{parent}")?,
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

fn read(text: &str) -> Option<Allowed> {
    if let Ok(net) = text.parse::<IpNet>() {
        return Some(Allowed { target: Target::Net(net.trunc()), port: None });
    }
    let address = |ip: IpAddr, port| Allowed { target: Target::Net(ip.to_canonical().into()), port };
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if let Ok(ip) = bare.parse() {
        return Some(address(ip, None));
    }
    if let Ok(socket) = text.parse::<SocketAddr>() {
        return (socket.port() != 0).then(|| address(socket.ip(), Some(socket.port())));
    }
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) => (name, Some(port.parse().ok().filter(|port| *port != 0)?)),
        None => (text, None),
    };
    let target = match name.strip_prefix("*.") {
        Some(parent) => Target::Below(read_name(parent)?),
        None => Target::Name(read_name(name)?),
    };
    Some(Allowed { target, port })
}

/// A host name in the form in which URLs have it. `0x7f.1` is no name: in a URL it is an address.
fn read_name(text: &str) -> Option<String> {
    match Host::parse(text).ok()? {
        Host::Domain(name) if !name.contains('*') => {
            Some(without_final_dot(&name).to_owned()).filter(|name| !has_empty_label(name))
        }
        _ => None,
    }
}

/// The name without a final dot, which stands for the root of the DNS.
pub(crate) fn without_final_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

/// Whether the name has an empty label: two dots side by side, or nothing at all. Such a name may hide an address, as
/// `127.0.0.1..` does.
pub(crate) fn has_empty_label(name: &str) -> bool {
    name.split('.').any(str::is_empty)
}

fn quoted(entries: &[String]) -> String {
    entries.iter().map(|entry| format!("`{entry}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_and_written_in_one_form() {
        let check = |text: &str, expected: &str| assert_eq!(text.parse::<Allowed>().unwrap().to_string(), expected);
        check("10.107.3.4/16", "10.107.0.0/16");
        check("127.0.0.1/32", "127.0.0.1");
        check("127.0.0.1:8090", "127.0.0.1:8090");
        check("::1", "::1");
        check("[::1]", "::1");
        check("[0:0::1]:8090", "[::1]:8090");
        check("::ffff:10.0.0.1", "10.0.0.1");
        check("WMS.Internal.", "wms.internal");
        check("wms.internal:8080", "wms.internal:8080");
        check("*.Example.ORG:443", "*.example.org:443");
        check("bücher.example", "xn--bcher-kva.example");
        check("localhost", "localhost");
    }

    #[test]
    fn all_bad_entries_are_named_at_once() {
        let bad = "10.0.0.0/33 10.0.0.0/8:80 10.0.0 0x7f.1 2130706433 300.1.1.1 127.0.0.1:0 127.0.0.1:65536 [::1 ::g \
                   http://wms.internal/ wms.internal/path wms.internal: * *. *.*.org wms.* w*.example.org \
                   user@wms.internal *.10 . :80";
        let bad: Vec<String> = bad.split_whitespace().map(String::from).chain(["a b".into()]).collect();
        for entry in &bad {
            assert_eq!(entry.parse::<Allowed>(), Err(BadAllowed(vec![entry.clone()])), "{entry}");
        }
        let list = format!("wms.internal, 10.0.0.1,{},", bad.join(" , "));
        assert_eq!(Allowed::list(&list), Err(BadAllowed(bad)));
        let message = Allowed::list("10.0.0.0/33,b:c").unwrap_err().to_string();
        assert!(message.starts_with("cannot read `10.0.0.0/33`, `b:c`: expected an address, a network"), "{message}");
        assert_eq!(Allowed::list(" , "), Ok(vec![]));
    }

    #[test]
    fn a_star_matches_only_names_below() {
        let star: Allowed = "*.example.org".parse().unwrap();
        assert!(star.has_name("a.example.org") && star.has_name("a.b.example.org"));
        assert!(
            !star.has_name("example.org") && !star.has_name("badexample.org") && !star.has_name("example.org.evil")
        );
    }
}
