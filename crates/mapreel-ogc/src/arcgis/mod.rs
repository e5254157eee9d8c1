//! Readers of what ArcGIS Server answers about its services, in the JSON of the ArcGIS REST API.

pub mod legend;
pub mod pyramid;
pub mod service;
pub mod service_kind;
pub mod spatial_reference;
pub mod times;
