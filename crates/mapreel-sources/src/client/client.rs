//! The HTTP client: all requests to upstreams go through it.

use super::attempt::Attempts;
use super::connections::Connections;
use super::readers::Readers;
use super::retry;
use crate::cache::answers::Answers;
use crate::cache::capabilities_cache::CapabilitiesCache;
use crate::config::Config;
use crate::decode::wanted::Wanted;
use crate::error::Error;
use crate::host::host;
use crate::policy::credentials::Credential;
use crate::policy::host_health::Patience;
use crate::policy::host_limiter::{HostLimiter, Permit};
use crate::policy::host_record::{HostRecord, HostRecords};
use bytes::Bytes;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use url::Url;

/// How long a run waits for a host that rests: for the end of the rest, and for the result of the probe after it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A guarded HTTP client with a cache for one run.
pub struct Client {
    shared: Arc<Shared>,
    cache: Answers,
    /// The owner of the job for which the client sends requests.
    owner: String,
    /// How long the client waits for hosts that rest.
    patience: Patience,
}

/// The state that all runs of a process share: connections, limits, and the health and records of hosts.
struct Shared {
    connections: Connections,
    config: Config,
    limiter: HostLimiter,
    /// For each host: how many requests succeeded and failed, and how long they took.
    records: HostRecords,
    readers: Readers,
    /// The capabilities documents of servers, kept for a while.
    capabilities: CapabilitiesCache,
}

impl Client {
    /// A new client; it sends no request yet.
    ///
    /// # Errors
    /// The system's certificates cannot be read.
    pub fn new(config: Config) -> Result<Self, Error> {
        // A process has one provider of cryptography. The call fails if an earlier client has installed it, which does no harm.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let connections = Connections::new(&config)
            .map_err(|error| Error::Unreachable { host: "any".into(), reason: error.to_string() })?;
        let limiter = HostLimiter::new(config.per_host_max);
        let capabilities = CapabilitiesCache::new(config.capabilities_lifetime, config.capabilities_bytes_max);
        let (readers, records) = (Readers::new(), HostRecords::default());
        Ok(Self::of(Arc::new(Shared { connections, config, limiter, records, readers, capabilities }), ""))
    }

    fn of(shared: Arc<Shared>, owner: &str) -> Self {
        let cache = Answers::new(shared.config.cache_bytes_max);
        Self { shared, cache, owner: owner.to_owned(), patience: Patience::new(PATIENCE) }
    }

    /// A client for another run. It shares the connections with all clients, and the limits and the health of hosts with clients of the same
    /// owner. Its own cache is empty, so a request that failed in one run is sent again in the next.
    pub fn for_run(&self, owner: &str) -> Self {
        Self::of(self.shared.clone(), owner)
    }

    /// A client that does not wait for hosts that rest, because a person waits for its answers.
    pub fn without_waiting(self) -> Self {
        Self { patience: Patience::new(Duration::ZERO), ..self }
    }

    /// The records of the requests to each host, of all runs of the process: the host with the most failures first, then the slowest.
    pub fn hosts(&self) -> Vec<HostRecord> {
        self.shared.records.all()
    }

    /// The bytes behind a URL. Their first bytes at least have the wanted format. Where a server says that there is no tile, they are empty.
    ///
    /// # Errors
    /// The last attempt's error; see [`Error`].
    pub async fn get(&self, url: &str, wanted: Wanted) -> Result<Bytes, Error> {
        let parsed = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let mut parsed = parsed.ok_or_else(|| Error::BadUrl(mapreel_ogc::without_secrets(url)))?;
        // The user name in a URL is the name of a credential. It is removed before sending.
        let named = parsed.clone();
        let _ = parsed.set_username("");
        // The egress rules are checked again before each send. The check here keeps refused URLs out of the cache and the host limiter.
        self.shared.config.egress.admit(&parsed)?;
        let credential = self.shared.config.credentials.named_in(&named)?;
        let answer = match wanted {
            Wanted::Picture | Wanted::Piece { .. } | Wanted::Json | Wanted::Styles => {
                return self.cache.get(&wanted.key(url), self.fetch(parsed, credential, wanted)).await;
            }
            Wanted::Capabilities | Wanted::Description => match self.shared.capabilities.get(&wanted.key(url)) {
                Some(known) => return Ok(known),
                None => self.cache.get(&wanted.key(url), self.fetch(parsed, credential, wanted)).await?,
            },
            Wanted::CapabilitiesNow => self.fetch(parsed, credential, wanted).await?,
        };
        self.shared.capabilities.put(&wanted.key(url), &answer);
        Ok(answer)
    }

    async fn fetch(&self, url: Url, credential: Option<&Credential>, wanted: Wanted) -> Result<Bytes, Error> {
        let (host, began) = (host(&url), Instant::now());
        let result = self.attempts(url, credential, wanted).await;
        self.shared.records.note(&host, &result, began.elapsed());
        result
    }

    async fn attempts(&self, url: Url, credential: Option<&Credential>, wanted: Wanted) -> Result<Bytes, Error> {
        let Shared { connections, config, limiter, readers, .. } = &*self.shared;
        let (owner, patience, first) = (self.owner.as_str(), &self.patience, host(&url));
        let attempts = Attempts { connections, config, limiter, readers, owner, patience, credential, wanted };
        let (mut permit, mut number) = (None, 1);
        let result = loop {
            let result = attempts.attempt(&url, &mut permit).await;
            let Err(error) = &result else { break result };
            if permit.as_ref().is_none_or(Permit::must_rest) {
                break result;
            }
            number += 1;
            // A redirect has led the attempt to another host; the next attempt begins at the first host again.
            if let Some(other) = permit.take_if(|permit| permit.host() != first) {
                other.record(&result);
            }
            match retry::wait(error, number, config.attempts_max, fastrand::f64()) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => break result,
            }
        };
        if let Some(permit) = permit {
            permit.record(&result);
        }
        result
    }
}

/// The source of answers: the client, or a recording.
pub trait Upstreams: Send + Sync {
    /// The bytes behind a URL; see [`Client::get`].
    fn get<'a>(
        &'a self,
        url: &'a str,
        wanted: Wanted,
    ) -> Pin<Box<dyn Future<Output = Result<Bytes, Error>> + Send + 'a>>;
}

impl Upstreams for Client {
    fn get<'a>(
        &'a self,
        url: &'a str,
        wanted: Wanted,
    ) -> Pin<Box<dyn Future<Output = Result<Bytes, Error>> + Send + 'a>> {
        Box::pin(Client::get(self, url, wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::host_limiter::OWNERS_AT_ONCE;

    #[test]
    fn the_documents_state_the_limits_for_upstreams() {
        let config = Config::default();
        let promise = format!(
            "An upstream gets at most {} requests at once for one owner of jobs, {} for all together, {} s and {} MB for each answer, {} attempts",
            config.per_host_max,
            config.per_host_max * OWNERS_AT_ONCE,
            config.answer_timeout.as_secs(),
            config.answer_bytes_max >> 20,
            config.attempts_max,
        );
        assert!(include_str!("../../../../docs/REQUESTS.md").contains(&promise), "{promise}");
        let time = format!("an upstream gets {} s for its whole answer", config.answer_timeout.as_secs());
        for (file, text) in [
            ("DESIGN.md", include_str!("../../../../docs/DESIGN.md")),
            ("OPERATIONS.md", include_str!("../../../../docs/OPERATIONS.md")),
        ] {
            assert!(text.contains(&time), "{file}: {time}");
        }
    }
}
