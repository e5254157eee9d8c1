//! Answers by URL within one run, bounded in bytes. Two callers that ask for the same URL at once share one request.

use crate::error::Error;
use bytes::Bytes;
use moka::future::Cache;
use moka::policy::EvictionPolicy;

/// The bytes that an entry costs besides its URL and its answer, so that failures are bounded, too.
const ENTRY_BYTES: usize = 512;

type Outcome = Result<Bytes, Error>;

/// Answers by URL; the one that was used the longest ago makes room.
pub(crate) struct Answers(Cache<String, Outcome>);

impl Answers {
    /// Room for answers of so many bytes.
    pub(crate) fn new(bytes_max: usize) -> Self {
        let weight = |url: &String, outcome: &Outcome| {
            let bytes = ENTRY_BYTES + url.len() + outcome.as_ref().map_or(0, Bytes::len);
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        let cache = Cache::builder().max_capacity(bytes_max as u64).weigher(weight);
        Self(cache.eviction_policy(EvictionPolicy::lru()).build())
    }

    /// The answer of a URL, fetched by `fetch` unless it is here or on its way. Failures are kept too: within one run
    /// a URL that failed, retries included, is not asked for again.
    pub(crate) async fn get(&self, url: &str, fetch: impl Future<Output = Outcome>) -> Outcome {
        let entry = self.0.entry_by_ref(url).or_insert_with(fetch).await;
        let (is_fetched, outcome) = (entry.is_fresh(), entry.into_value());
        if is_fetched {
            // The host was not asked, so nothing is known of its answer.
            if matches!(outcome, Err(Error::HostRests { .. })) {
                self.0.invalidate(url).await;
            }
            // The cache evicts when it is told to, and otherwise after many answers, which may be large.
            self.0.run_pending_tasks().await;
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test(flavor = "current_thread")]
    async fn equal_urls_are_fetched_once_and_old_answers_make_room() {
        let cache = Answers::new(4096);
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
