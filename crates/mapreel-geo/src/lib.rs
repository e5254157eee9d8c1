//! Place and time: coordinate reference systems, extents and projections; valid times, intervals and time axes.
//!
//! Everything here is a pure function of its arguments: no network, files, clock or pixels.

pub mod place;
pub mod time;

pub use place::axes::{AxisOrder, of as axis_order};
pub use place::bbox::Bbox;
pub use place::crs::Crs;
pub use place::extent::Extent;
pub use place::projection::Projection;
pub use time::axis_reader::Allowance;
pub use time::entry::expand as expand_times;
pub use time::ignored::Ignored;
pub use time::time_axis::{Side, TimeAxis};
pub use time::time_error::TimeError;
pub use time::valid_time::ValidTime;
pub use time::zone::Zone;
