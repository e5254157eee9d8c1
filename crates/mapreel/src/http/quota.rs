//! The quotas of a client: requests, frames, requests to upstreams, open jobs, event streams. A client's key may have other limits than
//! the settings.

use super::access::Caller;
use super::concurrency::{ConcurrencyLimit, ConcurrencyPermit, LimitReached};
use super::problem::Problem;
use super::rate::{Left, Rate, Rates};
use crate::config::front_door::FrontDoor;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use std::time::Duration;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// The quotas of all clients, and how much of them is used.
pub(crate) struct Quotas {
    requests: Rates,
    /// The requests of clients without the key that they need. They are counted separately, so that they use up no quota of clients with
    /// a key.
    strangers: Rates,
    frames: Rates,
    upstream_requests: Rates,
    streams: ConcurrencyLimit<String>,
    requests_per_minute_max: u32,
    frames_per_hour_max: u32,
    upstream_requests_per_hour_max: u32,
    open_jobs_max: u32,
    streams_max: usize,
}

impl Quotas {
    pub(crate) fn new(settings: &FrontDoor) -> Self {
        Self {
            requests: Rates::new(),
            strangers: Rates::new(),
            frames: Rates::new(),
            upstream_requests: Rates::new(),
            streams: ConcurrencyLimit::new(settings.streams_max),
            requests_per_minute_max: settings.requests_per_minute_max,
            frames_per_hour_max: settings.frames_per_hour_max,
            upstream_requests_per_hour_max: settings.upstream_requests_per_hour_max,
            open_jobs_max: settings.open_jobs_per_client_max,
            streams_max: settings.streams_per_client_max,
        }
    }

    /// Counts a request; returns the state of the quota, for the headers of the answer.
    ///
    /// # Errors
    /// 429.
    pub(super) fn request(&self, caller: &Caller) -> Result<Standing, Problem> {
        self.count(&self.requests, &caller.owner)
    }

    /// Counts a request of a client that has no key and needs one.
    ///
    /// # Errors
    /// 429.
    pub(super) fn stranger(&self, caller: &Caller) -> Result<Standing, Problem> {
        self.count(&self.strangers, &caller.owner)
    }

    fn count(&self, rates: &Rates, owner: &str) -> Result<Standing, Problem> {
        let rate = Rate { max: self.requests_per_minute_max, within: MINUTE };
        match rates.take(owner, 1, rate) {
            Ok(left) => Ok(Standing { name: "requests", rate, left }),
            Err(wait) => Err(exceeded("requests", rate, wait, format!("{} requests in a minute", rate.max))),
        }
    }

    /// Counts the frames of a job that is about to be accepted.
    ///
    /// # Errors
    /// 429.
    pub(super) fn frames(&self, caller: &Caller, frames: u32) -> Result<Taken<'_>, Problem> {
        let of_key = caller.key.as_ref().and_then(|key| key.frames_per_hour_max);
        let rate = Rate { max: of_key.unwrap_or(self.frames_per_hour_max), within: HOUR };
        count(&self.frames, caller, frames, rate, ("frames", "frames"))
    }

    /// Counts the requests to upstreams that a job, a preview or a check is about to make.
    ///
    /// # Errors
    /// 429.
    pub(super) fn upstream_requests(&self, caller: &Caller, requests: usize) -> Result<Taken<'_>, Problem> {
        let rate = Rate { max: self.upstream_requests_per_hour_max, within: HOUR };
        let requests = u32::try_from(requests).unwrap_or(u32::MAX);
        count(&self.upstream_requests, caller, requests, rate, ("upstream-requests", "requests to upstreams"))
    }

    /// How many jobs of a client may be open; the store counts them.
    pub(super) fn open_jobs_max(&self, caller: &Caller) -> u64 {
        caller.key.as_ref().and_then(|key| key.open_jobs_max).unwrap_or(self.open_jobs_max).into()
    }

    /// The problem that the client has too many open jobs.
    pub(super) fn too_many_open_jobs(open: u64) -> Problem {
        let detail = format!("{open} jobs of yours are open, which is as many as you may have; wait for one to end");
        limited("open-jobs", &format!("q={open}"), Duration::from_secs(5), detail)
    }

    /// A permit for an event stream.
    ///
    /// # Errors 429 when this client has as many as it may have, 503 when all permits are taken.
    pub(super) fn stream(&self, caller: &Caller) -> Result<ConcurrencyPermit<String>, Problem> {
        self.streams.try_acquire(caller.owner.clone(), self.streams_max).map_err(|full| match full {
            LimitReached::Client => {
                let max = self.streams_max;
                let detail = format!("{max} event streams of yours are open, which is as many as you may have");
                limited("streams", &format!("q={max}"), Duration::from_secs(5), detail)
            }
            LimitReached::Total => {
                let detail = "as many event streams are open as this server has; ask for the status with `?wait`";
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).retry_after(5)
            }
        })
    }
}

/// The state of a client's quota, for headers (draft-ietf-httpapi-ratelimit-headers).
pub(super) struct Standing {
    name: &'static str,
    rate: Rate,
    left: Left,
}

impl Standing {
    /// Adds the headers, unless the answer already has those of an exhausted quota.
    pub(super) fn say(&self, headers: &mut HeaderMap) {
        if headers.contains_key(RATE_LIMIT) {
            return;
        }
        let Self { name, rate, left } = self;
        let policy = format!("\"{name}\";q={};w={}", rate.max, rate.within.as_secs());
        let state = format!("\"{name}\";r={};t={}", left.count, up(left.reset));
        for (name, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, state)] {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
    }
}

/// An amount that was taken from a quota; it is given back on drop, unless it is kept.
#[must_use]
pub(super) struct Taken<'a> {
    rates: &'a Rates,
    owner: String,
    count: u32,
    rate: Rate,
}

impl Taken<'_> {
    /// Keeps the amount: the client uses it.
    pub(super) fn keep(mut self) {
        self.count = 0;
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if self.count > 0 {
            self.rates.give_back(&self.owner, self.count, self.rate);
        }
    }
}

/// Takes an amount from a client's quota; `name` and words are for headers and messages.
fn count<'a>(
    rates: &'a Rates,
    caller: &Caller,
    count: u32,
    rate: Rate,
    (name, what): (&'static str, &str),
) -> Result<Taken<'a>, Problem> {
    match rates.take(&caller.owner, count, rate) {
        Ok(_) => Ok(Taken { rates, owner: caller.owner.clone(), count, rate }),
        Err(wait) => Err(exceeded(name, rate, wait, format!("{} {what} in an hour", rate.max))),
    }
}

fn exceeded(name: &'static str, rate: Rate, wait: Duration, what: String) -> Problem {
    let policy = format!("q={};w={}", rate.max, rate.within.as_secs());
    limited(name, &policy, wait, format!("you may have {what}; try again in {} s", up(wait)))
}

fn limited(name: &str, policy: &str, wait: Duration, detail: String) -> Problem {
    let seconds = up(wait);
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail).retry_after(seconds);
    problem.limited(format!("\"{name}\";{policy}"), format!("\"{name}\";r=0;t={seconds}"))
}

/// A time in whole seconds, rounded up.
fn up(time: Duration) -> u64 {
    time.as_secs_f64().ceil().max(1.0) as u64
}
