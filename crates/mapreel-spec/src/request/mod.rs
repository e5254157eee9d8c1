//! The request: its types, its limits, and the reader that collects all problems.

pub(crate) mod appearance;
pub(crate) mod colour;
pub(crate) mod design;
pub(crate) mod limits;
pub(crate) mod output;
pub(crate) mod problem;
pub(crate) mod read;
pub(crate) mod request;
pub(crate) mod room;
