//! A text behind a layer's title, as it stands in the header.

use serde::{Deserialize, Serialize};

/// A text behind a layer's title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedLabel {
    /// The text.
    pub text: String,
    /// Whether it says that the time of the data is not the frame's, or not known to be.
    pub marked: bool,
}
