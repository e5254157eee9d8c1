//! The capabilities of a WMS as plain data, and their reader.

pub mod capabilities;
pub mod dimension_axes;
pub mod inherited;
pub mod legend;
pub mod reader;
pub mod scope;
