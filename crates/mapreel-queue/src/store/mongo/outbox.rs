//! The way out of the store: a writer that has made parts ready hands their hints to the publisher, if the cluster has a broker.

use crate::model::{Announcement, Hint, Job, Time};
use std::sync::OnceLock;

/// Takes announcements to the broker, and never makes the caller wait.
pub(crate) type Publish = Box<dyn Fn(Announcement) + Send + Sync>;

/// Where announcements go: nowhere until a publisher is connected.
#[derive(Default)]
pub(super) struct Outbox(OnceLock<Publish>);

impl Outbox {
    /// Connects the publisher; the first one stays.
    pub(super) fn connect(&self, publish: Publish) {
        let _ = self.0.set(publish);
    }

    /// Hands over the hints of parts that can be claimed now. Parts that must wait are left to the reconciler.
    pub(super) fn send(&self, job: &Job, hints: impl Iterator<Item = Hint>, now: Time) {
        let hints: Vec<Hint> = hints.filter(|hint| hint.at <= now).collect();
        if let Some(publish) = self.0.get()
            && !hints.is_empty()
        {
            publish(Announcement { job: job.id, service: job.service, hints });
        }
    }
}
