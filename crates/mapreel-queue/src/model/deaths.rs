//! Which deaths of processes `Job::rescue` charges to a part.

use super::job::Job;
use std::collections::{HashMap, HashSet};

/// How many parts each owner of leases holds, and which owners are dead.
///
/// A process that held nothing but a suspect, which runs alone, died of it or of something that is nobody's fault: the suspect is
/// charged. Any other death shows nothing: no part is charged, and each becomes a suspect.
pub(crate) struct Deaths {
    pub(crate) held: HashMap<String, usize>,
    pub(crate) dead: HashSet<String>,
}

impl Deaths {
    /// Of all jobs that these owners, and those who went silent, have leases on.
    pub(crate) fn new(jobs: &[Job], mut is_dead: impl FnMut(&str) -> bool) -> Self {
        let mut held: HashMap<String, usize> = HashMap::new();
        for part in jobs.iter().flat_map(Job::leases) {
            *held.entry(part.owner.clone()).or_default() += 1;
        }
        let dead = held.keys().filter(|owner| is_dead(owner)).cloned().collect();
        Self { held, dead }
    }
}
