//! Parts under way at once, and each owner's share of them.
//!
//! Parts that wait for slow upstreams are under way without drawing. An owner may have at most as many parts under way as may still begin
//! beside all others: a single owner gets half of the maximum, two owners get a third each. So parts of further owners can always begin, even
//! if an owner has many parts that wait for servers that do not answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// The parts under way of the slots that share one maximum.
pub(crate) struct PartsUnderWay {
    max: usize,
    free: Arc<Semaphore>,
    /// The number of parts under way of each owner.
    owners: Mutex<HashMap<String, usize>>,
    ended: watch::Sender<()>,
}

impl PartsUnderWay {
    /// At most `max` parts under way at once.
    pub(super) fn new(max: usize) -> Arc<Self> {
        let free = Arc::new(Semaphore::new(max));
        Arc::new(Self { max, free, owners: Mutex::default(), ended: watch::Sender::new(()) })
    }

    /// Waits until one more part may be under way.
    pub(super) async fn reserve(&self) -> Option<OwnedSemaphorePermit> {
        self.free.clone().acquire_owned().await.ok()
    }

    /// The owners that have their share, and so get no further part for now.
    pub(super) fn owners_with_their_share(&self) -> Vec<String> {
        let owners = self.owners();
        let free = self.max.saturating_sub(owners.values().sum());
        owners.iter().filter(|(_, has)| **has >= free).map(|(owner, _)| owner.clone()).collect()
    }

    /// Counts a part of an owner; it is under way until the guard is dropped.
    pub(super) fn begin(self: &Arc<Self>, owner: &str, reservation: OwnedSemaphorePermit) -> PartUnderWay {
        *self.owners().entry(owner.to_owned()).or_default() += 1;
        PartUnderWay { all: self.clone(), owner: owner.to_owned(), _reservation: reservation }
    }

    /// Changes when a part ends, and with it the shares.
    pub(super) fn ended_parts(&self) -> watch::Receiver<()> {
        self.ended.subscribe()
    }

    /// Waits until no part is under way.
    pub(super) async fn all_ended(&self) {
        // Acquiring fails only when the semaphore is closed, and nothing closes it.
        let _ = self.free.acquire_many(self.max as u32).await;
    }

    fn owners(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A part that is under way.
pub(super) struct PartUnderWay {
    all: Arc<PartsUnderWay>,
    owner: String,
    _reservation: OwnedSemaphorePermit,
}

impl Drop for PartUnderWay {
    fn drop(&mut self) {
        let mut owners = self.all.owners();
        if let Some(has) = owners.get_mut(&self.owner) {
            *has -= 1;
            if *has == 0 {
                owners.remove(&self.owner);
            }
        }
        drop(owners);
        self.all.ended.send_replace(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_owner_has_as_many_as_are_free() {
        let all = PartsUnderWay::new(8);
        let begin = async |owner: &str| {
            assert!(!all.owners_with_their_share().iter().any(|served| served == owner), "{owner} has its share");
            all.begin(owner, all.reserve().await.unwrap())
        };
        let mut parts = Vec::new();
        for owner in ["a", "a", "a", "a", "b", "b"] {
            parts.push(begin(owner).await);
        }
        assert_eq!(all.owners_with_their_share().len(), 2, "two are free, and both have as many");
        parts.push(begin("c").await);
        let ends = all.ended_parts();
        parts.truncate(2);
        assert!(ends.has_changed().unwrap());
        assert!(all.owners_with_their_share().is_empty());
        drop(parts);
        all.all_ended().await;
    }
}
