//! An estimate of a request's cost, before its servers are asked.

use super::explanation::{Explanation, pictures};
use mapreel_spec::{Limits, Plan, Problems, Request, Resolved, View};
use std::collections::HashSet;

/// An estimate of a request's cost, before its servers are asked. It is computed from a plan without the servers' answers, which is not kept.
pub(crate) struct Estimate {
    resolved: Resolved,
    plan: Plan,
    documents: usize,
}

impl Estimate {
    /// The estimate for a request, or for a frame of it.
    ///
    /// # Errors
    /// The request would cost more than the limits allow.
    pub(crate) fn of(request: &Request, view: View, limits: &Limits) -> Result<Self, Problems> {
        let resolved = Resolved::unasked(request);
        let plan = Plan::of_map_alone(&resolved, view, limits)?;
        Ok(Self { resolved, plan, documents: documents(request) })
    }

    /// Requests to upstreams.
    pub(crate) fn upstream_requests(&self) -> usize {
        pictures(&self.resolved, &self.plan) + self.documents
    }

    /// How many frames each segment has.
    pub(crate) fn frames_of_segments(&self) -> Vec<u32> {
        self.plan.segments.iter().map(|segment| segment.len() as u32).collect()
    }

    /// The estimate as an explanation.
    pub(crate) fn explanation(&self) -> Explanation {
        Explanation::made(&self.resolved, &self.plan, self.documents, false)
    }
}

/// The number of documents that servers are asked for.
pub(crate) fn documents(request: &Request) -> usize {
    request.questions().into_iter().map(|question| question.url).collect::<HashSet<String>>().len()
}
