//! Bounds on what upstreams may cost, and what is sent to them.

use crate::decode::wanted::Wanted;
use crate::policy::credentials::Credentials;
use crate::policy::egress::Egress;
use mapreel_spec::ANSWER_BYTES_MAX;
use std::time::Duration;

/// The longest capabilities document, in bytes.
pub const CAPABILITIES_BYTES_MAX: usize = 64 << 20;

/// Bounds on what upstreams may cost. Every one has a default that suits ordinary servers.
#[derive(Debug, Clone)]
pub struct Config {
    /// Until a connection stands.
    pub connect_timeout: Duration,
    /// Until the whole answer is here, however it comes; one attempt.
    pub answer_timeout: Duration,
    /// The longest answer, also after decompression; that for a piece of a mosaic is as long as its pixels allow.
    pub answer_bytes_max: usize,
    /// The longest capabilities document.
    pub capabilities_bytes_max: usize,
    /// How long what a server says of itself is taken for true.
    pub capabilities_lifetime: Duration,
    /// Redirects followed for one request.
    pub redirects_max: u32,
    /// Requests under way at one host and port for one owner; all owners together have four times as many.
    pub per_host_max: usize,
    /// Attempts for one request.
    pub attempts_max: u32,
    /// Answers kept for the run.
    pub cache_bytes_max: usize,
    /// Which upstreams may be asked at all.
    pub egress: Egress,
    /// Secrets that requests may name.
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
