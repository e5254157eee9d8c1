//! The small picture of a job's newest drawn frame: an object of the claim that drew it, so that no other holder writes to it.

use super::job::Job;
use super::part::{Kind, Part, PartState};
use super::state::State;

/// The name of the small picture, for [`Claim::key`](super::Claim::key).
pub const PREVIEW: &str = "preview.jpeg";

impl Job {
    /// The key of the job's preview, the small picture of its newest drawn frame; `None`: no part has stored one yet, or it was deleted. The
    /// preview is of the last finished segment; in a job without segments, of its file. It is stored beside the object of the same claim.
    pub fn preview_key(&self) -> Option<String> {
        let drawn = |part: &&Part| matches!(part.kind, Kind::Segment(_)) && part.state == PartState::Done;
        let of_segment = self.parts.iter().rev().find(drawn).and_then(|part| part.key.as_deref());
        let of_whole = || Some(self.outcome.as_ref()?.key.as_str());
        let is_kept = matches!(self.state, State::Pending | State::Running | State::Success);
        let (claim, _) = of_segment.or_else(of_whole).filter(|_| is_kept)?.rsplit_once('.')?;
        Some(format!("{claim}.{PREVIEW}"))
    }
}
