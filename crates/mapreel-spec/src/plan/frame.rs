//! A frame of a film, as it is planned.

use mapreel_geo::ValidTime;
use serde::{Deserialize, Serialize};

/// One frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Its valid time.
    pub time: Option<ValidTime>,
    /// The value of the dimension that the film runs along, if it is not time.
    pub value: Option<String>,
    /// The time that the header shows: the valid time, or, of an image that was asked for without one, the time of the data
    /// where that is the same for all its layers.
    pub shown: Option<ValidTime>,
    /// The same, or the value, in the header's words.
    pub time_text: Option<String>,
}
