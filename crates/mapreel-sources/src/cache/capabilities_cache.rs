//! A cache of capabilities documents, kept for a while and across runs: they are long, and many jobs ask for them.

use bytes::Bytes;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

pub(crate) struct CapabilitiesCache {
    lifetime: Duration,
    bytes_max: usize,
    documents: Mutex<HashMap<String, (Instant, Bytes)>>,
}

impl CapabilitiesCache {
    pub(crate) fn new(lifetime: Duration, bytes_max: usize) -> Self {
        Self { lifetime, bytes_max, documents: Mutex::default() }
    }

    /// The document of a URL, if it is cached and not too old.
    pub(crate) fn get(&self, url: &str) -> Option<Bytes> {
        let documents = self.documents.lock().expect("no panic while held");
        let (fetched, document) = documents.get(url)?;
        (fetched.elapsed() < self.lifetime).then(|| document.clone())
    }

    /// Caches a document. Evicts documents that are too old, and then the oldest ones until there is room.
    pub(crate) fn put(&self, url: &str, document: &Bytes) {
        let mut documents = self.documents.lock().expect("no panic while held");
        documents.retain(|_, (fetched, _)| fetched.elapsed() < self.lifetime);
        documents.insert(url.to_owned(), (Instant::now(), document.clone()));
        while documents.values().map(|(_, document)| document.len()).sum::<usize>() > self.bytes_max {
            let oldest = documents.iter().min_by_key(|(_, (fetched, _))| *fetched).map(|(url, _)| url.clone());
            let Some(oldest) = oldest else { break };
            documents.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_documents_expire_and_are_evicted() {
        let said = CapabilitiesCache::new(Duration::from_millis(50), 1000);
        said.put("a", &Bytes::from(vec![0; 600]));
        assert!(said.get("a").is_some());
        said.put("b", &Bytes::from(vec![0; 600]));
        assert!(said.get("a").is_none() && said.get("b").is_some());
        std::thread::sleep(Duration::from_millis(60));
        assert!(said.get("b").is_none());
    }
}
