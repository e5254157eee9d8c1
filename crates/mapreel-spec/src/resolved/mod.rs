//! The resolved request: times, runs and values of dimensions, as its servers have answered, and the gaps among them.

pub(crate) mod axes;
pub(crate) mod dimension;
pub(crate) mod dimension_value;
pub(crate) mod gap;
pub(crate) mod label;
pub(crate) mod labels;
pub(crate) mod offered;
pub(crate) mod resolved;
pub(crate) mod run;
pub(crate) mod series;
pub(crate) mod timing;
pub(crate) mod value_axis;
