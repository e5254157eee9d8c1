//! One attempt at a URL: redirects counted, every wait and every size bounded.

use super::connections::{Connections, was_refused};
use super::readers::Readers;
use crate::config::Config;
use crate::decode::answer::{Found, judge};
use crate::decode::wanted::Wanted;
use crate::error::Error;
use crate::host::host;
use crate::policy::credentials::Credential;
use crate::policy::egress::refused;
use crate::policy::host_health::Patience;
use crate::policy::host_limiter::{HostLimiter, Permit};
use bytes::Bytes;
use flate2::read::GzDecoder;
use mapreel_ogc::has_secrets;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, LOCATION, RETRY_AFTER};
use std::io::Read;
use std::time::{Duration, SystemTime};
use tokio::time::Instant;
use url::Url;

/// An answer with at most this many chunks (RFC 9112, 7.1) may have chunks of any size.
const CHUNKS_FREE: usize = 100_000;
/// In an answer with more chunks, the average chunk must have this many bytes: a chunk of one byte costs as much time as a chunk of some
/// thousand bytes.
const CHUNK_BYTES_MIN: usize = 32;

/// The parameters that all attempts at one URL share.
pub(crate) struct Attempts<'a> {
    pub connections: &'a Connections,
    pub config: &'a Config,
    pub limiter: &'a HostLimiter,
    pub readers: &'a Readers,
    pub owner: &'a str,
    pub patience: &'a Patience,
    pub credential: Option<&'a Credential>,
    pub wanted: Wanted,
}

impl Attempts<'_> {
    /// Makes an attempt. A request to a host to which a redirect leads needs a permit for that host; `permit` keeps that of the last host.
    pub(crate) async fn attempt(&self, url: &Url, permit: &mut Option<Permit>) -> Result<Bytes, Error> {
        let (mut url, mut is_secret) = (url.clone(), false);
        let mut until = Deadline::new(self.config.answer_timeout);
        for _ in 0..=self.config.redirects_max {
            // The wait for a permit is not the upstream's time, so the deadline moves on by that wait.
            let began = Instant::now();
            self.enter(&host(&url), permit).await?;
            until.at += began.elapsed();
            is_secret |= has_secrets(&url) || self.credential.is_some_and(|credential| credential.is_for(&url));
            let response = send(self.connections, self.config, &url, self.credential, self.wanted, &until).await?;
            let is_redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
            match response.headers().get(LOCATION) {
                Some(location) if is_redirect => url = next(&url, location.as_bytes())?,
                _ => {
                    let answer = receive(response, self.config, &url, self.wanted, &until, self.readers).await;
                    return answer.map_err(|error| if is_secret { without_text(error) } else { error });
                }
            }
        }
        Err(Error::Redirect { host: host(&url), what: format!("more than {} times", self.config.redirects_max) })
    }

    /// Takes a permit for a host, unless the attempt holds it already. A permit for another host is given back first: otherwise two attempts
    /// could each hold a permit that the other one waits for, a deadlock.
    async fn enter(&self, host: &str, permit: &mut Option<Permit>) -> Result<(), Error> {
        if permit.as_ref().is_some_and(|permit| permit.host() == host) {
            return Ok(());
        }
        if let Some(other) = permit.take() {
            other.record(&Ok::<(), Error>(()));
        }
        *permit = Some(self.limiter.acquire(self.owner, host, self.patience).await?);
        Ok(())
    }
}

/// The end of the time that an upstream has for its whole answer, redirects included. There is no second limit, neither for the first byte
/// nor between two bytes.
struct Deadline {
    at: Instant,
    allowed: Duration,
}

impl Deadline {
    fn new(allowed: Duration) -> Self {
        Self { at: Instant::now() + allowed, allowed }
    }

    /// The output of `what`, if it comes before the deadline; else an error, whose text `missing` makes.
    async fn keep<T>(
        &self,
        url: &Url,
        what: impl Future<Output = T>,
        missing: impl FnOnce(f64) -> String,
    ) -> Result<T, Error> {
        let late = |_| Error::TimedOut { host: host(url), what: missing(self.allowed.as_secs_f64()) };
        tokio::time::timeout_at(self.at, what).await.map_err(late)
    }
}

/// Sends one request, the first or one after a redirect, if the egress rules allow its URL.
async fn send(
    connections: &Connections,
    config: &Config,
    url: &Url,
    credential: Option<&Credential>,
    wanted: Wanted,
    until: &Deadline,
) -> Result<reqwest::Response, Error> {
    config.egress.admit(url)?;
    let address = credential.map_or_else(|| url.clone(), |credential| credential.address(url));
    let request = connections.to(url).get(address).header(ACCEPT, wanted.accepts()).header(ACCEPT_ENCODING, "gzip");
    let request = match credential {
        Some(credential) => credential.sign(request, url),
        None => request,
    };
    let sent = until.keep(url, request.send(), |s| format!("no answer within {s} s")).await?;
    let response = sent.map_err(|error| unsent(&error, config, url))?;
    config.egress.admit_peer(url, response.remote_addr())?;
    Ok(response)
}

/// The error without the server's text. A server that was sent a secret may repeat the secret in that text, in any encoding.
fn without_text(mut error: Error) -> Error {
    if let Error::Status { text, .. } | Error::Exception { text, .. } | Error::WrongKind { text, .. } = &mut error {
        text.clear();
    }
    error
}

/// Why there is no answer.
fn unsent(error: &reqwest::Error, config: &Config, url: &Url) -> Error {
    match error {
        error if was_refused(error) => refused(url),
        error if error.is_timeout() => {
            let reason = format!("no connection within {} s", config.connect_timeout.as_secs_f64());
            Error::Unreachable { host: host(url), reason }
        }
        error => Error::Unreachable { host: host(url), reason: root_cause(error) },
    }
}

/// The URL to which a redirect leads. A redirect from https to http, or to another scheme, is an error.
pub(crate) fn next(url: &Url, location: &[u8]) -> Result<Url, Error> {
    let refuse = |what: &str| Error::Redirect { host: host(url), what: what.into() };
    let location = std::str::from_utf8(location).map_err(|_| refuse("to something that is not a URL"))?;
    let next = url.join(location).map_err(|_| refuse("to something that is not a URL"))?;
    match (url.scheme(), next.scheme()) {
        ("https", "http") => Err(refuse("from https to http")),
        (_, "http" | "https") => Ok(next),
        _ => Err(refuse("to something that is neither http nor https")),
    }
}

async fn receive(
    mut response: reqwest::Response,
    config: &Config,
    url: &Url,
    wanted: Wanted,
    until: &Deadline,
    readers: &Readers,
) -> Result<Bytes, Error> {
    let host = host(url);
    let max = config.bytes_max(wanted);
    let too_large = || Error::TooLarge { host: host.clone(), max };
    if response.content_length().is_some_and(|length| length > max as u64) {
        return Err(too_large());
    }
    let mut body = Vec::with_capacity(response.content_length().unwrap_or(0) as usize);
    let mut chunks = 0;
    loop {
        let missing = |s| format!("not the whole answer within {s} s, but {} bytes", body.len());
        let chunk = match until.keep(url, response.chunk(), missing).await? {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(_) => return Err(Error::CutOff { host }),
        };
        if body.len() + chunk.len() > max {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
        chunks += 1;
        if chunks > CHUNKS_FREE && body.len() < chunks * CHUNK_BYTES_MIN {
            return Err(Error::Flood { host, what: "an answer in chunks of a few bytes" });
        }
    }
    let headers = response.headers().clone();
    let answer = Unread { host, status: response.status().as_u16(), body, headers, max };
    match answer.is_heavy() {
        false => answer.read(wanted),
        true => readers.read(move || answer.read(wanted)).await,
    }
}

/// A whole answer, not yet decompressed.
struct Unread {
    host: String,
    status: u16,
    body: Vec<u8>,
    headers: HeaderMap,
    /// The most bytes that the answer may have, also after decompression.
    max: usize,
}

impl Unread {
    fn encoding(&self) -> Option<Vec<u8>> {
        self.headers.get(CONTENT_ENCODING).map(|value| value.as_bytes().to_ascii_lowercase())
    }

    /// Whether the answer must be decompressed, or perhaps parsed as XML: the server's choice of content decides how long that takes.
    fn is_heavy(&self) -> bool {
        self.encoding().is_some_and(|encoding| encoding.ends_with(b"gzip"))
            || self.body.trim_ascii_start().starts_with(b"<")
    }

    /// Decompresses the answer, and checks that it is what was wanted.
    fn read(self, wanted: Wanted) -> Result<Bytes, Error> {
        let encoding = self.encoding();
        let Self { host, status, body, headers, max } = self;
        let body = match encoding.as_deref() {
            None | Some(b"identity" | b"") => body,
            Some(b"gzip" | b"x-gzip") => match inflate(&body, max) {
                Ok(body) if body.len() > max => return Err(Error::TooLarge { host, max }),
                Ok(body) => body,
                Err(_) => return Err(Error::CutOff { host }),
            },
            Some(_) => {
                let (found, wanted) = ("a content encoding that was not offered", "gzip or none");
                return Err(Error::WrongKind { host, found, wanted, text: String::new() });
            }
        };
        let found = judge(&host, status, &body, wanted).map_err(|mut error| {
            if let Error::Status { retry_after: asked, .. } | Error::Exception { retry_after: asked, .. } = &mut error {
                *asked = retry_after(&headers);
            }
            error
        })?;
        Ok(if found == Found::Nothing { Bytes::new() } else { Bytes::from(body) })
    }
}

/// Decompresses at most one byte more than `max`, so that a decompression bomb cannot fill the memory.
pub(crate) fn inflate(body: &[u8], max: usize) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    GzDecoder::new(body).take(max as u64 + 1).read_to_end(&mut out)?;
    Ok(out)
}

/// The header `Retry-After`: seconds or a date (RFC 9110, 10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    match text.trim().parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Some(httpdate::parse_http_date(text).ok()?.duration_since(SystemTime::now()).unwrap_or_default()),
    }
}

/// The innermost cause of an error: "connection refused", without the three messages around it.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
