//! What a request may hold, said once: every object of it is declared with [`fields!`](fields), and from that declaration it is
//! read, described as JSON Schema and listed in the documentation.

pub(crate) mod fields;
pub(crate) mod given;
pub(crate) mod numbers;
pub(crate) mod params;
pub(crate) mod shape;
pub(crate) mod texts;
pub(crate) mod words;
