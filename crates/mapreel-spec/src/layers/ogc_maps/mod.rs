//! A map of OGC API – Maps (20-058) or, where a server has none, of OGC API – Tiles (20-057): from a landing page or a collection
//! by links to the pictures. What a server declares to conform to does not matter: its links and its list of CRSs decide.

mod asked;
mod pictures;
mod resolve;
#[cfg(test)]
mod tests;

pub(super) use asked::{OgcMapsFields, read};
