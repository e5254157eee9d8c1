//! What services of ArcGIS say of themselves, in the JSON of its REST API.

mod legend;
mod pyramid;
mod service;
mod service_kind;
mod spatial_reference;
mod times;

pub(crate) use legend::swatches;
pub(crate) use service::{Service, Sublayer, read_document};
pub(crate) use service_kind::ServiceKind;
pub(crate) use spatial_reference::number;
pub(crate) use times::{TimeInfo, moment};
