//! A layer of a WMTS: what a request says of it, what its server says of it, and which tiles show a map.

mod asked;
mod pictures;
mod resolve;
#[cfg(test)]
mod tests;

pub(super) use asked::{WmtsFields, read};
