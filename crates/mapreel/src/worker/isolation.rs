//! Who works beside whom: parts in company, suspects alone.
//!
//! A suspect is a part that a worker held when it died or went silent. Done alone, it shows whether it is the cause.

use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, watch};

/// The company of a process.
#[derive(Default)]
pub(crate) struct Isolation {
    /// Shared by those who work beside each other; exclusive for a suspect.
    room: Arc<RwLock<()>>,
    /// One suspect at a time waits for the room: two would be held together when one of them kills.
    door: Arc<Mutex<()>>,
    /// Parts that were told to stop and have not ended. Nobody knows when they will, so no suspect waits for them: those who
    /// come after a suspect wait behind it.
    lingering: watch::Sender<usize>,
}

/// A place beside others. Who holds it may claim.
pub(super) struct Shared(OwnedRwLockReadGuard<()>);

/// A place that is, or will be, for one alone.
pub(super) struct Exclusive {
    room: Arc<RwLock<()>>,
    lingering: watch::Receiver<usize>,
    _door: OwnedMutexGuard<()>,
}

/// A part that lingers, until this is dropped.
pub(super) struct Lingering<'a>(&'a watch::Sender<usize>);

impl Isolation {
    /// A place beside others, if nobody is alone or wants to be.
    pub(super) fn try_join(&self) -> Option<Shared> {
        self.room.clone().try_read_owned().ok().map(Shared)
    }

    /// The same, when it is so.
    pub(super) async fn join(&self) -> Shared {
        Shared(self.room.clone().read_owned().await)
    }

    /// A place alone; `None` while another suspect has one, or something lingers.
    pub(super) fn leave(&self, beside: Shared) -> Option<Exclusive> {
        drop(beside.0);
        let lingering = self.lingering.subscribe();
        let is_free = *lingering.borrow() == 0;
        let door = self.door.clone().try_lock_owned().ok().filter(|_| is_free)?;
        Some(Exclusive { room: self.room.clone(), lingering, _door: door })
    }

    /// A part does not end, although it was told to.
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
    /// Waits until all others are done. Nobody begins anything until the guard is dropped. `None`: one of the others lingers.
    pub(super) async fn enter(&mut self) -> Option<OwnedRwLockWriteGuard<()>> {
        tokio::select! {
            biased;
            guard = self.room.clone().write_owned() => Some(guard),
            _ = self.lingering.wait_for(|count| *count > 0) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn a_suspect_gives_way_to_what_does_not_end() {
        let isolation = Isolation::default();
        let (stuck, suspect) = (isolation.join().await, isolation.join().await);
        let mut alone = isolation.leave(suspect).expect("nobody else is alone");
        let waiting = tokio::time::timeout(Duration::from_millis(50), alone.enter()).await;
        assert!(waiting.is_err(), "it waits for the others");
        {
            let _lingering = isolation.lingers();
            assert!(alone.enter().await.is_none());
            drop(alone);
            // Others go on meanwhile, and no suspect begins to wait.
            let beside = isolation.join().await;
            assert!(isolation.leave(beside).is_none());
        }
        drop(stuck);
        let beside = isolation.join().await;
        let mut alone = isolation.leave(beside).expect("nothing lingers");
        assert!(alone.enter().await.is_some());
    }
}
