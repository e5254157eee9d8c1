//! The pool of threads that parse documents of strangers. A few documents are parsed at once, a few more wait, and further ones are refused.
//! Parsing does not use the control threads, so only the client that sent a large document waits for it.

use std::sync::Arc;
use tokio::sync::Semaphore;

/// The most documents that wait for a thread.
const WAITING_MAX: usize = 32;

/// A bounded pool.
pub(crate) struct Readers {
    threads: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// Why a document was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// Too many documents wait already.
    Full,
    /// Reading has ended in a panic.
    Panicked,
}

impl Readers {
    /// A pool with as many threads as the machine has cores.
    pub(crate) fn new() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { threads: Arc::new(Semaphore::new(threads)), waiting: Arc::new(Semaphore::new(WAITING_MAX)) }
    }

    /// Runs `work` on a thread of the pool. If the caller is dropped, work that has not begun does not begin, and work that has begun keeps its
    /// thread until it has ended.
    ///
    /// # Errors
    /// Too many documents wait already, or the work has panicked.
    pub(crate) async fn read<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Unread> {
        let thread = match self.threads.clone().try_acquire_owned() {
            Ok(thread) => thread,
            Err(_) => {
                let _waiting = self.waiting.clone().try_acquire_owned().map_err(|_| Unread::Full)?;
                self.threads.clone().acquire_owned().await.map_err(|_| Unread::Full)?
            }
        };
        let work = move || {
            let _thread = thread;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Unread::Panicked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_few_are_read_at_once_and_a_few_more_wait() {
        let readers = Arc::new(Readers::new());
        let threads = readers.threads.available_permits();
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let asked: Vec<_> = (0..threads + WAITING_MAX + 5)
            .map(|_| {
                let (readers, now, most) = (readers.clone(), now.clone(), most.clone());
                tokio::spawn(async move {
                    let work = move || {
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::sleep(Duration::from_millis(30));
                        now.fetch_sub(1, Ordering::SeqCst);
                    };
                    readers.read(work).await.is_ok()
                })
            })
            .collect();
        let mut read = 0;
        for asked in asked {
            read += usize::from(asked.await.unwrap());
        }
        assert!((threads + WAITING_MAX..threads + WAITING_MAX + 5).contains(&read), "{read}");
        assert!(most.load(Ordering::SeqCst) <= threads);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn work_that_panics_gives_its_thread_back() {
        let readers = Readers::new();
        for _ in 0..20 {
            assert!(matches!(readers.read(|| panic!("broken")).await, Err::<(), _>(Unread::Panicked)));
        }
        assert!(readers.read(|| ()).await.is_ok());
    }
}
