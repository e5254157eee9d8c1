//! Who wakes those that wait for a change: the writer of this process at once, and for other processes a thread that asks
//! SQLite for its counter of changes (`PRAGMA data_version`), which costs microseconds. The thread also looks whether the file is
//! still there (`guard.rs`).

use super::connection::connect;
use super::guard::Guard;
use crate::Task;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How often the counter is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(25);
/// How often the store is read as by somebody who opens it anew.
const READ_EVERY: Duration = Duration::from_secs(1);
/// Waiters are woken this often even when nothing changes: delays end by time alone.
const WAKE_EVERY: Duration = Duration::from_millis(500);

pub(super) struct Watcher {
    sender: Arc<watch::Sender<u64>>,
}

#[derive(Clone)]
pub(super) struct Bell(Arc<watch::Sender<u64>>);

impl Watcher {
    /// The handle, and the task that watches for it until it is dropped.
    pub(super) fn new(path: PathBuf, guard: Arc<Guard>) -> (Self, Task) {
        let sender = Arc::new(watch::Sender::new(0));
        let weak = Arc::downgrade(&sender);
        let task = Task::on_thread("changes", move || {
            let connection = match connect(&path) {
                Ok(connection) => connection,
                Err(error) => return tracing::error!(%error, "the store cannot be watched"),
            };
            // Nothing has been seen: what happened before the task was started again is told, too.
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
        });
        (Self { sender }, task)
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.sender.subscribe()
    }

    pub(super) fn bell(&self) -> Bell {
        Bell(self.sender.clone())
    }
}

impl Bell {
    pub(super) fn ring(&self) {
        self.0.send_modify(|count| *count += 1);
    }
}
