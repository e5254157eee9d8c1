//! A frame of a film in a plan.

use mapreel_geo::ValidTime;
use serde::{Deserialize, Serialize};

/// One frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Its valid time.
    pub time: Option<ValidTime>,
    /// The value of the dimension that the film runs along, where that is not time.
    pub value: Option<String>,
    /// The time in the header: the valid time. Of an image without one, the time of the data, if all its layers have the
    /// same.
    pub shown: Option<ValidTime>,
    /// The text of that time, or of the value, in the header.
    pub time_text: Option<String>,
}
