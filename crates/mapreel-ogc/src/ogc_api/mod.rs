//! What OGC API – Maps and OGC API – Tiles say: landing pages, collections, tile sets.

pub mod collection;
pub mod crs;
pub mod extent;
pub mod page;
pub mod tileset;
