//! The content of a message.

use crate::model::JobId;
use serde::{Deserialize, Serialize};

/// A part that waits. The worker that gets the message claims the part whose turn it is, which may be another one.
#[derive(Serialize, Deserialize)]
pub(super) struct Message {
    pub job: JobId,
    pub part: usize,
}
