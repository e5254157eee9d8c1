//! How many requests a host gets at once: two semaphores, one for the owner and one for all owners.
//!
//! One owner of jobs cannot block a host for another one: each owner has permits of its own at the host, and the host rests for an owner
//! only after failures of that owner's requests. All owners together have [`OWNERS_AT_ONCE`] times as many permits.

use super::host_health::{Admission, HostHealth, Patience};
use crate::error::Error;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a host rests after too many failures.
const REST: Duration = Duration::from_secs(30);
/// All owners together have this many times the permits of one owner.
pub(crate) const OWNERS_AT_ONCE: usize = 4;
/// With more entries than this, the limiter removes those that no request uses and whose host does not rest.
const KEPT_MAX: usize = 1000;

/// The limits of all hosts.
pub(crate) struct HostLimiter {
    per_owner: usize,
    rest: Duration,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
    owners: Mutex<HashMap<(String, String), Arc<OwnerAtHost>>>,
}

/// The permits of one owner at one host, and the host's health for that owner.
struct OwnerAtHost {
    permits: Arc<Semaphore>,
    health: HostHealth,
}

/// The right to send a request to a host; given back when dropped.
pub(crate) struct Permit {
    at_host: Arc<OwnerAtHost>,
    admission: Admission,
    _permits: [OwnedSemaphorePermit; 2],
}

impl HostLimiter {
    /// A limiter that allows one owner this many concurrent requests at one host.
    pub(crate) fn new(per_owner: usize) -> Self {
        Self { per_owner, rest: REST, hosts: Mutex::default(), owners: Mutex::default() }
    }

    /// Waits for a permit, and for the end of a rest of the host, as long as the run's patience lasts.
    ///
    /// # Errors
    /// The host rests for longer.
    pub(crate) async fn acquire(&self, owner: &str, host: &str, patience: &Patience) -> Result<Permit, Error> {
        let at_host = self.owner_at(owner, host);
        let of_all = self.host(host);
        loop {
            at_host.health.rested(patience).await?;
            let own = at_host.permits.clone().acquire_owned().await.expect("the semaphore is never closed");
            let shared = of_all.clone().acquire_owned().await.expect("the semaphore is never closed");
            // While this request waited for its permits, failures of other requests may have begun a rest.
            if let Some(admission) = at_host.health.admit() {
                return Ok(Permit { at_host, admission, _permits: [own, shared] });
            }
        }
    }

    fn owner_at(&self, owner: &str, host: &str) -> Arc<OwnerAtHost> {
        let new = || OwnerAtHost {
            permits: Arc::new(Semaphore::new(self.per_owner)),
            health: HostHealth::new(host, self.rest),
        };
        get_or_insert(&self.owners, (owner.to_owned(), host.to_owned()), |at_host| at_host.health.rests(), new)
    }

    fn host(&self, host: &str) -> Arc<Semaphore> {
        get_or_insert(&self.hosts, host.to_owned(), |_| false, || Semaphore::new(self.per_owner * OWNERS_AT_ONCE))
    }
}

/// The entry of a key, which is made if it is missing. If there are too many entries, the unused ones are removed first.
fn get_or_insert<K: Hash + Eq, T>(
    map: &Mutex<HashMap<K, Arc<T>>>,
    key: K,
    is_needed: impl Fn(&T) -> bool,
    new: impl FnOnce() -> T,
) -> Arc<T> {
    let mut map = map.lock().unwrap_or_else(PoisonError::into_inner);
    if map.len() > KEPT_MAX {
        map.retain(|_, entry| Arc::strong_count(entry) > 1 || is_needed(entry));
    }
    map.entry(key).or_insert_with(|| Arc::new(new())).clone()
}

impl Permit {
    /// The host of the permit.
    pub(crate) fn host(&self) -> &str {
        self.at_host.health.host()
    }

    /// Whether failures of other requests have begun a rest of the host.
    pub(crate) fn must_rest(&self) -> bool {
        self.at_host.health.rests()
    }

    /// Notes the result of the request, all retries included.
    pub(crate) fn record<T>(self, result: &Result<T, Error>) {
        self.at_host.health.record(result);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.at_host.health.leave(self.admission);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::host_health::FAILURES_MAX;
    use tokio::time::Instant;

    fn silence() -> Result<(), Error> {
        Err(Error::TimedOut { host: "h".into(), what: String::new() })
    }

    fn status(status: u16) -> Result<(), Error> {
        Err(Error::Status { host: "h".into(), status, text: String::new(), retry_after: None })
    }

    fn short_patience() -> Patience {
        Patience::new(Duration::from_millis(20))
    }

    fn long_patience() -> Patience {
        Patience::new(Duration::from_secs(20))
    }

    async fn fail_until_rest(limiter: &HostLimiter, owner: &str, host: &str) {
        for _ in 0..FAILURES_MAX {
            limiter.acquire(owner, host, &short_patience()).await.ok().unwrap().record(&silence());
        }
    }

    #[tokio::test]
    async fn a_host_that_rests_for_one_owner_is_open_for_others() {
        let limiter = HostLimiter::new(1);
        fail_until_rest(&limiter, "a", "h").await;
        assert!(matches!(limiter.acquire("a", "h", &short_patience()).await, Err(Error::HostRests { .. })));
        assert!(limiter.acquire("b", "h", &short_patience()).await.is_ok());
        assert!(limiter.acquire("a", "other", &short_patience()).await.is_ok());
    }

    #[tokio::test]
    async fn a_host_that_answers_with_errors_does_not_rest() {
        let limiter = HostLimiter::new(1);
        for code in [500, 503, 429, 404].repeat(FAILURES_MAX as usize) {
            limiter.acquire("a", "h", &short_patience()).await.ok().unwrap().record(&status(code));
        }
        assert!(limiter.acquire("a", "h", &short_patience()).await.is_ok());
        for _ in 0..2 * FAILURES_MAX {
            limiter.acquire("a", "h", &short_patience()).await.ok().unwrap().record(&silence());
            limiter.acquire("a", "h", &short_patience()).await.ok().unwrap().record(&status(500));
        }
        assert!(limiter.acquire("a", "h", &short_patience()).await.is_ok(), "it answers now and then");
    }

    /// A limiter whose hosts rest for a moment.
    fn with_short_rest(per_owner: usize) -> HostLimiter {
        HostLimiter { rest: Duration::from_millis(200), ..HostLimiter::new(per_owner) }
    }

    #[tokio::test]
    async fn a_host_that_rests_is_waited_for_and_probed_by_one() {
        let limiter = Arc::new(with_short_rest(4));
        fail_until_rest(&limiter, "a", "h").await;
        let began = Instant::now();
        let patience = Arc::new(long_patience());
        let probe = limiter.acquire("a", "h", &patience).await.ok().unwrap();
        assert!(began.elapsed() >= limiter.rest - Duration::from_millis(20) && probe.admission == Admission::Probe);
        let second = tokio::spawn({
            let (limiter, patience) = (limiter.clone(), patience.clone());
            async move { limiter.acquire("a", "h", &patience).await.is_ok() }
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!second.is_finished(), "one probe at a time");
        probe.record(&Ok(()));
        assert!(second.await.unwrap());
        fail_until_rest(&limiter, "a", "h").await;
        assert!(limiter.acquire("a", "h", &short_patience()).await.is_err(), "no longer than its patience");
    }

    #[tokio::test]
    async fn a_probe_that_is_given_up_is_followed_by_another() {
        let limiter = with_short_rest(2);
        fail_until_rest(&limiter, "a", "h").await;
        let patience = long_patience();
        let probe = limiter.acquire("a", "h", &patience).await.ok().unwrap();
        drop(probe);
        let again = limiter.acquire("a", "h", &patience).await.ok().unwrap();
        assert_eq!(again.admission, Admission::Probe);
        again.record(&Ok(()));
        assert!(limiter.acquire("a", "h", &patience).await.is_ok_and(|permit| permit.admission == Admission::Usual));
    }

    #[tokio::test]
    async fn one_owner_has_a_few_permits_and_all_owners_four_times_as_many() {
        let limiter = HostLimiter::new(2);
        let mut held = Vec::new();
        for owner in 0..OWNERS_AT_ONCE {
            for _ in 0..2 {
                held.push(limiter.acquire(&owner.to_string(), "h", &short_patience()).await.ok().unwrap());
            }
        }
        let patience = long_patience();
        let waits = |owner: &'static str| {
            tokio::time::timeout(Duration::from_millis(20), limiter.acquire(owner, "h", &patience))
        };
        assert!(waits("0").await.is_err() && waits("another").await.is_err());
        held.pop();
        assert!(waits("0").await.is_err() && waits("another").await.is_ok());
    }

    #[tokio::test]
    async fn hosts_are_forgotten_unless_they_are_in_use_or_rest() {
        let limiter = HostLimiter::new(1);
        let held = limiter.acquire("a", "held", &short_patience()).await.ok().unwrap();
        fail_until_rest(&limiter, "a", "resting").await;
        for i in 0..5 * KEPT_MAX {
            limiter.acquire("a", &format!("h{i}"), &short_patience()).await.ok().unwrap().record(&silence());
        }
        assert!(limiter.owners.lock().unwrap().len() <= KEPT_MAX + 1);
        assert!(matches!(limiter.acquire("a", "resting", &short_patience()).await, Err(Error::HostRests { .. })));
        let second =
            tokio::time::timeout(Duration::from_millis(20), limiter.acquire("a", "held", &short_patience())).await;
        assert!(second.is_err(), "the only permit is still taken");
        drop(held);
    }

    #[tokio::test]
    async fn a_refused_request_is_no_failure_of_the_host() {
        let limiter = HostLimiter::new(1);
        for _ in 0..2 * FAILURES_MAX {
            let refused: Result<(), _> = Err(Error::Refused { host: "h".into(), what: "" });
            limiter.acquire("a", "h", &short_patience()).await.ok().unwrap().record(&refused);
        }
        assert!(limiter.acquire("a", "h", &short_patience()).await.is_ok());
    }
}
