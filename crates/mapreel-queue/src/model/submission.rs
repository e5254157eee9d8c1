//! What a client submits, and the result of the submission.

use super::job::Job;
use super::service::Service;
use bytes::Bytes;

/// A job to be accepted.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// A picture or a film.
    pub service: Service,
    /// The client that sends it: the name of a key, or an address.
    pub owner: String,
    /// The title of the client's map.
    pub title: Option<String>,
    /// The request document.
    pub document: Bytes,
    /// Its SHA-256, in hexadecimal.
    pub request_sha256: String,
    /// The frames of each segment; never empty.
    pub segments: Vec<u32>,
    /// The client's own name for the request: the idempotency key.
    pub idempotency_key: Option<String>,
    /// The most open jobs that its owner may have, including this one; `None`: the owner has no bound.
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

/// The result of a submission.
#[derive(Debug, Clone, PartialEq)]
pub enum Submitted {
    /// A new job.
    Created(Job),
    /// The job that an earlier submission with the same idempotency key and request has created.
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
