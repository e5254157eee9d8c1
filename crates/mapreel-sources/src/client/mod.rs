//! The one guarded HTTP client: connections, attempts, retries.

pub(crate) mod attempt;
pub(crate) mod client;
pub(crate) mod connections;
pub(crate) mod readers;
pub(crate) mod retry;
