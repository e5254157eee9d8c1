//! Place: coordinate reference systems, their axes and datums; boxes and extents in them; the projection between them.

pub mod area_of_use;
pub mod axes;
mod axes_table;
mod backward_axes;
pub mod bbox;
pub mod crs;
mod datum;
mod datum_table;
pub mod extent;
mod extent_in_crs;
pub mod home;
pub mod parts;
pub mod projection;
