//! A circuit breaker for one host and one owner: after failures in a row the host rests, and then one probe decides.

use crate::error::Error;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// After this many failures in a row, each including its retries, a host rests.
pub(super) const FAILURES_MAX: u32 = 5;

/// The health of one host.
pub(super) struct HostHealth {
    host: String,
    rest: Duration,
    state: Mutex<State>,
    /// Notified when the state has changed.
    changed: Notify,
}

#[derive(Default)]
struct State {
    failures: u32,
    rests_until: Option<Instant>,
    /// The probe after the rest is under way.
    probed: bool,
}

/// How a request was admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// The host does not rest.
    Usual,
    /// The only request after a rest: it finds out whether the host has recovered.
    Probe,
}

/// How long a run waits for hosts that rest. For each host the time begins when the run first finds it at rest; a later rest does not begin
/// it again.
pub(crate) struct Patience {
    duration: Duration,
    met: Mutex<HashMap<String, Instant>>,
}

impl Patience {
    pub(crate) fn new(duration: Duration) -> Self {
        Self { duration, met: Mutex::default() }
    }

    /// Until when the run waits for a host that rests.
    fn until(&self, host: &str) -> Instant {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        *met.entry(host.to_owned()).or_insert_with(|| Instant::now() + self.duration)
    }
}

impl HostHealth {
    pub(super) fn new(host: &str, rest: Duration) -> Self {
        Self { host: host.to_owned(), rest, state: Mutex::default(), changed: Notify::new() }
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn rests(&self) -> bool {
        self.state().rests_until.is_some_and(|until| Instant::now() < until)
    }

    /// Waits for the end of a rest, and of the probe after it.
    ///
    /// # Errors
    /// The run's patience ends before.
    pub(super) async fn rested(&self, patience: &Patience) -> Result<(), Error> {
        loop {
            let changed = self.changed.notified();
            let (until, is_late, failures) = match &*self.state() {
                State { rests_until: None, .. } => return Ok(()),
                State { rests_until: Some(until), probed: false, .. } if *until <= Instant::now() => return Ok(()),
                State { rests_until: Some(until), probed, failures } => {
                    let patience = patience.until(&self.host);
                    // The end of a probe is not known in advance.
                    let until = if *probed { patience } else { *until };
                    (until, if *probed { Instant::now() >= patience } else { until >= patience }, *failures)
                }
            };
            if is_late {
                return Err(Error::HostRests { host: self.host.clone(), failures });
            }
            tokio::select! {
                () = tokio::time::sleep_until(until) => {}
                () = changed => {}
            }
        }
    }

    /// Admits a request; `None`: the host rests, or a probe is under way. The first request after a rest is the probe.
    pub(super) fn admit(&self) -> Option<Admission> {
        let mut state = self.state();
        let Some(until) = state.rests_until else { return Some(Admission::Usual) };
        if Instant::now() < until || state.probed {
            return None;
        }
        state.probed = true;
        Some(Admission::Probe)
    }

    /// Notes the result of a request. Only a host that cannot be reached or does not answer in time has failed. A host that answers with an
    /// error has not failed.
    pub(super) fn record<T>(&self, result: &Result<T, Error>) {
        let mut state = self.state();
        match result {
            Err(Error::Unreachable { .. } | Error::TimedOut { .. }) => {
                state.failures += 1;
                if state.failures >= FAILURES_MAX {
                    state.rests_until = Some(Instant::now() + self.rest);
                    state.probed = false;
                }
            }
            Err(Error::Refused { .. } | Error::HostRests { .. }) => {}
            _ => *state = State::default(),
        }
    }

    /// Ends an admitted request. If a probe was dropped with its run, the host's health is still unknown, so the next request is a probe.
    pub(super) fn leave(&self, admission: Admission) {
        if admission == Admission::Probe {
            self.state().probed = false;
        }
        self.changed.notify_waiters();
    }
}
