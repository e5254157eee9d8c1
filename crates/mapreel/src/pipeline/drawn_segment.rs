//! A drawn segment, as it is stored for assembling.

use super::gap_log::LayerGap;
use super::stored::StoredObject;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// A segment as an object.
#[derive(Serialize, Deserialize)]
pub(crate) struct DrawnSegment {
    pub missing: Vec<LayerGap>,
    pub encoded: Bytes,
}

impl StoredObject for DrawnSegment {
    const KIND: u8 = b's';
    const VERSION: u8 = 1;
}
