//! The settings of the front door: who may speak to the API, and how much.

use super::Reader;
use crate::origin::Origin;

/// Who may speak to the API, and how much.
#[derive(Debug, Clone)]
pub(crate) struct FrontDoor {
    /// Where clients reach it.
    pub public: Option<Origin>,
    /// Origins of other pages that may use it.
    pub cors_origins: Vec<Origin>,
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
    let cors_origins = r.list("cors_origins");
    let connections = r.count::<u32>("connections_max");
    Some(FrontDoor { public: public?, cors_origins: cors_origins?, connections_max: connections? as usize })
}
