//! Bounds on the time, bytes and requests of upstreams, and the credentials that are sent to them.

use crate::decode::wanted::Wanted;
use crate::policy::credentials::Credentials;
use crate::policy::egress::Egress;
use mapreel_spec::ANSWER_BYTES_MAX;
use std::time::Duration;

/// The longest capabilities document, in bytes.
pub const CAPABILITIES_BYTES_MAX: usize = 64 << 20;

/// Bounds on the time, bytes and requests of upstreams. Every bound has a default that suits ordinary servers.
#[derive(Debug, Clone)]
pub struct Config {
    /// How long a connection may take to be established.
    pub connect_timeout: Duration,
    /// How long one attempt may take until the whole answer has arrived.
    pub answer_timeout: Duration,
    /// The longest answer in bytes, also after decompression. For a piece of a mosaic, the bound depends on the piece's pixels instead.
    pub answer_bytes_max: usize,
    /// The longest capabilities document.
    pub capabilities_bytes_max: usize,
    /// How long a capabilities document is kept.
    pub capabilities_lifetime: Duration,
    /// Redirects followed for one request.
    pub redirects_max: u32,
    /// The most concurrent requests to one host and port for one owner; all owners together may have four times as many.
    pub per_host_max: usize,
    /// Attempts for one request.
    pub attempts_max: u32,
    /// The bytes of answers that a run caches.
    pub cache_bytes_max: usize,
    /// The rules for which upstreams may be asked.
    pub egress: Egress,
    /// The secrets that requests may refer to by name.
    pub credentials: Credentials,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            answer_timeout: Duration::from_secs(30),
            answer_bytes_max: ANSWER_BYTES_MAX,
            capabilities_bytes_max: CAPABILITIES_BYTES_MAX,
            capabilities_lifetime: Duration::from_secs(60),
            redirects_max: 3,
            per_host_max: 6,
            attempts_max: 3,
            cache_bytes_max: 8 << 20,
            egress: Egress::Any,
            credentials: Credentials::default(),
        }
    }
}

impl Config {
    /// The longest answer of a kind.
    pub(crate) fn bytes_max(&self, wanted: Wanted) -> usize {
        match wanted {
            Wanted::Capabilities | Wanted::CapabilitiesNow | Wanted::Description => self.capabilities_bytes_max,
            Wanted::Picture | Wanted::Json | Wanted::Styles => self.answer_bytes_max,
            Wanted::Piece { bytes_max, .. } => bytes_max,
        }
    }
}
