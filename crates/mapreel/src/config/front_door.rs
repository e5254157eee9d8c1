//! The settings of the front door: who may speak to the API, and how much.

use super::Reader;
use crate::keys::{self, Keys};
use crate::origin::Origin;
use crate::proxies::Proxies;
use std::path::PathBuf;

/// Who may speak to the API, and how much.
#[derive(Debug, Clone)]
pub(crate) struct FrontDoor {
    /// Where clients reach it.
    pub public: Option<Origin>,
    /// Origins of other pages that may use it.
    pub cors_origins: Vec<Origin>,
    pub trusted_proxies: Proxies,
    /// The file of keys, and those that it held.
    pub keys: Option<(PathBuf, Keys)>,
    pub connections_max: usize,
}

pub(super) fn read(r: &mut Reader) -> Option<FrontDoor> {
    let public = match r.text("public_url").as_str() {
        "" => Some(None),
        url => Origin::of(url).map(Some).ok(),
    };
    if public.is_none() {
        r.refuse("public_url", "");
    }
    let (cors_origins, trusted_proxies) = (r.list("cors_origins"), r.list("trusted_proxies"));
    let keys = keys(r);
    let connections = r.count::<u32>("connections_max");
    Some(FrontDoor {
        public: public?,
        cors_origins: cors_origins?,
        trusted_proxies: Proxies::new(trusted_proxies?),
        keys: keys?,
        connections_max: connections? as usize,
    })
}

fn keys(r: &mut Reader) -> Option<Option<(PathBuf, Keys)>> {
    let path = match r.text("keys").as_str() {
        "" => return Some(None),
        path => PathBuf::from(path),
    };
    match keys::read(&path) {
        Ok(keys) => Some(Some((path, keys))),
        Err(problems) => {
            r.problems.extend(problems);
            None
        }
    }
}
