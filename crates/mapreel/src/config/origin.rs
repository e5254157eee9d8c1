//! The origin of a web page (RFC 6454): scheme, host and port.

use std::fmt;
use std::str::FromStr;
use url::{Host, Url};

/// An origin of http or https. Equal origins are equal values, in whatever notation they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    text: String,
    host: String,
}

/// The text is not an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoOrigin;

impl Origin {
    /// The origin of a URL, without its path.
    pub(crate) fn of(url: &str) -> Result<Self, NoOrigin> {
        let url = Url::parse(url).map_err(|_| NoOrigin)?;
        let is_web = ["http", "https"].contains(&url.scheme());
        let host = url.host().filter(|host| !matches!(host, Host::Domain(name) if name.is_empty())).ok_or(NoOrigin)?;
        if !is_web || !url.username().is_empty() || url.password().is_some() {
            return Err(NoOrigin);
        }
        Ok(Self { text: url.origin().ascii_serialization(), host: host.to_string() })
    }

    /// As browsers write it: `https://maps.example.org`, without the default port of the scheme.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Its host, in lower case.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }
}

impl FromStr for Origin {
    type Err = NoOrigin;

    /// Reads an origin, with nothing after it.
    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        let after = text.split_once("://").map_or(text, |(_, after)| after);
        if after.contains(['/', '\\', '?', '#', '@'])
            || text.contains(|char: char| char.is_whitespace() || char.is_control())
        {
            return Err(NoOrigin);
        }
        Self::of(text)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_is_one_origin() {
        let check = |text: &str, expected: &str| assert_eq!(text.parse::<Origin>().unwrap().as_str(), expected);
        check("https://Maps.Example.org", "https://maps.example.org");
        check("https://maps.example.org:443", "https://maps.example.org");
        check("http://maps.example.org:443", "http://maps.example.org:443");
        check("http://[::1]:5005", "http://[::1]:5005");
        for text in [
            "",
            "null",
            "*",
            "maps.example.org",
            "ftp://h",
            "https://",
            "https://h/",
            "https://u@h",
            "https://h:x",
            "https://h h",
        ] {
            assert_eq!(text.parse::<Origin>(), Err(NoOrigin), "{text}");
        }
        assert_eq!(Origin::of("https://h.example/service/?x").unwrap().as_str(), "https://h.example");
    }
}
