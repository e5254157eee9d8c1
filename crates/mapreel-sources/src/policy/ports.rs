//! The ports on which upstreams are asked.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Ports and ranges of ports. The default has the ports of the web, and the ports above the system ports (RFC 6335, 6).
///
/// ```
/// use mapreel_sources::Ports;
///
/// let ports: Ports = "80, 443, 8000-8999".parse()?;
/// assert!(ports.has(8080) && !ports.has(22));
/// assert_eq!(Ports::default().to_string(), "80, 443, 1024-65535");
/// # Ok::<(), mapreel_sources::BadPorts>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ports(Vec<RangeInclusive<u16>>);

/// The text, which is not a list of ports.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a port or a range of ports such as `8000-8999`")]
pub struct BadPorts(String);

impl Default for Ports {
    fn default() -> Self {
        Self(vec![80..=80, 443..=443, 1024..=u16::MAX])
    }
}

impl Ports {
    /// Whether a port is one of them.
    pub fn has(&self, port: u16) -> bool {
        self.0.iter().any(|range| range.contains(&port))
    }
}

impl FromStr for Ports {
    type Err = BadPorts;

    fn from_str(text: &str) -> Result<Self, BadPorts> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let range = |entry: &str| {
            let (first, last) = entry.split_once('-').unwrap_or((entry, entry));
            let range = first.trim().parse().ok().zip(last.trim().parse().ok()).map(|(first, last)| first..=last);
            range.filter(|range| !range.is_empty()).ok_or_else(|| BadPorts(entry.to_owned()))
        };
        entries.map(range).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, range) in self.0.iter().enumerate() {
            let (comma, first, last) = (if i > 0 { ", " } else { "" }, range.start(), range.end());
            if first == last { write!(f, "{comma}{first}")? } else { write!(f, "{comma}{first}-{last}")? }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_that_is_no_port_is_named() {
        for (text, bad) in [("80, x", "x"), ("99999", "99999"), ("9-8", "9-8"), ("-5", "-5"), ("80 443", "80 443")] {
            assert_eq!(text.parse::<Ports>(), Err(BadPorts(bad.into())));
        }
        assert!(!"".parse::<Ports>().unwrap().has(80));
    }
}
