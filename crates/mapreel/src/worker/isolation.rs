//! Which parts run beside each other: most share the process, a suspect runs exclusively.
//!
//! A suspect is a part that a worker held when it died or went silent. Running it exclusively shows whether it is the cause.

use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, watch};

/// The isolation of the parts of one process.
#[derive(Default)]
pub(crate) struct Isolation {
    /// A read-write lock: parts that run beside each other hold it for reading, a suspect for writing.
    parts: Arc<RwLock<()>>,
    /// Held by the only suspect that may wait or run. If two waited, the worker would hold both when one of them kills it, and the death would
    /// be charged to neither.
    suspects: Arc<Mutex<()>>,
    /// The number of lingering parts, which were told to stop and have not ended. Their end is not known, and new parts would wait behind a
    /// waiting suspect; so no suspect waits while a part lingers.
    lingering: watch::Sender<usize>,
}

/// The right to run beside other parts (a read guard). A slot that holds it may claim.
pub(super) struct Shared(OwnedRwLockReadGuard<()>);

/// The right of a suspect to run exclusively, once all other parts have ended.
pub(super) struct Exclusive {
    parts: Arc<RwLock<()>>,
    lingering: watch::Receiver<usize>,
    _suspects: OwnedMutexGuard<()>,
}

/// A part that lingers, until this is dropped.
pub(super) struct Lingering<'a>(&'a watch::Sender<usize>);

impl Isolation {
    /// The right to run beside other parts, if no suspect runs or waits.
    pub(super) fn try_shared(&self) -> Option<Shared> {
        self.parts.clone().try_read_owned().ok().map(Shared)
    }

    /// Waits for the right to run beside other parts.
    pub(super) async fn shared(&self) -> Shared {
        Shared(self.parts.clone().read_owned().await)
    }

    /// Exchanges the shared right for the exclusive one; `None` while another suspect has that, or a part lingers.
    pub(super) fn exclusive(&self, beside: Shared) -> Option<Exclusive> {
        drop(beside.0);
        let lingering = self.lingering.subscribe();
        let is_free = *lingering.borrow() == 0;
        let suspects = self.suspects.clone().try_lock_owned().ok().filter(|_| is_free)?;
        Some(Exclusive { parts: self.parts.clone(), lingering, _suspects: suspects })
    }

    /// Counts a part that was told to stop and does not end.
    pub(super) fn lingers(&self) -> Lingering<'_> {
        self.lingering.send_modify(|count| *count += 1);
        Lingering(&self.lingering)
    }
}

impl Drop for Lingering<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Exclusive {
    /// Waits until all other parts have ended. No part begins until the guard is dropped. `None`: another part lingers.
    pub(super) async fn others_ended(&mut self) -> Option<OwnedRwLockWriteGuard<()>> {
        tokio::select! {
            biased;
            guard = self.parts.clone().write_owned() => Some(guard),
            _ = self.lingering.wait_for(|count| *count > 0) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn a_suspect_does_not_wait_for_a_lingering_part() {
        let isolation = Isolation::default();
        let (stuck, suspect) = (isolation.shared().await, isolation.shared().await);
        let mut alone = isolation.exclusive(suspect).expect("nobody else is alone");
        let waiting = tokio::time::timeout(Duration::from_millis(50), alone.others_ended()).await;
        assert!(waiting.is_err(), "it waits for the others");
        {
            let _lingering = isolation.lingers();
            assert!(alone.others_ended().await.is_none());
            drop(alone);
            // While a part lingers, other parts run, and no suspect begins to wait.
            let beside = isolation.shared().await;
            assert!(isolation.exclusive(beside).is_none());
        }
        drop(stuck);
        let beside = isolation.shared().await;
        let mut alone = isolation.exclusive(beside).expect("nothing lingers");
        assert!(alone.others_ended().await.is_some());
    }
}
