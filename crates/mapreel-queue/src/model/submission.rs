//! What is handed in with a job, and what becomes of it.

use super::job::Job;
use super::service::Service;
use bytes::Bytes;

/// A job to be accepted.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// What is asked for.
    pub service: Service,
    /// The client that sends it: the name of a key, or an address.
    pub owner: String,
    /// What the client calls it: the title of its map.
    pub title: Option<String>,
    /// The request document.
    pub document: Bytes,
    /// Its SHA-256, in hexadecimal.
    pub request_sha256: String,
    /// The frames of each segment; never empty.
    pub segments: Vec<u32>,
    /// The client's own name for the request: the idempotency key.
    pub idempotency_key: Option<String>,
    /// The most open jobs of its owner, this one among them; `None`: the owner has no bound.
    pub open_jobs_of_owner_max: Option<u64>,
}

/// Whose bound on open jobs is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// The bound of all owners together.
    All,
    /// The owner's bound.
    Owner,
}

/// What became of a submission.
#[derive(Debug, Clone, PartialEq)]
pub enum Submitted {
    /// A new job.
    Created(Job),
    /// The job of the same idempotency key and request.
    Known(Job),
    /// The idempotency key belongs to another request.
    KeyReused,
    /// Too many jobs are open.
    Full {
        /// How many jobs are open, of all or of the owner.
        open: u64,
        /// The bound that is reached.
        bound: Bound,
    },
}
