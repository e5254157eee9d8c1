//! A record for each host, for the operators of the service: how many requests succeeded and failed, and how long they took.

use crate::error::Error;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// The most hosts with a record. Strangers choose the hosts, so their number is bounded: the least recently asked host is removed.
const HOSTS_MAX: usize = 200;

/// The results of the requests to one host, since the process began or since the host's record was last removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRecord {
    /// Host and port, as messages name them.
    pub host: String,
    /// Requests that were answered with what was wanted.
    pub answered: u64,
    /// Requests that failed, each after its last attempt.
    pub failed: u64,
    /// The time that all requests took.
    pub time_total: Duration,
    /// When the newest request ended.
    pub asked_last: SystemTime,
    /// The error of the newest failed request.
    pub failure: Option<String>,
}

/// The records of all hosts.
#[derive(Default)]
pub(crate) struct HostRecords(Mutex<HashMap<String, HostRecord>>);

impl HostRecords {
    /// Notes the result of a request to a host, and how long it took.
    pub(crate) fn note<T>(&self, host: &str, result: &Result<T, Error>, took: Duration) {
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if records.len() >= HOSTS_MAX && !records.contains_key(host) {
            let oldest = records.values().min_by_key(|record| record.asked_last).map(|record| record.host.clone());
            oldest.map(|oldest| records.remove(&oldest));
        }
        let now = SystemTime::now();
        let record = records.entry(host.to_owned()).or_insert_with(|| HostRecord {
            host: host.to_owned(),
            answered: 0,
            failed: 0,
            time_total: Duration::ZERO,
            asked_last: now,
            failure: None,
        });
        (record.asked_last, record.time_total) = (now, record.time_total + took);
        match result {
            Ok(_) => record.answered += 1,
            Err(error) => (record.failed, record.failure) = (record.failed + 1, Some(error.to_string())),
        }
    }

    /// The records: the host with the most failures first, then the slowest.
    pub(crate) fn all(&self) -> Vec<HostRecord> {
        let mut all: Vec<HostRecord> =
            self.0.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        all.sort_by_key(|record| std::cmp::Reverse((record.failed, record.time_total)));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_asked_host_is_evicted() {
        let records = HostRecords::default();
        let timed_out = Err::<(), _>(Error::TimedOut { host: "slow".into(), what: "its head".into() });
        records.note("first", &Ok::<_, Error>(()), Duration::from_millis(1));
        records.note("slow", &timed_out, Duration::from_secs(1));
        for number in 2..=HOSTS_MAX {
            records.note(&number.to_string(), &Ok::<_, Error>(()), Duration::ZERO);
        }
        let all = records.all();
        assert_eq!((all.len(), all[0].host.as_str(), all[0].failed), (HOSTS_MAX, "slow", 1));
        assert!(all.iter().all(|record| record.host != "first"));
    }
}
