//! What a message says.

use crate::model::JobId;
use serde::{Deserialize, Serialize};

/// A part that waits. The worker that gets the message claims whichever part has its turn.
#[derive(Serialize, Deserialize)]
pub(super) struct Message {
    pub job: JobId,
    pub part: usize,
}
