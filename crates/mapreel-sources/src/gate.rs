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
        let gate = {
            let mut hosts = self.hosts.lock().expect("no panic while held");
            let new = || Arc::new(Gate { places: Arc::new(Semaphore::new(self.per_host)), health: Mutex::default() });
            hosts.entry(host.to_owned()).or_insert_with(new).clone()
        };
        let permit = gate.places.clone().acquire_owned().await.expect("never closed");
        let place = Place { gate, _permit: permit };
        place.admit(host).map(|()| place)
    }
}

impl Place {
    /// Whether the host may be asked: not while it rests, and after its rest by one request until that has come back.
    fn admit(&self, host: &str) -> Result<(), Error> {
        let mut health = self.health();
        let Some(until) = health.rests_until else { return Ok(()) };
        if Instant::now() < until || health.probed {
            return Err(Error::LeftAlone { host: host.to_owned(), failures: health.failures });
        }
        health.probed = true;
        Ok(())
    }

    /// Whether others have found meanwhile that the host must rest.
    pub(crate) fn must_rest(&self) -> bool {
        self.health().rests_until.is_some_and(|until| Instant::now() < until)
    }

    /// Notes how it went, all retries included.
    pub(crate) fn leave<T>(self, result: &Result<T, Error>) {
        let mut health = self.health();
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

    fn health(&self) -> MutexGuard<'_, Health> {
        self.gate.health.lock().expect("no panic while held")
    }
}
