//! The data that the pictures are drawn from: the temperatures of the sea, their months, and the land before them.

pub(crate) mod broken_data;
pub(crate) mod field;
pub(crate) mod land;
pub(crate) mod mercator;
pub(crate) mod months;
mod numbers;
pub(crate) mod sea;
pub(crate) mod world;
