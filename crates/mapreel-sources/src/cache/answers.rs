//! A cache of answers by URL for one run, bounded in bytes. Callers that ask for the same URL at the same time share one request.

use crate::error::Error;
use bytes::Bytes;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use tokio::sync::OnceCell;

type Outcome = Result<Bytes, Error>;
type Cell = Arc<OnceCell<Outcome>>;

pub(crate) struct Cache {
    bytes_max: usize,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    cells: HashMap<String, Cell>,
    /// The URLs of finished answers, oldest first, with the answers' sizes.
    finished: VecDeque<(String, usize)>,
    bytes: usize,
}

impl Cache {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self { bytes_max, inner: Mutex::default() }
    }

    /// The answer of a URL, from the cache or from a request under way; otherwise `fetch` fetches it. Failures are cached too: within
    /// one run, a URL whose request and retries have failed is not asked for again.
    pub(crate) async fn get(&self, url: &str, fetch: impl Future<Output = Outcome>) -> Outcome {
        let cell = {
            let mut inner = self.inner.lock().expect("no panic while held");
            inner.cells.entry(url.to_owned()).or_default().clone()
        };
        let mut fetched = false;
        let outcome = cell
            .get_or_init(|| async {
                fetched = true;
                fetch.await
            })
            .await
            .clone();
        if fetched {
            match &outcome {
                // No request was sent to the host, so there is no answer to cache.
                Err(Error::LeftAlone { .. }) => self.forget(url),
                _ => self.finish(url, outcome.as_ref().map_or(0, Bytes::len)),
            }
        }
        outcome
    }

    fn forget(&self, url: &str) {
        self.inner.lock().expect("no panic while held").cells.remove(url);
    }

    fn finish(&self, url: &str, size: usize) {
        // About the size of an entry without its answer: with it, the number of failures is bounded too.
        let size = size + 512;
        let mut inner = self.inner.lock().expect("no panic while held");
        inner.bytes += size;
        inner.finished.push_back((url.to_owned(), size));
        while inner.bytes > self.bytes_max {
            let Some((oldest, size)) = inner.finished.pop_front() else { break };
            inner.cells.remove(&oldest);
            inner.bytes -= size;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test(flavor = "current_thread")]
    async fn equal_urls_are_fetched_once_and_old_answers_are_evicted() {
        let cache = Cache::new(4096);
        let fetches = AtomicUsize::new(0);
        let fetch = || async {
            fetches.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            Ok(Bytes::from(vec![0; 1500]))
        };
        let (a, b) = tokio::join!(cache.get("a", fetch()), cache.get("a", fetch()));
        assert_eq!(a, b);
        assert_eq!(fetches.load(Ordering::Relaxed), 1);
        for url in ["b", "c"] {
            cache.get(url, fetch()).await.unwrap();
        }
        cache.get("a", fetch()).await.unwrap();
        assert_eq!(fetches.load(Ordering::Relaxed), 4, "`a` had made room");
    }
}
