//! What a WMTS says of itself: its capabilities as plain data, and their reader.

pub mod capabilities;
pub mod reader;
