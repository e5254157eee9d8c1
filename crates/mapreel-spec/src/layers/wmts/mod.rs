//! A layer of a WMTS: its fields, the server's description, and the tiles that show a map.

mod asked;
mod pictures;
mod resolve;
#[cfg(test)]
mod tests;

pub(super) use asked::{WmtsFields, read};
