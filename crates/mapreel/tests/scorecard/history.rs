//! The history of a trial: every call of its clients, with its times and its answer. The checker judges it.

use crate::support::service::{Answer, sha256, try_request};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A call and its answer.
#[derive(Debug, Clone)]
pub struct Event {
    /// When the client began to send.
    pub from: Duration,
    /// When it had the answer.
    pub to: Duration,
    pub what: What,
}

/// A call and its answer.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The answer 202, which promises the job.
    Accepted { job: String, key: Option<String>, frames: u64 },
    /// Another status, or 0 without an answer: the job is not promised.
    NotAccepted { status: u16, key: Option<String> },
    /// The status of a job.
    Seen { job: String, state: String, done: u64, sha256: Option<String> },
    /// 404: the API does not know the job.
    Unknown { job: String },
    /// The answer to a cancellation: the job's state after it.
    Cancelled { job: String, state: String },
    /// A file, whole, and its hash.
    Downloaded { job: String, sha256: String },
}

impl What {
    /// The job of the call, if there is one.
    fn job(&self) -> Option<&str> {
        match self {
            Self::NotAccepted { .. } => None,
            Self::Accepted { job, .. }
            | Self::Seen { job, .. }
            | Self::Unknown { job }
            | Self::Cancelled { job, .. }
            | Self::Downloaded { job, .. } => Some(job),
        }
    }
}

/// A request for a job.
#[derive(Debug, Clone)]
pub struct Order {
    pub service: &'static str,
    pub body: String,
    pub frames: u64,
    pub key: Option<String>,
}

/// The calls of all clients of a trial.
pub struct History {
    began: Instant,
    calls: Mutex<Calls>,
}

#[derive(Default)]
struct Calls {
    events: Vec<Event>,
    /// The last answer about each job: an equal answer is no new event.
    last: HashMap<String, What>,
}

impl History {
    pub fn new() -> Self {
        Self { began: Instant::now(), calls: Mutex::default() }
    }

    pub fn events(&self) -> Vec<Event> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).events.clone()
    }

    /// The accepted jobs, each once and in order, with their numbers of frames.
    pub fn accepted(&self) -> Vec<(String, u64)> {
        let (mut jobs, mut known) = (Vec::new(), HashSet::new());
        for event in self.events() {
            if let What::Accepted { job, frames, .. } = event.what
                && known.insert(job.clone())
            {
                jobs.push((job, frames));
            }
        }
        jobs
    }

    /// Submits a request; returns the job, if it was accepted, and the status (0 without an answer).
    pub fn submit(&self, url: &str, order: &Order) -> (Option<String>, u16) {
        let mut headers = vec!["content-type: application/json".to_owned()];
        headers.extend(order.key.iter().map(|key| format!("idempotency-key: \"{key}\"")));
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let path = format!("/api/service/{}", order.service);
        self.call(|| {
            let answer = try_request(url, "POST", &path, &headers, order.body.as_bytes());
            let status = answer.as_ref().map_or(0, |answer| answer.status);
            let job = answer.ok().filter(|answer| answer.status == 202).and_then(|answer| text(&json(&answer)?, "id"));
            let key = order.key.clone();
            let what = match &job {
                Some(job) => What::Accepted { job: job.clone(), key, frames: order.frames },
                None => What::NotAccepted { status, key },
            };
            (Some(what), (job, status))
        })
    }

    /// Asks for the status of a job; `None`: there was no answer, or the API does not know the job.
    pub fn look(&self, url: &str, job: &str) -> Option<Value> {
        self.call(|| {
            let answer = try_request(url, "GET", &format!("/api/job-status/{job}"), &[], b"");
            match answer {
                Ok(answer) if answer.status == 200 => match json(&answer) {
                    Some(view) => (seen(job, &view), Some(view)),
                    None => (None, None),
                },
                Ok(answer) if answer.status == 404 => (Some(What::Unknown { job: job.to_owned() }), None),
                _ => (None, None),
            }
        })
    }

    /// Whether there is a pending job, which no worker has begun.
    pub fn is_pending(&self, url: &str) -> bool {
        let page = try_request(url, "GET", "/api/jobs?status=PENDING&limit=1", &[], b"");
        page.ok()
            .and_then(|page| json(&page))
            .is_some_and(|page| page["jobs"].as_array().is_some_and(|jobs| !jobs.is_empty()))
    }

    /// Cancels a job; returns its state after that, if there was an answer.
    pub fn cancel(&self, url: &str, job: &str) -> Option<String> {
        self.call(|| {
            let answer = try_request(url, "DELETE", &format!("/api/job-status/{job}"), &[], b"");
            let state = answer.ok().and_then(|answer| text(&json(&answer)?, "status"));
            let what = state.clone().map(|state| What::Cancelled { job: job.to_owned(), state });
            (what, state)
        })
    }

    /// Fetches the file of a job; returns its bytes, or the other answer.
    pub fn download(&self, url: &str, job: &str) -> Result<Vec<u8>, String> {
        self.call(|| {
            let file = match try_request(url, "GET", &format!("/api/download/{job}"), &[], b"") {
                Ok(answer) if answer.status == 200 && is_whole(&answer) => Ok(answer.body),
                Ok(answer) if answer.status == 200 => Err("a file that breaks off".to_owned()),
                Ok(answer) => Err(format!("{}: {}", answer.status, answer.text())),
                Err(error) => Err(error.to_string()),
            };
            let what = file.as_ref().ok().map(|file| What::Downloaded { job: job.to_owned(), sha256: sha256(file) });
            (what, file)
        })
    }

    fn call<T>(&self, ask: impl FnOnce() -> (Option<What>, T)) -> T {
        let from = self.began.elapsed();
        let (what, result) = ask();
        if let Some(what) = what {
            let to = self.began.elapsed();
            let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
            // Only an answer that equals the last answer about the same job is no new event.
            let before = what.job().and_then(|job| calls.last.insert(job.to_owned(), what.clone()));
            if matches!(what, What::Seen { .. }) && before.as_ref() == Some(&what) {
                return result;
            }
            calls.events.push(Event { from, to, what });
        }
        result
    }
}

fn seen(job: &str, view: &Value) -> Option<What> {
    Some(What::Seen {
        job: job.to_owned(),
        state: text(view, "status")?,
        done: view["progress"]["done"].as_u64().unwrap_or(0),
        sha256: view["artifact"]["sha256"].as_str().map(str::to_owned),
    })
}

fn json(answer: &Answer) -> Option<Value> {
    serde_json::from_slice(&answer.body).ok()
}

fn text(value: &Value, name: &str) -> Option<String> {
    value[name].as_str().map(str::to_owned)
}

fn is_whole(answer: &Answer) -> bool {
    answer.header("content-length").parse::<usize>().is_ok_and(|length| length == answer.body.len())
}
