//! Threads that read answers (decompress and parse). They are not the threads that fetch, so reading one answer does not delay the arrival of
//! another one.

use std::sync::Arc;
use tokio::sync::Semaphore;

/// A semaphore that bounds how many answers are read at once.
pub(crate) struct Readers(Arc<Semaphore>);

impl Readers {
    /// As many readers as the machine has cores.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from))))
    }

    /// Runs `work` on a thread for blocking work. If the caller is dropped, the work still runs to its end.
    pub(crate) async fn read<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let turn = self.0.clone().acquire_owned().await.expect("never closed");
        let work = move || {
            // The permit is held until the work has ended, even if the caller was dropped.
            let _turn = turn;
            work()
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => done,
            Err(ended) if ended.is_panic() => std::panic::resume_unwind(ended.into_panic()),
            // The runtime is shutting down, and drops this task.
            Err(_) => std::future::pending().await,
        }
    }
}
