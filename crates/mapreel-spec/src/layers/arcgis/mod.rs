//! A `MapServer` or `ImageServer` of ArcGIS, through its REST API: pictures (`export`, `exportImage`), or the tiles of its
//! cache.
//!
//! ArcGIS Server draws in every CRS whose number it knows, so pictures are asked for in the map's CRS. It writes x before y in
//! every CRS, and its times are milliseconds since 1970.

mod asked;
mod parts;
mod pictures;
mod resolve;
#[cfg(test)]
mod tests;

pub(super) use asked::{ArcGisFields, read};
