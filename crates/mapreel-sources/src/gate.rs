//! How many requests a host gets at once, and when it is left alone.

use crate::Error;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// After so many failures in a row, each already retried, a host is left alone …
const FAILURES_MAX: u32 = 5;
/// … for so long.
const REST: Duration = Duration::from_secs(30);
/// With more hosts than this, those are forgotten that nobody asks and that do not rest.
const HOSTS_KEPT: usize = 1000;

/// One gate for each host.
pub(crate) struct Gates {
    per_host: usize,
    hosts: Mutex<HashMap<String, Arc<Gate>>>,
}

struct Gate {
    places: Arc<Semaphore>,
    health: Mutex<Health>,
}

#[derive(Default)]
struct Health {
    failures: u32,
    rests_until: Option<Instant>,
    /// A request has been let in after the rest.
    probed: bool,
}

/// A place at a host; given back when dropped.
pub(crate) struct Place {
    gate: Arc<Gate>,
    /// This is the one request that finds out whether the host has recovered.
    probes: bool,
    _permit: OwnedSemaphorePermit,
}

impl Gates {
    pub(crate) fn new(per_host: usize) -> Self {
        Self { per_host, hosts: Mutex::default() }
    }

    /// Waits for a place at the host.
    ///
    /// # Errors
    /// The host is left alone after failures.
    pub(crate) async fn enter(&self, host: &str) -> Result<Place, Error> {
        let gate = self.gate(host);
        let permit = gate.places.clone().acquire_owned().await.expect("never closed");
        let mut place = Place { gate, probes: false, _permit: permit };
        place.admit(host).map(|()| place)
    }

    fn gate(&self, host: &str) -> Arc<Gate> {
        let mut hosts = self.hosts.lock().expect("no panic while held");
        if hosts.len() > HOSTS_KEPT {
            hosts.retain(|_, gate| Arc::strong_count(gate) > 1 || gate.rests());
        }
        let new = || Arc::new(Gate { places: Arc::new(Semaphore::new(self.per_host)), health: Mutex::default() });
        hosts.entry(host.to_owned()).or_insert_with(new).clone()
    }
}

impl Gate {
    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().expect("no panic while held")
    }

    fn rests(&self) -> bool {
        self.health().rests_until.is_some_and(|until| Instant::now() < until)
    }
}

impl Place {
    /// Whether the host may be asked: not while it rests, and after its rest by one request until that has come back.
    fn admit(&mut self, host: &str) -> Result<(), Error> {
        let mut health = self.gate.health();
        let Some(until) = health.rests_until else { return Ok(()) };
        if Instant::now() < until || health.probed {
            return Err(Error::LeftAlone { host: host.to_owned(), failures: health.failures });
        }
        health.probed = true;
        self.probes = true;
        Ok(())
    }

    /// Whether others have found meanwhile that the host must rest.
    pub(crate) fn must_rest(&self) -> bool {
        self.gate.rests()
    }

    /// Notes how it went, all retries included.
    pub(crate) fn leave<T>(self, result: &Result<T, Error>) {
        let mut health = self.gate.health();
        match result {
            Err(error) if error.is_transient() => {
                health.failures += 1;
                if health.failures >= FAILURES_MAX {
                    health.rests_until = Some(Instant::now() + REST);
                    health.probed = false;
                }
            }
            _ => *health = Health::default(),
        }
    }
}

impl Drop for Place {
    /// A probe that was given up with its run has found nothing out; the next request probes.
    fn drop(&mut self) {
        if self.probes {
            self.gate.health().probed = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure() -> Result<(), Error> {
        Err(Error::CutOff { host: "h".into() })
    }

    async fn tire(gates: &Gates, host: &str) {
        for _ in 0..FAILURES_MAX {
            gates.enter(host).await.ok().unwrap().leave(&failure());
        }
    }

    #[tokio::test]
    async fn hosts_are_forgotten_unless_somebody_asks_them_or_they_rest() {
        let gates = Gates::new(1);
        let held = gates.enter("held").await.ok().unwrap();
        tire(&gates, "resting").await;
        for i in 0..5 * HOSTS_KEPT {
            gates.enter(&format!("h{i}")).await.ok().unwrap().leave(&failure());
        }
        assert!(gates.hosts.lock().unwrap().len() <= HOSTS_KEPT + 1);
        assert!(matches!(gates.enter("resting").await, Err(Error::LeftAlone { .. })));
        let second = tokio::time::timeout(Duration::from_millis(20), gates.enter("held")).await;
        assert!(second.is_err(), "the only place is still taken");
        drop(held);
    }

    #[tokio::test]
    async fn a_probe_that_is_given_up_is_followed_by_another() {
        let gates = Gates::new(2);
        tire(&gates, "h").await;
        gates.gate("h").health().rests_until = Some(Instant::now());
        let probe = gates.enter("h").await.ok().unwrap();
        assert!(gates.enter("h").await.is_err(), "one probe at a time");
        drop(probe);
        gates.enter("h").await.ok().unwrap().leave(&Ok(()));
        assert!(gates.enter("h").await.is_ok());
    }

    #[tokio::test]
    async fn what_nobody_may_ask_is_no_failure_of_the_host() {
        let gates = Gates::new(1);
        for _ in 0..2 * FAILURES_MAX {
            let refused: Result<(), _> = Err(Error::Refused { host: "h".into(), what: "" });
            gates.enter("h").await.ok().unwrap().leave(&refused);
        }
        assert!(gates.enter("h").await.is_ok());
    }
}
