//! Wakes tasks that wait for a change. The writer of this process wakes them at once. For changes by other processes a thread reads
//! SQLite's counter of changes (`PRAGMA data_version`), which takes microseconds. The thread also checks that the files of the store are
//! still in their place (`guard.rs`).

use super::connection::connect;
use super::guard::Guard;
use crate::Task;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How often the thread reads the counter.
const LOOK_EVERY: Duration = Duration::from_millis(25);
/// How often the thread reads the store's mark by a new connection.
const READ_EVERY: Duration = Duration::from_secs(1);
/// Waiting tasks are woken this often even when nothing changes: the delay of a part ends by time alone.
const WAKE_EVERY: Duration = Duration::from_millis(500);

/// Wakes all tasks that have subscribed.
pub(super) struct Watcher {
    sender: Arc<watch::Sender<u64>>,
}

/// The writer's handle for waking all tasks that have subscribed.
#[derive(Clone)]
pub(super) struct Notifier(Arc<watch::Sender<u64>>);

impl Watcher {
    /// The handle, and the task that watches the store until the handle is dropped.
    pub(super) fn new(path: PathBuf, guard: Arc<Guard>) -> (Self, Task) {
        let sender = Arc::new(watch::Sender::new(0));
        let weak = Arc::downgrade(&sender);
        let task = Task::on_thread("changes", move || match connect(&path) {
            Ok(connection) => watch(&connection, &guard, &weak),
            Err(error) => tracing::error!(%error, "the store cannot be watched"),
        });
        (Self { sender }, task)
    }

    /// Changes whenever the waiting tasks are woken.
    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.sender.subscribe()
    }

    /// The handle that the writer uses.
    pub(super) fn notifier(&self) -> Notifier {
        Notifier(self.sender.clone())
    }
}

impl Notifier {
    /// Wakes all tasks that have subscribed.
    pub(super) fn notify(&self) {
        self.0.send_modify(|count| *count += 1);
    }
}

/// Wakes the waiting tasks until the handle is dropped.
fn watch(connection: &Connection, guard: &Guard, weak: &Weak<watch::Sender<u64>>) {
    // `seen` starts empty: after a restart of this task, the first round wakes the waiting tasks, so that no change is missed.
    let (mut seen, mut woken, mut read) = (None, Instant::now(), Instant::now());
    while let Some(sender) = weak.upgrade() {
        crate::failpoint::hit("changes", None);
        guard.look();
        if read.elapsed() > READ_EVERY {
            read = Instant::now();
            guard.read();
        }
        let version = connection.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0));
        let now = version.ok().or(seen);
        if now != seen || woken.elapsed() > WAKE_EVERY {
            (seen, woken) = (now, Instant::now());
            sender.send_modify(|count| *count += 1);
        }
        drop(sender);
        std::thread::sleep(LOOK_EVERY);
    }
}
