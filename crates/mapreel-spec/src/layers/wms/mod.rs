//! A layer of a WMS: what a request says of it, what its server says of it, and what follows for every frame.

mod asked;
mod named_legend;
mod pictures;
mod resolve;
#[cfg(test)]
mod tests;

pub(crate) use asked::Wms;
pub(super) use asked::{WmsFields, read};
