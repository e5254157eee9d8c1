//! Permits to draw: a part holds a permit while it works, and lends it to other parts while it waits for slow upstreams.

use futures_util::future::select_all;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A permit is lent when a wait has lasted this long. During a shorter wait, another part would begin and soon have to wait for its permit.
const LEND_AFTER: Duration = Duration::from_millis(250);

/// The drawing permits of a process for one kind of slot: a semaphore.
pub(crate) type DrawingPermits = Arc<Semaphore>;

/// The permit of a part. The part's thread holds it whenever it works.
pub(crate) struct DrawingPermit {
    /// The semaphores from which the permit may be taken; empty for work that needs no permit.
    semaphores: Vec<DrawingPermits>,
    held: Mutex<Option<OwnedSemaphorePermit>>,
    /// Whether the part waits until it can take a permit again.
    is_queued: AtomicBool,
}

impl DrawingPermit {
    /// For work that needs no permit.
    pub(crate) fn unlimited() -> Arc<Self> {
        Arc::new(Self { semaphores: Vec::new(), held: Mutex::default(), is_queued: AtomicBool::new(false) })
    }

    /// A permit that is held, and the semaphores from which it may be taken again.
    pub(crate) fn new(held: OwnedSemaphorePermit, semaphores: Vec<DrawingPermits>) -> Arc<Self> {
        Arc::new(Self { semaphores, held: Mutex::new(Some(held)), is_queued: AtomicBool::new(false) })
    }

    /// Waits for `what`. During a long wait other parts may hold the permit; then it is taken again.
    pub(crate) async fn lend_during<T>(&self, what: impl Future<Output = T>) -> T {
        let result = self.give_during(what, || true).await;
        self.take().await;
        result
    }

    /// Waits for `what`. During a long wait it gives the permit away, if `is_wait` says that the part really waits. Afterwards other parts may
    /// hold the permit, until it is [taken](Self::take) again.
    pub(crate) async fn give_during<T>(&self, what: impl Future<Output = T>, is_wait: impl Fn() -> bool) -> T {
        let mut what = std::pin::pin!(what);
        match tokio::time::timeout(LEND_AFTER, &mut what).await {
            Ok(result) => result,
            Err(_) => {
                if is_wait() {
                    self.end();
                }
                what.await
            }
        }
    }

    /// Takes a permit again, if it was given away.
    pub(crate) async fn take(&self) {
        if self.semaphores.is_empty() || self.held().is_some() {
            return;
        }
        self.is_queued.store(true, Ordering::Relaxed);
        let taken = select_all(self.semaphores.iter().map(|permits| Box::pin(permits.clone().acquire_owned()))).await.0;
        *self.held() = taken.ok();
        self.is_queued.store(false, Ordering::Relaxed);
    }

    /// Gives the permit back to its semaphore.
    pub(crate) fn end(&self) {
        *self.held() = None;
    }

    fn held(&self) -> MutexGuard<'_, Option<OwnedSemaphorePermit>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the part waits for its permit, and so makes no progress.
    pub(crate) fn is_queued(&self) -> bool {
        self.is_queued.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn a_permit_is_lent_during_a_long_wait() {
        let permits = Arc::new(Semaphore::new(1));
        let permit = DrawingPermit::new(permits.clone().acquire_owned().await.unwrap(), vec![permits.clone()]);
        permit.lend_during(async { assert_eq!(permits.available_permits(), 0, "a moment lends nothing") }).await;
        let (answer, waited_for) = oneshot::channel::<()>();
        let waiting = tokio::spawn({
            let permit = permit.clone();
            async move { permit.lend_during(waited_for).await }
        });
        let others = permits.clone().acquire_owned().await.unwrap();
        answer.send(()).unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(permit.is_queued() && !waiting.is_finished(), "others work");
        drop(others);
        waiting.await.unwrap().unwrap();
        assert!(permits.available_permits() == 0 && !permit.is_queued());
        permit.end();
        assert_eq!(permits.available_permits(), 1);
    }
}
