//! Hints: the content of the messages about parts that wait, and which hints the broker has confirmed.

use super::id::JobId;
use super::job::Job;
use super::part::PartState;
use super::service::Service;
use super::time::Time;
use crate::Error;

/// The content of a message about a part that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hint {
    /// The index of the part.
    pub part: usize,
    /// How often the part was claimed before.
    pub token: u64,
    /// When it can be claimed.
    pub at: Time,
}

/// Hints of a job that are to be published.
#[derive(Debug, Clone)]
pub(crate) struct Announcement {
    pub job: JobId,
    pub service: Service,
    pub hints: Vec<Hint>,
}

/// A store that marks the hints which the broker has confirmed. Hints without the mark are published again.
#[async_trait::async_trait]
pub(crate) trait Confirm: Send + Sync {
    /// Marks hints of a job as confirmed.
    async fn confirmed(&self, job: JobId, hints: &[Hint]) -> Result<(), Error>;
}

impl Job {
    /// The parts that can be claimed now or later and that the broker has not confirmed.
    pub(crate) fn unannounced(&self) -> impl Iterator<Item = Hint> {
        let open = !self.state.is_final();
        let parts = self.parts.iter().enumerate();
        let unannounced = parts.filter(move |(_, part)| open && part.state == PartState::Ready && !part.announced);
        unannounced.map(|(index, part)| Hint { part: index, token: part.token, at: part.at })
    }

    /// Marks the parts of these hints as announced, unless they have been claimed since.
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
