//! The keys of what the present layer inherits, for a reader in the tree of layers: a look-up takes constant time.

use super::inherited::{Inherited, Item};
use crate::read_limits::Exceeded;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The keys of the items of a layer and of the layers that contain it, with the number of items for each key.
#[derive(Default)]
pub(crate) struct Scope(HashMap<String, usize>);

/// What `Scope::enter` has replaced: for each key the number of items that it had before.
pub(crate) struct Before(Vec<(String, Option<usize>)>);

impl Scope {
    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Adds a layer's own items to those that it inherits.
    pub(crate) fn enter<T: Item + ?Sized>(
        &mut self,
        outer: &Inherited<T>,
        own: Vec<Arc<T>>,
        (max, what): (usize, &'static str),
    ) -> Result<(Inherited<T>, Before), Exceeded> {
        let mut counts: HashMap<String, usize> = HashMap::new();
        own.iter().for_each(|item| *counts.entry(item.key().into_owned()).or_default() += 1);
        let (mut hides, mut hidden, mut before) = (HashSet::new(), 0, Vec::new());
        for (key, count) in counts {
            let known = self.0.insert(key.clone(), count);
            if let Some(count) = known {
                hidden += count;
                hides.insert(key.clone());
            }
            before.push((key, known));
        }
        let all = outer.with(own, hides, hidden);
        Exceeded::check(all.len(), max, what)?;
        Ok((all, Before(before)))
    }

    /// Removes a layer's own items, as `enter` added them.
    pub(crate) fn leave(&mut self, Before(before): Before) {
        for (key, known) in before {
            match known {
                Some(count) => self.0.insert(key, count),
                None => self.0.remove(&key),
            };
        }
    }
}
