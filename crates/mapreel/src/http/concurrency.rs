//! Limits on what one client, and all clients together, may hold at once: connections, event streams.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A number of permits, and how many of them each client holds; `K` identifies a client.
#[derive(Debug)]
pub(super) struct ConcurrencyLimit<K: Eq + Hash + Clone> {
    max: usize,
    in_use: Arc<Mutex<InUse<K>>>,
}

#[derive(Debug)]
struct InUse<K> {
    all: usize,
    /// For each client that holds permits, their number. The map has at most as many entries as there are permits.
    by: HashMap<K, usize>,
}

/// Why there is no permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LimitReached {
    /// This client holds as many as one client may.
    Client,
    /// All permits are held.
    Total,
}

/// A permit, given back when it is dropped.
#[derive(Debug)]
pub(super) struct ConcurrencyPermit<K: Eq + Hash> {
    who: K,
    in_use: Arc<Mutex<InUse<K>>>,
}

impl<K: Eq + Hash + Clone> ConcurrencyLimit<K> {
    pub(super) fn new(max: usize) -> Self {
        Self { max, in_use: Arc::new(Mutex::new(InUse { all: 0, by: HashMap::new() })) }
    }

    /// Takes a permit, if one is left and this client holds fewer than `each_max`.
    pub(super) fn try_acquire(&self, who: K, each_max: usize) -> Result<ConcurrencyPermit<K>, LimitReached> {
        let mut in_use = lock(&self.in_use);
        if in_use.by.get(&who).is_some_and(|count| *count >= each_max) {
            return Err(LimitReached::Client);
        }
        if in_use.all >= self.max {
            return Err(LimitReached::Total);
        }
        in_use.all += 1;
        *in_use.by.entry(who.clone()).or_default() += 1;
        Ok(ConcurrencyPermit { who, in_use: self.in_use.clone() })
    }
}

impl<K: Eq + Hash> Drop for ConcurrencyPermit<K> {
    fn drop(&mut self) {
        let mut guard = lock(&self.in_use);
        let in_use = &mut *guard;
        in_use.all -= 1;
        if let Some(count) = in_use.by.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                in_use.by.remove(&self.who);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permits_are_bounded_for_each_client_and_for_all_and_are_given_back() {
        let limit = ConcurrencyLimit::new(3);
        let a = limit.try_acquire("a", 2).unwrap();
        let _a = limit.try_acquire("a", 2).unwrap();
        assert_eq!(limit.try_acquire("a", 2).unwrap_err(), LimitReached::Client);
        let _b = limit.try_acquire("b", 2).unwrap();
        assert_eq!(limit.try_acquire("c", 2).unwrap_err(), LimitReached::Total);
        drop(a);
        let c = limit.try_acquire("c", 2).unwrap();
        drop(c);
        assert_eq!(lock(&limit.in_use).by.len(), 2, "who has none is forgotten");
    }
}
