//! The valid keys: those of the file, which is read again whenever it changes.

use super::file::{Unreadable, parse, text};
use super::key::{Key, Keys};
use crate::config::problems::ConfigProblems;
use mapreel_queue::{Task, failpoint};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

/// How often the file is checked for changes: a revoked key stays valid at most for this long.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The keys that are valid now.
#[derive(Debug)]
pub(crate) struct KeyRing {
    path: PathBuf,
    keys: Mutex<Arc<Keys>>,
    /// The text that was read last, or why the file could not be read.
    seen: Mutex<Option<Result<String, Unreadable>>>,
    changed: watch::Sender<()>,
}

impl KeyRing {
    /// The keys of a file, as it was read at the start.
    pub(crate) fn new(path: PathBuf, keys: Keys) -> Arc<Self> {
        Arc::new(Self {
            path,
            keys: Mutex::new(Arc::new(keys)),
            seen: Mutex::default(),
            changed: watch::Sender::new(()),
        })
    }

    /// The stored key that matches the presented one.
    pub(crate) fn find(&self, presented: &str) -> Option<Arc<Key>> {
        // The keys are cloned, so that the lock is not held during the comparison.
        let keys = self.keys().clone();
        keys.find(presented)
    }

    /// Whether this key is still valid.
    pub(crate) fn contains(&self, key: &Arc<Key>) -> bool {
        self.keys().contain(key)
    }

    /// Changes when the keys do.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    fn keys(&self) -> MutexGuard<'_, Arc<Keys>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The task that reads the file again when it changes, until `stop`.
    pub(crate) fn task(self: &Arc<Self>, stop: CancellationToken) -> Task {
        let ring = self.clone();
        Task::new("keys", move || {
            let (ring, stop) = (ring.clone(), stop.clone());
            async move {
                while !stop.is_cancelled() {
                    failpoint::hit("keys", None);
                    let reading = ring.clone();
                    let _ = tokio::task::spawn_blocking(move || reading.look()).await;
                    let _ = tokio::time::timeout(LOOK_EVERY, stop.cancelled()).await;
                }
            }
        })
    }

    /// Reads the file if it has changed. If it is broken or missing, the last valid keys stay: all clients keep their access, and no
    /// client without a key gets any.
    fn look(&self) {
        let now = text(&self.path);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.as_ref() == Some(&now) {
            return;
        }
        let read = now.as_ref().map_err(ConfigProblems::only).and_then(|text| parse(&self.path, text));
        match read {
            Ok(keys) if **self.keys() == keys => {}
            Ok(keys) => {
                info!(keys = keys.iter().count(), file = %self.path.display(), "the keys have changed");
                *self.keys() = Arc::new(keys);
                self.changed.send_replace(());
            }
            Err(problems) => problems.iter().for_each(|problem| {
                error!("the file of keys cannot be used, and those of before still count, also what was revoked since: {problem}");
            }),
        }
        *seen = Some(now);
    }
}
