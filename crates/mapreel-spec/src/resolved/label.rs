//! A label after a layer's title in the header.

use serde::{Deserialize, Serialize};

/// A label after a layer's title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedLabel {
    /// The text.
    pub text: String,
    /// Whether the time of the data differs from the frame's, or may differ.
    pub marked: bool,
}
