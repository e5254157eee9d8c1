//! Places that are bounded in all and for each client: of connections, of event streams.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Some places, and who has how many of them.
#[derive(Debug)]
pub(super) struct Places<K: Eq + Hash + Clone> {
    max: usize,
    taken: Arc<Mutex<Taken<K>>>,
}

#[derive(Debug)]
struct Taken<K> {
    all: usize,
    /// Only who has some: no larger than the places are.
    by: HashMap<K, usize>,
}

/// Why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// This client has as many as one may have.
    ForOne,
    /// All are taken.
    ForAll,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place<K: Eq + Hash> {
    who: K,
    taken: Arc<Mutex<Taken<K>>>,
}

impl<K: Eq + Hash + Clone> Places<K> {
    pub(super) fn new(max: usize) -> Self {
        Self { max, taken: Arc::new(Mutex::new(Taken { all: 0, by: HashMap::new() })) }
    }

    /// Takes one, if there is one left and this client has fewer than `each_max`.
    pub(super) fn take(&self, who: K, each_max: usize) -> Result<Place<K>, Full> {
        let mut taken = lock(&self.taken);
        if taken.by.get(&who).is_some_and(|count| *count >= each_max) {
            return Err(Full::ForOne);
        }
        if taken.all >= self.max {
            return Err(Full::ForAll);
        }
        taken.all += 1;
        *taken.by.entry(who.clone()).or_default() += 1;
        Ok(Place { who, taken: self.taken.clone() })
    }
}

impl<K: Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let mut guard = lock(&self.taken);
        let taken = &mut *guard;
        taken.all -= 1;
        if let Some(count) = taken.by.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                taken.by.remove(&self.who);
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
    fn places_are_bounded_for_each_and_in_all_and_given_back() {
        let places = Places::new(3);
        let a = places.take("a", 2).unwrap();
        let _a = places.take("a", 2).unwrap();
        assert_eq!(places.take("a", 2).unwrap_err(), Full::ForOne);
        let _b = places.take("b", 2).unwrap();
        assert_eq!(places.take("c", 2).unwrap_err(), Full::ForAll);
        drop(a);
        let c = places.take("c", 2).unwrap();
        drop(c);
        assert_eq!(lock(&places.taken).by.len(), 2, "who has none is forgotten");
    }
}
