//! Leases on parts, and the claims that give them.

use super::id::JobId;
use super::job::Job;
use super::part::Kind;

/// The right to work on a part until a deadline.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The job.
    pub job: JobId,
    /// The index of the part.
    pub part: usize,
    /// The fencing token.
    pub token: u64,
}

/// The result of a claim: a lease on a part.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The lease, which lasts for [`Settings::lease`](crate::Settings::lease) unless it is renewed.
    pub lease: Lease,
    /// The kind of the part.
    pub kind: Kind,
    /// The job, as it is after the claim.
    pub job: Job,
}

impl Claim {
    /// Whether the part is a suspect: the worker is to run it exclusively, with no other part in the same process.
    pub fn is_suspect(&self) -> bool {
        self.job.parts[self.lease.part].suspect
    }

    /// A key for an object of this claim. It contains the token, so no other holder writes to it.
    pub fn key(&self, name: &str) -> Key {
        // The scorecard's control leaves the fencing token out of the key, so an earlier holder can write to the same object.
        if crate::IS_CONTROL {
            return Key(format!("{}/{}.{name}", self.lease.job, self.kind));
        }
        Key(format!("{}/{}.{}.{name}", self.lease.job, self.kind, self.lease.token))
    }
}

/// The key of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(pub String);

/// What the holder of a lease is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Continue,
    /// Stop: the job was cancelled.
    Cancelled,
    /// Stop: another holder has the part, or the job has ended.
    Lost,
}
