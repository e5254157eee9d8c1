//! What web map servers say of themselves.

mod capabilities;

pub use capabilities::capabilities;
