//! A layer of a WMS: its fields, the server's description, and the pictures of every frame.

mod asked;
mod named_legend;
mod pictures;
mod resolve;
#[cfg(test)]
mod tests;

pub(crate) use asked::Wms;
pub(super) use asked::{WmsFields, read};
