//! How many requests a host gets at once, and when it is left alone.
//!
//! What one owner of jobs asks of a host never shuts it for another: each has permits of his own, and only his own failures
//! tell whether it rests for him. All owners together have some times as many.

use crate::error::Error;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// After so many failures in a row, each already retried, a host rests …
const FAILURES_MAX: u32 = 5;
/// … for so long.
const REST: Duration = Duration::from_secs(30);
/// All owners together have so many times the permits of one.
pub(crate) const OWNERS_AT_ONCE: usize = 4;
/// With more hosts than this, those are forgotten that nobody asks and that do not rest.
const KEPT_MAX: usize = 1000;

/// The limits of all hosts.
pub(crate) struct HostLimiter {
    per_owner: usize,
    rest: Duration,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
    owners: Mutex<HashMap<(String, String), Arc<OwnerAtHost>>>,
}

/// What one owner has at one host.
struct OwnerAtHost {
    host: String,
    permits: Arc<Semaphore>,
    rest: Duration,
    health: Mutex<Health>,
    /// The health has changed.
    changed: Notify,
}

#[derive(Default)]
struct Health {
    failures: u32,
    rests_until: Option<Instant>,
    /// A request has been let in after the rest, and has not come back.
    probed: bool,
}

/// How long a run waits for hosts that rest. It begins with each when the run first finds it at rest, and is not renewed.
pub(crate) struct Patience {
    duration: Duration,
    met: Mutex<HashMap<String, Instant>>,
}

impl Patience {
    pub(crate) fn new(duration: Duration) -> Self {
        Self { duration, met: Mutex::default() }
    }

    /// Its end with a host that rests.
    fn until(&self, host: &str) -> Instant {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        *met.entry(host.to_owned()).or_insert_with(|| Instant::now() + self.duration)
    }
}

/// The right to ask a host; given back when dropped.
pub(crate) struct Permit {
    at_host: Arc<OwnerAtHost>,
    /// This is the one request that finds out whether the host has recovered.
    probes: bool,
    _permits: [OwnedSemaphorePermit; 2],
}

impl HostLimiter {
    /// So many requests at once for one owner at one host.
    pub(crate) fn new(per_owner: usize) -> Self {
        Self { per_owner, rest: REST, hosts: Mutex::default(), owners: Mutex::default() }
    }

    /// Waits until the host may be asked. One that rests is waited for, too, as far as there is patience with it.
    ///
    /// # Errors
    /// The host rests for longer.
    pub(crate) async fn enter(&self, owner: &str, host: &str, patience: &Patience) -> Result<Permit, Error> {
        let at_host = self.owner_at(owner, host);
        let of_all = self.host(host);
        loop {
            at_host.rested(patience).await?;
            let own = at_host.permits.clone().acquire_owned().await.expect("never closed");
            let shared = of_all.clone().acquire_owned().await.expect("never closed");
            // Others may have found meanwhile that it must rest.
            if let Some(probes) = at_host.admit() {
                return Ok(Permit { at_host, probes, _permits: [own, shared] });
            }
        }
    }

    fn owner_at(&self, owner: &str, host: &str) -> Arc<OwnerAtHost> {
        let new = || OwnerAtHost {
            host: host.to_owned(),
            permits: Arc::new(Semaphore::new(self.per_owner)),
            rest: self.rest,
            health: Mutex::default(),
            changed: Notify::new(),
        };
        kept(&self.owners, (owner.to_owned(), host.to_owned()), |at_host| at_host.rests(), new)
    }

    fn host(&self, host: &str) -> Arc<Semaphore> {
        kept(&self.hosts, host.to_owned(), |_| false, || Semaphore::new(self.per_owner * OWNERS_AT_ONCE))
    }
}

/// The entry of a key, which is made if it is not there. Where there are too many, those go that nobody uses.
fn kept<K: Hash + Eq, T>(
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

impl OwnerAtHost {
    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rests(&self) -> bool {
        self.health().rests_until.is_some_and(|until| Instant::now() < until)
    }

    /// Waits for the end of a rest, and of the probe after it.
    async fn rested(&self, patience: &Patience) -> Result<(), Error> {
        loop {
            let changed = self.changed.notified();
            let (until, is_late, failures) = match &*self.health() {
                Health { rests_until: None, .. } => return Ok(()),
                Health { rests_until: Some(until), probed: false, .. } if *until <= Instant::now() => return Ok(()),
                Health { rests_until: Some(until), probed, failures } => {
                    let patience = patience.until(&self.host);
                    // Nobody knows when a probe comes back.
                    let until = if *probed { patience } else { *until };
                    (until, if *probed { Instant::now() >= patience } else { until >= patience }, *failures)
                }
            };
            if is_late {
                return Err(Error::LeftAlone { host: self.host.clone(), failures });
            }
            tokio::select! {
                () = tokio::time::sleep_until(until) => {}
                () = changed => {}
            }
        }
    }

    /// Whether the host may be asked, and whether by a probe: not while it rests, and after its rest by one request until that
    /// has come back.
    fn admit(&self) -> Option<bool> {
        let mut health = self.health();
        let Some(until) = health.rests_until else { return Some(false) };
        if Instant::now() < until || health.probed {
            return None;
        }
        health.probed = true;
        Some(true)
    }
}

impl Permit {
    /// The host that may be asked.
    pub(crate) fn host(&self) -> &str {
        &self.at_host.host
    }

    /// Whether others have found meanwhile that the host must rest.
    pub(crate) fn must_rest(&self) -> bool {
        self.at_host.rests()
    }

    /// Notes how it went, all retries included. A host fails that cannot be reached or does not answer in time. One that says no
    /// to one path has answered.
    pub(crate) fn record<T>(self, result: &Result<T, Error>) {
        let mut health = self.at_host.health();
        match result {
            Err(Error::Unreachable { .. } | Error::TimedOut { .. }) => {
                health.failures += 1;
                if health.failures >= FAILURES_MAX {
                    health.rests_until = Some(Instant::now() + self.at_host.rest);
                    health.probed = false;
                }
            }
            Err(Error::Refused { .. } | Error::LeftAlone { .. }) => {}
            _ => *health = Health::default(),
        }
    }
}

impl Drop for Permit {
    /// A probe that was given up with its run has found nothing out; the next request probes.
    fn drop(&mut self) {
        if self.probes {
            self.at_host.health().probed = false;
        }
        self.at_host.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silence() -> Result<(), Error> {
        Err(Error::TimedOut { host: "h".into(), what: String::new() })
    }

    fn status(status: u16) -> Result<(), Error> {
        Err(Error::Status { host: "h".into(), status, text: String::new(), retry_after: None })
    }

    fn little() -> Patience {
        Patience::new(Duration::from_millis(20))
    }

    fn much() -> Patience {
        Patience::new(Duration::from_secs(20))
    }

    async fn tire(limiter: &HostLimiter, owner: &str, host: &str) {
        for _ in 0..FAILURES_MAX {
            limiter.enter(owner, host, &little()).await.ok().unwrap().record(&silence());
        }
    }

    #[tokio::test]
    async fn a_host_that_rests_for_one_owner_is_open_for_others() {
        let limiter = HostLimiter::new(1);
        tire(&limiter, "a", "h").await;
        assert!(matches!(limiter.enter("a", "h", &little()).await, Err(Error::LeftAlone { .. })));
        assert!(limiter.enter("b", "h", &little()).await.is_ok());
        assert!(limiter.enter("a", "other", &little()).await.is_ok());
    }

    #[tokio::test]
    async fn a_path_that_fails_shuts_no_host() {
        let limiter = HostLimiter::new(1);
        for code in [500, 503, 429, 404].repeat(FAILURES_MAX as usize) {
            limiter.enter("a", "h", &little()).await.ok().unwrap().record(&status(code));
        }
        assert!(limiter.enter("a", "h", &little()).await.is_ok());
        for _ in 0..2 * FAILURES_MAX {
            limiter.enter("a", "h", &little()).await.ok().unwrap().record(&silence());
            limiter.enter("a", "h", &little()).await.ok().unwrap().record(&status(500));
        }
        assert!(limiter.enter("a", "h", &little()).await.is_ok(), "it answers now and then");
    }

    /// One whose hosts rest for a moment.
    fn lenient(per_owner: usize) -> HostLimiter {
        HostLimiter { rest: Duration::from_millis(200), ..HostLimiter::new(per_owner) }
    }

    #[tokio::test]
    async fn a_host_that_rests_is_waited_for_and_probed_by_one() {
        let limiter = Arc::new(lenient(4));
        tire(&limiter, "a", "h").await;
        let began = Instant::now();
        let patience = Arc::new(much());
        let probe = limiter.enter("a", "h", &patience).await.ok().unwrap();
        assert!(began.elapsed() >= limiter.rest - Duration::from_millis(20) && probe.probes);
        let second = tokio::spawn({
            let (limiter, patience) = (limiter.clone(), patience.clone());
            async move { limiter.enter("a", "h", &patience).await.is_ok() }
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!second.is_finished(), "one probe at a time");
        probe.record(&Ok(()));
        assert!(second.await.unwrap());
        tire(&limiter, "a", "h").await;
        assert!(limiter.enter("a", "h", &little()).await.is_err(), "no longer than its patience");
    }

    #[tokio::test]
    async fn a_probe_that_is_given_up_is_followed_by_another() {
        let limiter = lenient(2);
        tire(&limiter, "a", "h").await;
        let patience = much();
        let probe = limiter.enter("a", "h", &patience).await.ok().unwrap();
        drop(probe);
        let again = limiter.enter("a", "h", &patience).await.ok().unwrap();
        assert!(again.probes);
        again.record(&Ok(()));
        assert!(limiter.enter("a", "h", &patience).await.is_ok_and(|permit| !permit.probes));
    }

    #[tokio::test]
    async fn one_owner_has_some_permits_and_all_have_some_more() {
        let limiter = HostLimiter::new(2);
        let mut held = Vec::new();
        for owner in 0..OWNERS_AT_ONCE {
            for _ in 0..2 {
                held.push(limiter.enter(&owner.to_string(), "h", &little()).await.ok().unwrap());
            }
        }
        let patience = much();
        let waits =
            |owner: &'static str| tokio::time::timeout(Duration::from_millis(20), limiter.enter(owner, "h", &patience));
        assert!(waits("0").await.is_err() && waits("another").await.is_err());
        held.pop();
        assert!(waits("0").await.is_err() && waits("another").await.is_ok());
    }

    #[tokio::test]
    async fn hosts_are_forgotten_unless_somebody_asks_them_or_they_rest() {
        let limiter = HostLimiter::new(1);
        let held = limiter.enter("a", "held", &little()).await.ok().unwrap();
        tire(&limiter, "a", "resting").await;
        for i in 0..5 * KEPT_MAX {
            limiter.enter("a", &format!("h{i}"), &little()).await.ok().unwrap().record(&silence());
        }
        assert!(limiter.owners.lock().unwrap().len() <= KEPT_MAX + 1);
        assert!(matches!(limiter.enter("a", "resting", &little()).await, Err(Error::LeftAlone { .. })));
        let second = tokio::time::timeout(Duration::from_millis(20), limiter.enter("a", "held", &little())).await;
        assert!(second.is_err(), "the only permit is still taken");
        drop(held);
    }

    #[tokio::test]
    async fn what_nobody_may_ask_is_no_failure_of_the_host() {
        let limiter = HostLimiter::new(1);
        for _ in 0..2 * FAILURES_MAX {
            let refused: Result<(), _> = Err(Error::Refused { host: "h".into(), what: "" });
            limiter.enter("a", "h", &little()).await.ok().unwrap().record(&refused);
        }
        assert!(limiter.enter("a", "h", &little()).await.is_ok());
    }
}
