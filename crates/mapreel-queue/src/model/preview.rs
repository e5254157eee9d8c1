//! The small picture of a job's newest drawn frame: an object of the claim that drew it, so that no other holder writes to it.

use super::job::Job;
use super::part::{Kind, Part, PartState};
use super::state::State;

/// The name of the small picture, for [`Claim::key`](super::Claim::key).
pub const PREVIEW: &str = "preview.jpeg";

impl Job {
    /// The key of a small picture of its newest drawn frame, once there is one and as long as it is kept: that of the last segment that is
    /// finished, or of the file of a job without segments. It stands beside the object that the same claim has left.
    pub fn preview_key(&self) -> Option<String> {
        let drawn = |part: &&Part| matches!(part.kind, Kind::Segment(_)) && part.state == PartState::Done;
        let of_segment = self.parts.iter().rev().find(drawn).and_then(|part| part.key.as_deref());
        let of_whole = || Some(self.outcome.as_ref()?.key.as_str());
        let is_kept = matches!(self.state, State::Pending | State::Running | State::Success);
        let (claim, _) = of_segment.or_else(of_whole).filter(|_| is_kept)?.rsplit_once('.')?;
        Some(format!("{claim}.{PREVIEW}"))
    }
}
