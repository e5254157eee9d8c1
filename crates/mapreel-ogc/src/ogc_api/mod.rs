//! Readers of the documents of OGC API – Maps and OGC API – Tiles: landing pages, collections, tile sets.

pub mod collection;
pub mod crs;
pub mod extent;
pub mod page;
pub mod tileset;
