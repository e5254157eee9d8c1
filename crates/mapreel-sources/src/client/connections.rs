//! The connections to upstreams. Only checked addresses are connected to.
//!
//! The resolver gets a name but no port, while entries of the list of allowed upstreams may have a port. So each port on that list has a
//! client of its own, whose resolver knows the port; all other ports share one client.

use crate::config::Config;
use crate::policy::egress::{Egress, NotPublic};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use url::Url;

/// Connections to upstreams.
pub(crate) struct Connections {
    by_port: HashMap<u16, reqwest::Client>,
    others: reqwest::Client,
}

impl Connections {
    /// # Errors
    /// The system's certificates cannot be read.
    pub(crate) fn new(config: &Config) -> reqwest::Result<Self> {
        let ports = config.egress.ports();
        let by_port = ports.into_iter().map(|port| Ok((port, client(config, Some(port))?)));
        Ok(Self { by_port: by_port.collect::<reqwest::Result<_>>()?, others: client(config, None)? })
    }

    /// The client for a URL.
    pub(crate) fn to(&self, url: &Url) -> &reqwest::Client {
        url.port_or_known_default().and_then(|port| self.by_port.get(&port)).unwrap_or(&self.others)
    }
}

fn client(config: &Config, port: Option<u16>) -> reqwest::Result<reqwest::Client> {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("mapreel/", env!("CARGO_PKG_VERSION"), " (+", env!("CARGO_PKG_REPOSITORY"), ")"))
        // `attempt.rs` follows redirects, and checks where they lead.
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(config.connect_timeout)
        .pool_max_idle_per_host(config.per_host_max);
    match &config.egress {
        Egress::Any => builder,
        egress => builder.no_proxy().dns_resolver(Arc::new(Checked { egress: egress.clone().into(), port })),
    }
    .build()
}

/// Resolves names as the system does, and returns the addresses of a name only if all of them may be asked. The client connects to the
/// returned addresses, so a name that changes between check and connection (DNS rebinding) has no effect.
struct Checked {
    egress: Arc<Egress>,
    port: Option<u16>,
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let (egress, port) = (self.egress.clone(), self.port);
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            egress.admit_all(name.as_str(), port, &addresses)?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Whether a request failed because its host name resolves to a forbidden address.
pub(crate) fn was_refused(error: &reqwest::Error) -> bool {
    let first: &(dyn std::error::Error + 'static) = error;
    std::iter::successors(Some(first), |error| error.source()).any(|error| error.is::<NotPublic>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// A request to `localhost` without the check of its URL: only the resolver can refuse it.
    async fn ask(list: &str, canary: &TcpListener) -> reqwest::Result<reqwest::Response> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let connections =
            Connections::new(&Config { egress: Egress::public(list).unwrap(), ..Config::default() }).unwrap();
        let url = Url::parse(&format!("http://localhost:{}/", canary.local_addr().unwrap().port())).unwrap();
        connections.to(&url).get(url).timeout(std::time::Duration::from_millis(300)).send().await
    }

    #[tokio::test]
    async fn a_name_with_private_addresses_is_not_connected_to() {
        let canary = TcpListener::bind("127.0.0.1:0").unwrap();
        canary.set_nonblocking(true).unwrap();
        let port = canary.local_addr().unwrap().port();
        let other = port ^ 1;
        for list in ["", &format!("localhost:{other}, 127.0.0.1:{other}, [::1]:{other}")] {
            let error = ask(list, &canary).await.unwrap_err();
            assert!(was_refused(&error), "{list}: {error:?}");
            assert!(canary.accept().is_err(), "{list}: connected");
        }
        for list in ["localhost", &format!("localhost:{port}"), &format!("127.0.0.1:{port}, [::1]:{port}")] {
            let error = ask(list, &canary).await.unwrap_err();
            assert!(error.is_timeout() && !was_refused(&error), "{list}: {error:?}");
            assert!(canary.accept().is_ok(), "{list}: not connected");
        }
    }
}
