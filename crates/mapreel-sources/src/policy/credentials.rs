//! Secrets for upstreams. The operator configures them under a name, and a request can only refer to that name.
//!
//! A URL that needs a credential has the credential's name as its user (`https://NAME@host/…`), also in plans, caches and
//! recordings. Only here, when the request is sent, the name is replaced by the secret in a header or parameter, and only for the
//! hosts that the operator has listed. So a secret is in no plan, no log, no manifest and no message.

use crate::error::Error;
use crate::host::host;
use reqwest::RequestBuilder;
use reqwest::header::{HeaderName, HeaderValue};
use std::collections::HashMap;
use std::fmt;
use url::Url;

/// Credentials by their names.
#[derive(Clone, Default)]
pub struct Credentials(HashMap<String, Credential>);

/// A secret, and the servers that may get it.
#[derive(Clone)]
pub struct Credential {
    origins: Vec<Origin>,
    secret: Secret,
}

/// The server that a secret is for: a host under a scheme and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    scheme: &'static str,
    /// In lower case; `*.example.org` for all names below `example.org`.
    host: String,
    port: u16,
}

impl Origin {
    /// Reads `wms.example.org`, which is https on 443, `wms.example.org:8443`, `http://wms.internal:8080`, `*.example.org`.
    fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.trim().split_once("://").unwrap_or(("https", text.trim()));
        let (scheme, usual) =
            [("https", 443), ("http", 80)].into_iter().find(|(known, _)| scheme.eq_ignore_ascii_case(known))?;
        let (below, name) = rest.strip_prefix("*.").map_or(("", rest), |name| ("*.", name));
        // Normalised as in URLs: names in lower case and ASCII, addresses in one notation.
        let url = Url::parse(&format!("{scheme}://{name}")).ok()?;
        let is_bare = url.path() == "/" && !name.ends_with('/') && url.query().is_none() && url.fragment().is_none();
        let has_user = !url.username().is_empty() || url.password().is_some();
        let host = url.host_str().filter(|_| is_bare && !has_user)?;
        Some(Self { scheme, host: format!("{below}{host}"), port: url.port().unwrap_or(usual) })
    }

    fn is_of(&self, url: &Url) -> bool {
        let name = url.host_str().unwrap_or_default();
        let is_host = match self.host.strip_prefix("*.") {
            Some(domain) => name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')),
            None => self.host == name,
        };
        is_host && url.scheme() == self.scheme && url.port_or_known_default() == Some(self.port)
    }
}

/// How a secret is sent to the server.
#[derive(Clone)]
pub enum Secret {
    /// A header.
    Header(String, String),
    /// User and password (RFC 7617).
    Basic(String, String),
    /// A token (RFC 6750).
    Bearer(String),
    /// A parameter of the URL.
    Query(String, String),
}

/// Why a credential cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCredential {
    /// The list of hosts is empty, or an entry of it is not a host.
    #[error(
        "`hosts` names no host; write them like `wms.example.org`, `*.example.org:8443` or `http://wms.internal:8080`"
    )]
    NoHost,
    /// The header's name or value has characters that no header may have.
    #[error("the header cannot be sent; write it like `X-Api-Key: secret`")]
    Header,
    /// The token has characters that no header may have.
    #[error("the token cannot be sent in a header")]
    Token,
}

impl Credential {
    /// A secret for hosts: `wms.example.org` and `*.example.org` mean https on port 443, `wms.example.org:8443` means https on that port;
    /// other schemes are written out, as in `http://wms.internal:8080`.
    ///
    /// # Errors
    /// The list of hosts is empty or wrong, or the secret cannot be sent.
    pub fn new(hosts: &[String], secret: Secret) -> Result<Self, BadCredential> {
        let origins: Option<Vec<Origin>> = hosts.iter().map(|host| Origin::parse(host)).collect();
        let origins = origins.filter(|origins| !origins.is_empty()).ok_or(BadCredential::NoHost)?;
        let sendable = |value: &str| HeaderValue::from_str(value).is_ok();
        match &secret {
            Secret::Header(name, value) if HeaderName::try_from(name).is_err() || !sendable(value) => {
                return Err(BadCredential::Header);
            }
            Secret::Bearer(token) if !sendable(token) => return Err(BadCredential::Token),
            _ => {}
        }
        Ok(Self { origins, secret })
    }

    /// Whether the server of a URL may get the secret.
    pub(crate) fn is_for(&self, url: &Url) -> bool {
        self.origins.iter().any(|origin| origin.is_of(url))
    }

    /// The URL, with the secret as a parameter if it is sent so and the host may get it.
    pub(crate) fn address(&self, url: &Url) -> Url {
        let mut url = url.clone();
        if let Secret::Query(name, value) = &self.secret
            && self.is_for(&url)
        {
            url.query_pairs_mut().append_pair(name, value);
        }
        url
    }

    /// The request, with the secret in a header if it is sent so and the host may get it.
    pub(crate) fn sign(&self, request: RequestBuilder, url: &Url) -> RequestBuilder {
        if !self.is_for(url) {
            return request;
        }
        match &self.secret {
            Secret::Header(name, value) => request.header(name, value),
            Secret::Basic(user, password) => request.basic_auth(user, Some(password)),
            Secret::Bearer(token) => request.bearer_auth(token),
            Secret::Query(..) => request,
        }
    }
}

impl Credentials {
    /// Adds a credential; it replaces one with the same name.
    pub fn add(&mut self, name: impl Into<String>, credential: Credential) {
        self.0.insert(name.into(), credential);
    }

    /// The credential whose name is the user of a URL; `None`: the URL has no user.
    ///
    /// # Errors
    /// There is no credential with that name, or it is not for this host.
    pub(crate) fn named_in(&self, url: &Url) -> Result<Option<&Credential>, Error> {
        if url.username().is_empty() {
            return Ok(None);
        }
        let name = url.username().to_owned();
        let refuse = |what: String| Error::NoCredential { host: host(url), what };
        let known =
            self.0.get(&name).ok_or_else(|| refuse(format!("`{name}`, and the operator has named none such")))?;
        if !known.is_for(url) {
            return Err(refuse(format!("`{name}`, which the operator has not given for this scheme, host and port")));
        }
        Ok(Some(known))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_for_its_hosts_under_their_scheme_and_port_and_for_no_other() {
        let check = |hosts: &str, url: &str, expected: bool| {
            let hosts: Vec<String> = hosts.split(' ').map(str::to_owned).collect();
            let credential = Credential::new(&hosts, Secret::Bearer("t".into())).unwrap();
            assert_eq!(credential.is_for(&Url::parse(url).unwrap()), expected, "{url}");
        };
        check("wms.example.org", "https://wms.example.org/a", true);
        check("WMS.example.org", "https://wms.EXAMPLE.org:443/a", true);
        check("wms.example.org", "http://wms.example.org/a", false);
        check("wms.example.org", "https://wms.example.org:8443/a", false);
        check("wms.example.org", "http://wms.example.org:443/a", false);
        check("wms.example.org:8443", "https://wms.example.org:8443/a", true);
        check("http://wms.internal:8080", "http://wms.internal:8080/a", true);
        check("http://wms.internal:8080", "https://wms.internal:8080/a", false);
        check("http://wms.internal", "http://wms.internal/a", true);
        check("http://127.0.0.1:8080", "http://0x7f.1:8080/a", true);
        check("http://[::1]:8080", "http://[0:0::1]:8080/a", true);
        check("*.example.org", "https://a.b.example.org/", true);
        check("*.example.org", "https://example.org/", false);
        check("*.example.org", "https://evilexample.org/", false);
        check("*.example.org:8443", "https://a.example.org:8443/", true);
        check("a b", "https://c/", false);
    }

    #[test]
    fn an_entry_that_is_no_host_is_refused() {
        for host in
            ["", "/", "a/b", "https://a/", "https://a/b", "ftp://a", "user@a", "a?b", "a:99999", "https://", "*."]
        {
            assert!(Credential::new(&[host.to_owned()], Secret::Bearer("t".into())).is_err(), "{host}");
        }
        assert!(Credential::new(&[], Secret::Bearer("t".into())).is_err());
    }

    #[test]
    fn a_name_that_is_not_known_or_not_for_the_host_is_refused_without_a_secret() {
        let mut credentials = Credentials::default();
        credentials.add("key", Credential::new(&["http://a".into()], Secret::Bearer("hush-hush".into())).unwrap());
        let refused = |url: &str| credentials.named_in(&Url::parse(url).unwrap()).err().unwrap().to_string();
        assert_eq!(
            refused("http://other@a/"),
            "`a` is to be asked with the credential `other`, and the operator has named none such"
        );
        assert!(refused("http://key@b/").contains("not given for this scheme, host and port"));
        assert!(credentials.named_in(&Url::parse("http://key@a/x?y=1").unwrap()).unwrap().is_some());
        assert!(!format!("{credentials:?}").contains("hush"));
    }
}
