//! Secrets for upstreams, which the operator names and a request may only name.
//!
//! A URL that is asked for with a credential carries its name as the user (`https://NAME@host/…`), all the way through
//! plans, caches and recordings. Only here the name becomes a header or a parameter, at the moment of sending, and only for
//! the hosts that the operator has named. So a secret is in no plan, no log, no manifest and no message.

use crate::Error;
use crate::client::host;
use reqwest::RequestBuilder;
use reqwest::header::{HeaderName, HeaderValue};
use std::collections::HashMap;
use std::fmt;
use url::Url;

/// Credentials by their names.
#[derive(Clone, Default)]
pub struct Credentials(HashMap<String, Credential>);

/// A secret, and whom it is for.
#[derive(Clone)]
pub struct Credential {
    hosts: Vec<String>,
    secret: Secret,
}

/// How a secret is shown.
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

impl Credential {
    /// A secret for hosts: `wms.example.org`, `10.0.0.7:8080`, `*.example.org`. Without a port it is for every port.
    ///
    /// # Errors
    /// No host is named, or the secret cannot be sent.
    pub fn new(hosts: Vec<String>, secret: Secret) -> Result<Self, String> {
        if hosts.is_empty() || hosts.iter().any(|host| host.trim().is_empty() || host.contains('/')) {
            return Err("`hosts` names no host; write them like `wms.example.org` or `*.example.org`".into());
        }
        let sendable = |value: &str| HeaderValue::from_str(value).is_ok();
        match &secret {
            Secret::Header(name, value) if HeaderName::try_from(name).is_err() || !sendable(value) => {
                return Err("the header cannot be sent; write it like `X-Api-Key: secret`".into());
            }
            Secret::Bearer(token) if !sendable(token) => return Err("the token cannot be sent in a header".into()),
            _ => {}
        }
        Ok(Self { hosts: hosts.into_iter().map(|host| host.to_ascii_lowercase()).collect(), secret })
    }

    fn is_for(&self, url: &Url) -> bool {
        let name = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let with_port = format!("{name}:{}", url.port_or_known_default().unwrap_or_default());
        self.hosts.iter().any(|known| match known.strip_prefix("*.") {
            Some(domain) => name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')),
            None => *known == name || *known == with_port,
        })
    }

    /// The URL with the secret in it, if that is where it belongs and the host may have it.
    pub(crate) fn address(&self, url: &Url) -> Url {
        let mut url = url.clone();
        if let Secret::Query(name, value) = &self.secret
            && self.is_for(&url)
        {
            url.query_pairs_mut().append_pair(name, value);
        }
        url
    }

    /// The request with the secret in its headers, if that is where it belongs and the host may have it.
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

    /// A text of a server's without the secret, should it repeat it.
    pub(crate) fn redacted(&self, text: &str) -> String {
        let secret = match &self.secret {
            Secret::Header(_, value) | Secret::Basic(_, value) | Secret::Query(_, value) => value,
            Secret::Bearer(token) => token,
        };
        if secret.len() < 4 { text.to_owned() } else { text.replace(secret.as_str(), "xxx") }
    }
}

impl Credentials {
    /// Adds one, in place of any of that name.
    pub fn add(&mut self, name: impl Into<String>, credential: Credential) {
        self.0.insert(name.into(), credential);
    }

    /// Takes the name of a credential out of a URL and finds what it names.
    ///
    /// # Errors
    /// There is none of that name, or it is not for this host.
    pub(crate) fn take<'a>(&'a self, url: &mut Url) -> Result<Option<&'a Credential>, Error> {
        if url.username().is_empty() {
            return Ok(None);
        }
        let name = url.username().to_owned();
        let refuse = |what: String| Error::NoCredential { host: host(url), what };
        let known =
            self.0.get(&name).ok_or_else(|| refuse(format!("`{name}`, and the operator has named none such")))?;
        if !known.is_for(url) {
            return Err(refuse(format!("`{name}`, which the operator has not given for this host")));
        }
        // A URL with a host can lose its user.
        let _ = url.set_username("");
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
    fn a_secret_is_for_its_hosts_and_for_no_other() {
        let check = |hosts: &str, url: &str, expected: bool| {
            let hosts = hosts.split(' ').map(str::to_owned).collect();
            let credential = Credential::new(hosts, Secret::Bearer("t".into())).unwrap();
            assert_eq!(credential.is_for(&Url::parse(url).unwrap()), expected, "{url}");
        };
        check("wms.example.org", "https://wms.example.org/a", true);
        check("wms.example.org", "http://WMS.example.org:81/a", true);
        check("wms.example.org:443", "https://wms.example.org/a", true);
        check("wms.example.org:443", "http://wms.example.org/a", false);
        check("*.example.org", "https://a.b.example.org/", true);
        check("*.example.org", "https://example.org/", false);
        check("*.example.org", "https://evilexample.org/", false);
        check("a b", "http://c/", false);
    }

    #[test]
    fn a_name_that_is_not_known_or_not_for_the_host_is_refused_without_a_secret() {
        let mut credentials = Credentials::default();
        credentials.add("key", Credential::new(vec!["a".into()], Secret::Bearer("hush-hush".into())).unwrap());
        let refused = |url: &str| credentials.take(&mut Url::parse(url).unwrap()).err().unwrap().to_string();
        assert_eq!(
            refused("http://other@a/"),
            "`a` is to be asked with the credential `other`, and the operator has named none such"
        );
        assert!(refused("http://key@b/").contains("not given for this host"));
        let mut url = Url::parse("http://key@a/x?y=1").unwrap();
        let credential = credentials.take(&mut url).unwrap().unwrap();
        assert_eq!(url.as_str(), "http://a/x?y=1");
        assert_eq!(credential.redacted("your token hush-hush is old"), "your token xxx is old");
        assert!(!format!("{credentials:?}").contains("hush"));
    }
}
