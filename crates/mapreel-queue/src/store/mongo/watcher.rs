//! Who wakes those that wait for a change: the writes of this handle at once, and those of others by asking for the newest
//! one; an index answers that.

use super::collections::Collections;
use super::operations::within;
use crate::Task;
use mongodb::bson::doc;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How often the newest change is asked for.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Waiters are woken this often even when nothing changes: delays end by time alone.
const WAKE_EVERY: Duration = Duration::from_millis(500);

#[derive(Clone)]
pub(super) struct Watcher(Arc<watch::Sender<u64>>);

impl Watcher {
    /// The handle, and the task that watches for it until it is dropped.
    pub(super) fn new(collections: Collections) -> (Self, Task) {
        let sender = Arc::new(watch::Sender::new(0));
        let weak = Arc::downgrade(&sender);
        let task = Task::new("changes", move || watch(collections.clone(), weak.clone()));
        (Self(sender), task)
    }

    pub(super) fn ring(&self) {
        self.0.send_modify(|count| *count += 1);
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}

async fn watch(collections: Collections, weak: Weak<watch::Sender<u64>>) {
    let (mut seen, mut woken) = (None, Instant::now());
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        crate::failpoint::hit("changes", None);
        let Some(sender) = weak.upgrade() else { return };
        let watched = sender.receiver_count() > 0;
        drop(sender);
        let newest = if watched { newest(&collections).await.or(seen) } else { seen };
        let Some(sender) = weak.upgrade() else { return };
        if newest != seen || woken.elapsed() > WAKE_EVERY {
            (seen, woken) = (newest, Instant::now());
            sender.send_modify(|count| *count += 1);
        }
    }
}

/// The newest change: when, and which write it was.
async fn newest(collections: &Collections) -> Option<(i64, i64)> {
    let jobs = collections.jobs.clone();
    let newest = async move {
        let fields = doc! { "changed": 1, "write": 1 };
        jobs.find_one(doc! {}).sort(doc! { "changed": -1 }).projection(fields).await
    };
    let document = within(newest).await.ok()??;
    Some((document.get_i64("changed").ok()?, document.get_i64("write").ok()?))
}
