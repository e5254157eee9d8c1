//! The objects of a request, each declared once with [`fields!`](fields). From that declaration follow the reader, the JSON
//! Schema and the tables in the documentation.

pub(crate) mod fields;
pub(crate) mod given;
pub(crate) mod numbers;
pub(crate) mod params;
pub(crate) mod shape;
pub(crate) mod texts;
pub(crate) mod words;
