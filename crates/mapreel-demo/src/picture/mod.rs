//! Pictures: of a part of the world, and of a legend.

pub(crate) mod coverage;
pub(crate) mod digits;
pub(crate) mod legend;
pub(crate) mod map;
mod png;
pub(crate) mod sampler;
pub(crate) mod view;
