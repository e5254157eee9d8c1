//! The value of a dimension other than time that a frame is asked for.

use serde::{Deserialize, Serialize};

/// The value of a dimension in a frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DimensionValue {
    /// The dimension's name, as the server writes it.
    pub name: String,
    /// The value in the request; `None` where the request names none.
    pub asked: Option<String>,
    /// The value that the server is asked for, as the server writes it; `None` where none is sent.
    pub used: Option<String>,
    /// Units of the values.
    pub units: Option<String>,
    /// Whether its values are the runs of a forecast.
    pub is_run: bool,
}
