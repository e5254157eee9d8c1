//! Place and time: coordinate reference systems, extents and projections; valid times, intervals and time axes.
//!
//! Everything here is a pure function of its arguments: no network, files, clock or pixels.
//!
//! ```
//! use jiff::Timestamp;
//! use mapreel_geo::{Bbox, Crs, TimeAxis};
//!
//! let alps = Bbox::new([5.0, 44.0, 17.0, 48.0]);
//! let metres = alps.convert(Crs::Geographic, Crs::WebMercator).expect("the projection holds there");
//! assert!(metres.width() > 1.3e6);
//!
//! let now: Timestamp = "2026-01-10T12:00:00Z".parse().expect("RFC 3339");
//! let axis = TimeAxis::parse("2026-01-01/2026-01-31/P1D", now).expect("a start, an end and a step");
//! let last = axis.last_times(2).expect("it has steps");
//! assert_eq!(last[1].text(), "2026-01-10");
//! ```

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
pub use time::language::Language;
pub use time::number_style::{NumberStyle, superscript};
pub use time::time_axis::{Side, TimeAxis};
pub use time::time_error::TimeError;
pub use time::time_pattern::{TimeFormatError, TimePattern};
pub use time::time_style::{TimeFormat, TimeStyle};
pub use time::valid_time::ValidTime;
pub use time::zone::Zone;
