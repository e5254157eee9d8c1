//! Wakes tasks that wait for a change. A write of this handle wakes them at once. For writes of other handles a task polls the store for
//! its newest change; the query reads an index.

use super::collections::Collections;
use super::operations::within;
use crate::Task;
use mongodb::bson::doc;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How often the task reads the newest change.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Waiting tasks are woken this often even when nothing changes: the delay of a part ends by time alone.
const WAKE_EVERY: Duration = Duration::from_millis(500);

/// Wakes all tasks that have subscribed.
#[derive(Clone)]
pub(super) struct Watcher(Arc<watch::Sender<u64>>);

impl Watcher {
    /// The handle, and the task that watches the store until the handle is dropped.
    pub(super) fn new(collections: Collections) -> (Self, Task) {
        let sender = Arc::new(watch::Sender::new(0));
        let weak = Arc::downgrade(&sender);
        let task = Task::new("changes", move || watch(collections.clone(), weak.clone()));
        (Self(sender), task)
    }

    /// Wakes all tasks that have subscribed.
    pub(super) fn notify(&self) {
        self.0.send_modify(|count| *count += 1);
    }

    /// Changes whenever the waiting tasks are woken.
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

/// The newest change: its time, and the random number of its write.
async fn newest(collections: &Collections) -> Option<(i64, i64)> {
    let jobs = collections.jobs.clone();
    let newest = async move {
        let fields = doc! { "changed": 1, "write": 1 };
        jobs.find_one(doc! {}).sort(doc! { "changed": -1 }).projection(fields).await
    };
    let document = within(newest).await.ok()??;
    Some((document.get_i64("changed").ok()?, document.get_i64("write").ok()?))
}
