//! What services of ArcGIS say of themselves, in the JSON of its REST API.

mod pyramid;
mod service;
mod times;

pub(crate) use service::{Service, ServiceKind, Sublayer, number, read_document};
pub(crate) use times::{TimeInfo, moment};
