//! Parts under way at once, and each owner's share of them.
//!
//! Parts that wait for slow upstreams are under way without drawing. An owner may have as many under way as are still free: one
//! alone has half of them, two have a third each: only as many owners as there are places could take them all. So whoever's servers say nothing, and however many parts he has on them, others
//! begin at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// The parts under way of the slots that share them.
pub(crate) struct UnderWay {
    max: usize,
    vacant: Arc<Semaphore>,
    /// How many each owner has.
    owners: Mutex<HashMap<String, usize>>,
    ended: watch::Sender<()>,
}

impl UnderWay {
    /// At most `max` parts at once.
    pub(super) fn new(max: usize) -> Arc<Self> {
        let vacant = Arc::new(Semaphore::new(max));
        Arc::new(Self { max, vacant, owners: Mutex::default(), ended: watch::Sender::new(()) })
    }

    /// Waits until one more part may be under way.
    pub(super) async fn vacancy(&self) -> Option<OwnedSemaphorePermit> {
        self.vacant.clone().acquire_owned().await.ok()
    }

    /// The owners who have their share.
    pub(super) fn served(&self) -> Vec<String> {
        let owners = self.owners();
        let free = self.max.saturating_sub(owners.values().sum());
        owners.iter().filter(|(_, has)| **has >= free).map(|(owner, _)| owner.clone()).collect()
    }

    /// A part of an owner is under way until what is returned is dropped.
    pub(super) fn begin(self: &Arc<Self>, owner: &str, vacancy: OwnedSemaphorePermit) -> OnTheWay {
        *self.owners().entry(owner.to_owned()).or_default() += 1;
        OnTheWay { all: self.clone(), owner: owner.to_owned(), _vacancy: vacancy }
    }

    /// Tells of parts that end: with each the shares change.
    pub(super) fn ends(&self) -> watch::Receiver<()> {
        self.ended.subscribe()
    }

    /// Waits until no part is under way.
    pub(super) async fn none(&self) {
        // It fails where the semaphore is closed, and nobody closes it.
        let _ = self.vacant.acquire_many(self.max as u32).await;
    }

    fn owners(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A part that is under way.
pub(super) struct OnTheWay {
    all: Arc<UnderWay>,
    owner: String,
    _vacancy: OwnedSemaphorePermit,
}

impl Drop for OnTheWay {
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
        let all = UnderWay::new(8);
        let begin = async |owner: &str| {
            assert!(!all.served().iter().any(|served| served == owner), "{owner} has his share");
            all.begin(owner, all.vacancy().await.unwrap())
        };
        let mut parts = Vec::new();
        for owner in ["a", "a", "a", "a", "b", "b"] {
            parts.push(begin(owner).await);
        }
        assert_eq!(all.served().len(), 2, "two are free, and both have as many");
        parts.push(begin("c").await);
        let ends = all.ends();
        parts.truncate(2);
        assert!(ends.has_changed().unwrap());
        assert!(all.served().is_empty());
        drop(parts);
        all.none().await;
    }
}
