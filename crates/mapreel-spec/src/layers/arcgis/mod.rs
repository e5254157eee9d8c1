//! A `MapServer` or `ImageServer` of ArcGIS, asked by its REST API: for pictures (`export`, `exportImage`), or for the tiles of
//! its cache.
//!
//! Such a server draws in every CRS that it knows by number, so a layer is asked for in the map's. It writes x before y in every
//! CRS, and its times are milliseconds since 1970.

mod asked;
mod parts;
mod pictures;
mod resolve;
#[cfg(test)]
mod tests;

pub(super) use asked::{ArcGisFields, read};
