//! From the store to the broker: a write that has made parts ready hands their hints to the publisher, if the cluster has a broker.

use crate::model::{Announcement, Hint, Job, Time};
use std::sync::OnceLock;

/// Hands announcements to the publisher, without blocking the caller.
pub(crate) type Publish = Box<dyn Fn(Announcement) + Send + Sync>;

/// The publisher to which announcements go. Until one is connected, they are dropped.
#[derive(Default)]
pub(super) struct Outbox(OnceLock<Publish>);

impl Outbox {
    /// Connects the publisher. Only the first call has an effect.
    pub(super) fn connect(&self, publish: Publish) {
        let _ = self.0.set(publish);
    }

    /// Hands over the hints of parts that can be claimed now. The reconciler publishes the hints of parts that must wait.
    pub(super) fn send(&self, job: &Job, hints: impl Iterator<Item = Hint>, now: Time) {
        let hints: Vec<Hint> = hints.filter(|hint| hint.at <= now).collect();
        if let Some(publish) = self.0.get()
            && !hints.is_empty()
        {
            publish(Announcement { job: job.id, service: job.service, hints });
        }
    }
}
