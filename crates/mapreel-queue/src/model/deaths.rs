//! Which deaths of processes are charged to a part.

use super::job::Job;
use std::collections::{HashMap, HashSet};

/// How many parts each owner of leases holds, and which owners are dead.
///
/// A part whose worker dies or goes silent becomes a suspect and is claimed exclusively next time: it may be what killed the worker. When a
/// worker dies that held one suspect and nothing else, the death is charged to the suspect as an attempt. The death of a worker with several
/// parts is charged to none of them: it does not show which part, if any, is the cause.
pub(crate) struct Deaths {
    /// The number of parts that each owner holds.
    pub(crate) held: HashMap<String, usize>,
    /// The owners that are dead.
    pub(crate) dead: HashSet<String>,
}

impl Deaths {
    /// From all jobs on which dead and silent owners hold leases; calls `is_dead` once for each owner.
    pub(crate) fn new(jobs: &[Job], mut is_dead: impl FnMut(&str) -> bool) -> Self {
        let mut held: HashMap<String, usize> = HashMap::new();
        for part in jobs.iter().flat_map(Job::leases) {
            *held.entry(part.owner.clone()).or_default() += 1;
        }
        let dead = held.keys().filter(|owner| is_dead(owner)).cloned().collect();
        Self { held, dead }
    }
}
