//! Caches: answers for one run, capabilities across runs.

pub(crate) mod answers;
pub(crate) mod capabilities_cache;
