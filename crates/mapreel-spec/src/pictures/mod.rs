//! The pictures from servers that make a layer, for an extent: mosaics of tiles, cuts of an extent, and what lies
//! outside.

pub(crate) mod cell;
pub(crate) mod cut;
pub(crate) mod grid;
pub(crate) mod map_service;
pub(crate) mod matrix_set;
pub(crate) mod mosaic;
pub(crate) mod outside;
pub(crate) mod tiles;
