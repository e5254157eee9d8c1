//! Threads that read answers: a few at once, beside the threads that fetch, so that no answer keeps another from coming.

use std::sync::Arc;
use tokio::sync::Semaphore;

/// A bound on the answers that are read at once.
pub(crate) struct Readers(Arc<Semaphore>);

impl Readers {
    /// As many as the machine has cores.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from))))
    }

    /// Does the work on a thread for work that blocks. The caller may go away; the work then ends by itself.
    pub(crate) async fn read<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let turn = self.0.clone().acquire_owned().await.expect("never closed");
        let work = move || {
            // Held until the work has ended, also when nobody waits for it any more.
            let _turn = turn;
            work()
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => done,
            Err(ended) if ended.is_panic() => std::panic::resume_unwind(ended.into_panic()),
            // The runtime ends, and with it this task.
            Err(_) => std::future::pending().await,
        }
    }
}
