//! The values by which a store searches for jobs: which parts can be claimed, which leases run, and when time alone changes a job.

use crate::model::job::Job;
use crate::model::part::{Part, PartState};
use crate::model::settings::Settings;
use crate::model::state::State;
use crate::model::time::Time;

impl Job {
    /// The keys of the objects that are still needed when the job has ended.
    pub(crate) fn kept_keys(&self) -> Vec<String> {
        match &self.outcome {
            Some(outcome) if self.state == State::Success => {
                [outcome.key.clone(), outcome.manifest_key.clone()].into_iter().chain(self.preview_key()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The text that the search of a list reads, in lower case: title and id. It leaves out the owner, which may be a client's address that
    /// other clients must not learn.
    pub(crate) fn searched(&self) -> String {
        format!("{}\n{}", self.title.as_deref().unwrap_or_default(), self.id).to_lowercase()
    }

    /// The earliest time at which a part can be claimed; `None`: no part is ready.
    pub(crate) fn claimable_at(&self) -> Option<Time> {
        let ready = self.parts.iter().filter(|part| part.state == PartState::Ready).map(|part| part.at);
        ready.min().filter(|_| !self.state.is_final())
    }

    /// How many parts can be claimed now or later.
    pub(crate) fn ready(&self) -> usize {
        let ready = self.parts.iter().filter(|part| part.state == PartState::Ready).count();
        if self.state.is_final() { 0 } else { ready }
    }

    /// Whether no worker works on the job, and a part of it can be claimed now or later.
    pub(crate) fn waits_for_a_claim(&self) -> bool {
        self.state == State::Pending && self.ready() > 0
    }

    /// The parts that a holder has a lease on.
    pub(crate) fn leases(&self) -> impl Iterator<Item = &Part> {
        let open = !self.state.is_final();
        self.parts.iter().filter(move |part| open && part.state == PartState::Running)
    }

    /// When time alone will change the job: its artifact expires, or it fails because it took too long.
    pub(crate) fn ages_at(&self, settings: &Settings) -> Option<Time> {
        match self.state {
            State::Success => self.expires,
            State::Pending | State::Running => Some(self.waits_from().after(settings.wait_max)),
            _ => None,
        }
    }

    /// When the request document is deleted: with the artifact. After an end without an artifact it is kept for the same time.
    pub(crate) fn request_ends_at(&self, settings: &Settings) -> Option<Time> {
        self.expires.or_else(|| Some(self.finished?.after(settings.keep))).filter(|_| self.state.is_final())
    }

    /// When the record of the job is deleted.
    pub(crate) fn forgotten_at(&self, settings: &Settings) -> Option<Time> {
        let end = self.expires.or(self.finished)?;
        (self.state.is_final() && self.state != State::Success).then(|| end.after(settings.remember))
    }
}
