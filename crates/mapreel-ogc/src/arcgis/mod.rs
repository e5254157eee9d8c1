//! What services of ArcGIS say of themselves, in the JSON of its REST API.

pub mod legend;
pub mod pyramid;
pub mod service;
pub mod service_kind;
pub mod spatial_reference;
pub mod times;
