//! Time: valid times as text, periods, intervals and time axes; and times as the page shows them, in a zone and a language.

pub mod axis_reader;
pub mod entry;
pub mod form;
pub mod ignored;
pub mod interval;
pub mod intervals;
pub mod iso8601;
pub mod language;
pub mod number_style;
pub mod period;
pub mod time_axis;
pub mod time_error;
pub mod time_pattern;
pub mod time_style;
pub mod valid_time;
pub mod zone;
