//! Turns at drawing: a part has one while it works, and lends it to others while it waits for slow upstreams.

use futures_util::future::select_all;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A wait that is over so soon lends nothing: others would begin what they cannot go on with.
const SOON: Duration = Duration::from_millis(250);

/// The turns of one kind that a process has.
pub(crate) type Turns = Arc<Semaphore>;

/// A part's turn. Its thread has it whenever it works.
pub(crate) struct Turn {
    /// The kinds that it may be; none: it is nobody's business.
    kinds: Vec<Turns>,
    held: Mutex<Option<OwnedSemaphorePermit>>,
    /// Its thread has what it waited for, and waits for its turn.
    is_queued: AtomicBool,
}

/// Ends a turn when it is dropped.
pub(crate) struct TurnGuard(pub Arc<Turn>);

impl Drop for TurnGuard {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Turn {
    /// For work that no other waits for.
    pub(crate) fn of_its_own() -> Arc<Self> {
        Arc::new(Self { kinds: Vec::new(), held: Mutex::default(), is_queued: AtomicBool::new(false) })
    }

    /// The same turn, which may be of these kinds when it is taken again.
    pub(crate) fn new(held: OwnedSemaphorePermit, kinds: Vec<Turns>) -> Arc<Self> {
        Arc::new(Self { kinds, held: Mutex::new(Some(held)), is_queued: AtomicBool::new(false) })
    }

    /// What is waited for. Where it takes long, others have the turn meanwhile.
    pub(crate) async fn lend_during<T>(&self, what: impl Future<Output = T>) -> T {
        let mut what = std::pin::pin!(what);
        if self.kinds.is_empty() {
            return what.await;
        }
        if let Ok(result) = tokio::time::timeout(SOON, &mut what).await {
            return result;
        }
        self.end();
        let result = what.await;
        self.is_queued.store(true, Ordering::Relaxed);
        let taken = select_all(self.kinds.iter().map(|turns| Box::pin(turns.clone().acquire_owned()))).await.0;
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = taken.ok();
        self.is_queued.store(false, Ordering::Relaxed);
        result
    }

    /// Gives it back.
    pub(crate) fn end(&self) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether it is waited for, so that nobody wonders why nothing goes on.
    pub(crate) fn is_queued(&self) -> bool {
        self.is_queued.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn a_turn_is_lent_while_its_part_waits_for_long() {
        let turns = Arc::new(Semaphore::new(1));
        let turn = Turn::new(turns.clone().acquire_owned().await.unwrap(), vec![turns.clone()]);
        turn.lend_during(async { assert_eq!(turns.available_permits(), 0, "a moment lends nothing") }).await;
        let (answer, waited_for) = oneshot::channel::<()>();
        let waiting = tokio::spawn({
            let turn = turn.clone();
            async move { turn.lend_during(waited_for).await }
        });
        let others = turns.clone().acquire_owned().await.unwrap();
        answer.send(()).unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(turn.is_queued() && !waiting.is_finished(), "others work");
        drop(others);
        waiting.await.unwrap().unwrap();
        assert!(turns.available_permits() == 0 && !turn.is_queued());
        turn.end();
        assert_eq!(turns.available_permits(), 1);
    }
}
