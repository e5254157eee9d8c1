//! A job as it is accepted.

use crate::model::id::JobId;
use crate::model::job::Job;
use crate::model::part::{Kind, Part, PartState};
use crate::model::state::State;
use crate::model::submission::NewJob;
use crate::model::time::Time;

impl Job {
    /// A new, pending job; `turn` is the turn of its owner.
    pub(crate) fn new(id: JobId, new: &NewJob, turn: i64, now: Time) -> Self {
        Self {
            id,
            service: new.service,
            owner: new.owner.clone(),
            title: new.title.clone(),
            state: State::Pending,
            version: 1,
            created: now,
            waits_from: None,
            changed: now,
            started: None,
            finished: None,
            expires: None,
            parts: parts(&new.segments, now),
            frames_done: 0,
            turn,
            request_sha256: new.request_sha256.clone(),
            waiting: None,
            plan_version: 0,
            prepared_again: 0,
            outcome: None,
            failure: None,
            garbage: None,
        }
    }
}

/// The parts, in the order in which they can be done. A single segment gives one part; several give the preparation, the segments, and
/// assembling.
fn parts(segments: &[u32], now: Time) -> Vec<Part> {
    if let [frames] = segments {
        return vec![Part::new(Kind::Whole, *frames, now)];
    }
    let (first, last) = (Part::new(Kind::Prepare, 0, now), Part::new(Kind::Assemble, 0, now));
    let segments = (0..).zip(segments).map(|(number, frames)| Part::new(Kind::Segment(number), *frames, now));
    std::iter::once(first).chain(segments).chain([last]).collect()
}

impl Part {
    fn new(kind: Kind, frames: u32, now: Time) -> Self {
        Self {
            kind,
            frames,
            state: if kind.stage() == 0 { PartState::Ready } else { PartState::Waiting },
            attempt: 0,
            token: 0,
            owner: String::new(),
            at: now,
            done: 0,
            key: None,
            suspect: false,
            spared: 0,
            announced: false,
        }
    }
}
