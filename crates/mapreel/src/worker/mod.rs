//! The worker: claims parts of jobs, draws them, and stores the results.

pub(crate) mod attended;
pub(crate) mod isolation;
pub(crate) mod job_preview;
pub(crate) mod liveness;
pub(crate) mod owner_shares;
pub(crate) mod part;
pub(crate) mod prepared_cache;
pub(crate) mod product;
pub(crate) mod progress;
pub(crate) mod settle;
pub(crate) mod slot;
pub(crate) mod steps;
pub(crate) mod worker;
