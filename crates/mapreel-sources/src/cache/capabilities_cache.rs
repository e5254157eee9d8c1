//! What servers say of themselves, kept for a while and across runs: it is long, and many jobs ask for it.

use bytes::Bytes;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use std::time::Duration;

/// Documents by URL; the one that was used the longest ago makes room.
pub(crate) struct CapabilitiesCache(Cache<String, Bytes>);

impl CapabilitiesCache {
    /// Room for so many bytes of documents, each for `lifetime`.
    pub(crate) fn new(lifetime: Duration, bytes_max: usize) -> Self {
        let weight = |_: &String, document: &Bytes| u32::try_from(document.len()).unwrap_or(u32::MAX);
        let cache = Cache::builder().max_capacity(bytes_max as u64).weigher(weight).time_to_live(lifetime);
        Self(cache.eviction_policy(EvictionPolicy::lru()).build())
    }

    /// The document of a URL, unless it is too old.
    pub(crate) fn get(&self, url: &str) -> Option<Bytes> {
        self.0.get(url)
    }

    /// Keeps a document.
    pub(crate) fn put(&self, url: &str, document: &Bytes) {
        self.0.insert(url.to_owned(), document.clone());
        // The cache evicts when it is told to, and otherwise after many documents, which may be large.
        self.0.run_pending_tasks();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_grow_old_and_make_room() {
        let said = CapabilitiesCache::new(Duration::from_millis(50), 1000);
        said.put("a", &Bytes::from(vec![0; 600]));
        assert!(said.get("a").is_some());
        said.put("b", &Bytes::from(vec![0; 600]));
        assert!(said.get("a").is_none() && said.get("b").is_some());
        std::thread::sleep(Duration::from_millis(60));
        assert!(said.get("b").is_none());
    }
}
