//! The capabilities of a WMTS as plain data, and their reader.

pub mod capabilities;
pub mod reader;
