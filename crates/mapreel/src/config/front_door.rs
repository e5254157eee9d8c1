//! The settings of access to the API: origins, keys, connections and quotas of clients.

use super::origin::Origin;
use super::proxies::Proxies;
use super::reader::Reader;
use crate::keys::file;
use crate::keys::key::Keys;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The settings of access to the API.
#[derive(Debug, Clone)]
pub(crate) struct FrontDoor {
    /// The origin of the service's public URL.
    pub public: Option<Origin>,
    /// Origins of other web pages that may use the API.
    pub cors_origins: Vec<Origin>,
    pub trusted_proxies: Proxies,
    /// The file of keys, and the keys in it.
    pub keys: Option<(PathBuf, Keys)>,
    pub operations_listen: Option<SocketAddr>,
    pub connections_max: usize,
    pub connections_per_address_max: usize,
    pub streams_max: usize,
    pub streams_per_client_max: usize,
    /// The longest life of an event stream.
    pub stream_life: Duration,
    /// How long a client may read nothing of its answer.
    pub write_timeout: Duration,
    pub requests_per_minute_max: u32,
    pub frames_per_hour_max: u32,
    pub upstream_requests_per_hour_max: u32,
    /// The most open jobs of one client; without this limit, a number above that of the store.
    pub open_jobs_per_client_max: u32,
}

pub(super) fn read(r: &mut Reader) -> Option<FrontDoor> {
    let public = match r.text("public_url").as_str() {
        "" => None,
        url => Origin::of(url).inspect_err(|_| r.refuse("public_url", "")).ok(),
    };
    let (cors_origins, trusted_proxies) = (r.list("cors_origins"), r.list("trusted_proxies"));
    let keys = keys(r);
    let operations_listen = r.optional("operations_listen");
    let (connections, per_address) = (r.count::<u32>("connections_max"), r.count::<u32>("connections_per_address_max"));
    let (streams, per_client) = (r.count::<u32>("streams_max"), r.count::<u32>("streams_per_client_max"));
    let (stream_life, write_timeout) = (r.duration("stream_s_max"), r.duration("write_timeout_s"));
    let (requests, frames) = (r.count("requests_per_minute_max"), r.count("frames_per_hour_max"));
    let upstream_requests = r.count("upstream_requests_per_hour_max");
    let open_jobs = match r.text("open_jobs_per_client_max").as_str() {
        "auto" => Some(u32::MAX),
        _ => r.count("open_jobs_per_client_max"),
    };
    Some(FrontDoor {
        public,
        cors_origins: cors_origins?,
        trusted_proxies: Proxies::new(trusted_proxies?),
        keys,
        operations_listen,
        connections_max: connections? as usize,
        connections_per_address_max: per_address? as usize,
        streams_max: streams? as usize,
        streams_per_client_max: per_client? as usize,
        stream_life: stream_life?,
        write_timeout: write_timeout?,
        requests_per_minute_max: requests?,
        frames_per_hour_max: frames?,
        upstream_requests_per_hour_max: upstream_requests?,
        open_jobs_per_client_max: open_jobs?,
    })
}

/// The file of keys and the keys in it; `None`: no file is named, or the file is refused.
fn keys(r: &mut Reader) -> Option<(PathBuf, Keys)> {
    let path = PathBuf::from(Some(r.text("keys")).filter(|path| !path.is_empty())?);
    match file::read(&path) {
        Ok(keys) => Some((path, keys)),
        Err(problems) => {
            r.problems.extend(problems);
            None
        }
    }
}
