//! The URL of a service, whose parameters can be read and set.

use url::Url;

/// The longest URL of a request. Few servers read longer ones, and every piece of a map repeats its server's URL.
pub const URL_BYTES_MAX: usize = 8192;

/// A URL, split at its query. The names of its parameters are case-insensitive (OGC 06-042, 6.8.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceUrl {
    base: Url,
    parameters: Vec<(String, String)>,
}

impl ServiceUrl {
    /// Parses a URL.
    ///
    /// # Errors
    /// The text is not an absolute URL.
    pub fn parse(url: &str) -> Result<Self, url::ParseError> {
        let mut base = Url::parse(url)?;
        let parameters =
            base.query_pairs().map(|(k, v)| (k.into_owned(), v.into_owned())).filter(|(k, _)| !k.is_empty()).collect();
        base.set_query(None);
        base.set_fragment(None);
        Ok(Self { base, parameters })
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Sets a parameter and removes all others of that name.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let is_it = |(key, _): &(String, String)| key.eq_ignore_ascii_case(name);
        let first = self.parameters.iter().position(is_it).unwrap_or(self.parameters.len());
        let key = self.parameters.get(first).map_or(name.to_owned(), |(key, _)| key.clone());
        self.parameters.retain(|parameter| !is_it(parameter));
        self.parameters.insert(first, (key, value.into()));
    }

    /// Removes a parameter.
    pub fn remove(&mut self, name: &str) {
        self.parameters.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
    }

    /// Removes the parameters whose names match.
    pub fn remove_if(&mut self, is_such: impl Fn(&str) -> bool) {
        self.parameters.retain(|(name, _)| !is_such(name));
    }

    /// Sets a parameter that is not set.
    pub fn set_default(&mut self, name: &str, value: &str) {
        if self.get(name).is_none() {
            self.set(name, value);
        }
    }

    /// Writes the name of a credential into the URL, as its user: see `credentials.rs` of `mapreel-sources`.
    pub fn ask_with(&mut self, credential: Option<&str>) {
        if let Some(name) = credential {
            // The setter fails only for URLs without a host, and `parse` refuses those.
            let _ = self.base.set_username(name);
        }
    }

    /// Scheme, host and port of the URL.
    pub(crate) fn origin(&self) -> url::Origin {
        self.base.origin()
    }

    /// The path of the URL.
    pub fn path(&self) -> &str {
        self.base.path()
    }

    /// A URL or template that the server has written, with the host by which Mapreel reaches that server. Behind a proxy the
    /// server writes another host: that of `own_origin`.
    pub fn as_reached(&self, named: &str, own_origin: Option<&str>) -> String {
        // A template is not parsed as a URL, because that would escape its braces.
        match own_origin.and_then(|own| named.strip_prefix(own)) {
            Some(rest) if rest.is_empty() || rest.starts_with(['/', '?']) => {
                with_credential(&format!("{}{rest}", self.base.origin().ascii_serialization()), self.credential())
            }
            _ if named.contains("://") => without_user(named),
            _ => match self.base.join(named) {
                Ok(url) => String::from(url).replace("%7B", "{").replace("%7D", "}"),
                Err(_) => named.to_owned(),
            },
        }
    }

    /// A URL or template with this URL's credential, where it is on the same server; otherwise unchanged.
    pub fn beside(&self, url: &str) -> String {
        match url.strip_prefix(&self.base.origin().ascii_serialization()) {
            Some(rest) if rest.starts_with(['/', '?']) => with_credential(url, self.credential()),
            _ => url.to_owned(),
        }
    }

    fn credential(&self) -> Option<&str> {
        Some(self.base.username()).filter(|name| !name.is_empty())
    }

    /// Whether the URL is longer than servers read.
    pub fn is_too_long(&self) -> bool {
        self.url().len() > URL_BYTES_MAX
    }

    /// The whole URL.
    pub fn url(&self) -> String {
        let query: Vec<String> =
            self.parameters.iter().map(|(k, v)| format!("{}={}", escaped(k), escaped(v))).collect();
        let mut url = self.base.clone();
        url.set_query((!query.is_empty()).then(|| query.join("&")).as_deref());
        url.into()
    }
}

/// Percent-encodes what a query may not contain. A blank becomes `%20`: not every WMS reads `+`. `,`, `:` and `/` may
/// stand in a query (RFC 3986, 3.4) and stay readable.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b',' | b':' | b'/' => {
                out.push(byte as char)
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A URL or template of a server without its user. Mapreel keeps the names of credentials in that place, and a server must not
/// choose a credential.
fn without_user(named: &str) -> String {
    let Some((scheme, rest)) = named.split_once("://") else { return named.to_owned() };
    let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..authority].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => named.to_owned(),
    }
}

/// A URL or template with the name of a credential as its user.
pub fn with_credential(url: &str, credential: Option<&str>) -> String {
    match (credential, url.split_once("://")) {
        (Some(name), Some((scheme, rest))) => format!("{scheme}://{name}@{rest}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_have_no_case_and_are_said_once() {
        let mut request = ServiceUrl::parse("http://h/wms?map=/a b.map&Styles=x&STYLES=y&&").unwrap();
        request.set("styles", "raster/rainbow; mode");
        assert_eq!(request.url(), "http://h/wms?map=/a%20b.map&Styles=raster/rainbow%3B%20mode");
    }
}
