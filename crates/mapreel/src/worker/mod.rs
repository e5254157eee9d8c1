//! The worker: claims parts of jobs, has them drawn, stores what comes out.

pub(crate) mod attended;
pub(crate) mod doing;
pub(crate) mod isolation;
pub(crate) mod part;
pub(crate) mod prepared_cache;
pub(crate) mod product;
pub(crate) mod pulse;
pub(crate) mod settle;
pub(crate) mod share;
pub(crate) mod slot;
pub(crate) mod worker;
