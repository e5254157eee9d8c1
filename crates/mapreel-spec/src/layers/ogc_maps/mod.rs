//! A map of OGC API – Maps (20-058) or, where a server has none, of OGC API – Tiles (20-057). Links lead from a landing page or a
//! collection to the pictures. The reader follows links and the list of CRSs, and ignores the list of conformance classes.

mod asked;
mod pictures;
mod resolve;
#[cfg(test)]
mod tests;

pub(super) use asked::{OgcMapsFields, read};
