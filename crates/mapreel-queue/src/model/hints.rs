//! What the broker is told of, and what it has been told.

use super::job::{Job, PartState};
use super::time::Time;

/// What the broker is told of: a part that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hint {
    /// The index of the part.
    pub part: usize,
    /// How often it was claimed before.
    pub token: u64,
    /// When it can be claimed.
    pub at: Time,
}

impl Job {
    /// The parts that can be claimed now or later and that the broker does not know of.
    pub(crate) fn unannounced(&self) -> impl Iterator<Item = Hint> {
        let open = !self.state.is_final();
        let parts = self.parts.iter().enumerate();
        let unannounced = parts.filter(move |(_, part)| open && part.state == PartState::Ready && !part.announced);
        unannounced.map(|(index, part)| Hint { part: index, token: part.token, at: part.at })
    }

    /// The broker has been told of these parts.
    pub(crate) fn announced(&mut self, hints: &[Hint]) {
        for hint in hints {
            if let Some(part) = self.parts.get_mut(hint.part)
                && part.state == PartState::Ready
                && part.token == hint.token
            {
                part.announced = true;
            }
        }
    }
}
