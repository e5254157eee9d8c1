//! The address of a service, taken apart: its parameters can be read and set.

use url::Url;

/// Few servers read longer URLs, and every piece of a map repeats its server's.
pub const URL_BYTES_MAX: usize = 8192;

/// A URL taken apart at its query, whose parameter names have no case (OGC 06-042, 6.8.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceUrl {
    base: Url,
    parameters: Vec<(String, String)>,
}

impl ServiceUrl {
    /// Takes a URL apart.
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

    /// Sets a parameter, in place of all of that name.
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

    /// Removes the parameters whose name is such.
    pub fn remove_if(&mut self, is_such: impl Fn(&str) -> bool) {
        self.parameters.retain(|(name, _)| !is_such(name));
    }

    /// Sets a parameter where it is not there.
    pub fn set_default(&mut self, name: &str, value: &str) {
        if self.get(name).is_none() {
            self.set(name, value);
        }
    }

    /// Names the credential that it is asked with, in the place of a user: see `credentials.rs` of `mapreel-sources`.
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

    /// A URL or template that a server names, by the host at which this one reaches it: behind a proxy the server knows
    /// itself by another, `own_origin`.
    pub fn as_reached(&self, named: &str, own_origin: Option<&str>) -> String {
        // A template's braces must not be escaped, as they are where it is taken apart as a URL.
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

    /// A URL or template of the same server, asked for with the same credential; one of another server as it is.
    pub fn beside(&self, url: &str) -> String {
        match url.strip_prefix(&self.base.origin().ascii_serialization()) {
            Some(rest) if rest.starts_with(['/', '?']) => with_credential(url, self.credential()),
            _ => url.to_owned(),
        }
    }

    fn credential(&self) -> Option<&str> {
        Some(self.base.username()).filter(|name| !name.is_empty())
    }

    /// Whether servers will not read it.
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

/// A URL or template of a server's without the user that it names: that place is for the names of credentials, which are not the
/// server's to choose.
fn without_user(named: &str) -> String {
    let Some((scheme, rest)) = named.split_once("://") else { return named.to_owned() };
    let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..authority].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => named.to_owned(),
    }
}

/// A URL or template that is asked for with a credential, by its name.
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
