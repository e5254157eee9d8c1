//! Whether a host answers, as the requests of one owner show, and when it is left alone.

use crate::error::Error;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// After so many failures in a row, each already retried, a host rests.
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
    /// A request has been let in after the rest, and has not come back.
    probed: bool,
}

/// As what a request is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// The host answers, as far as is known.
    Usual,
    /// The one request that finds out whether the host has recovered.
    Probe,
}

/// How long a run waits for hosts that rest. The wait for each begins when the run first finds it at rest, and is not renewed.
pub(crate) struct Patience {
    duration: Duration,
    met: Mutex<HashMap<String, Instant>>,
}

impl Patience {
    pub(crate) fn new(duration: Duration) -> Self {
        Self { duration, met: Mutex::default() }
    }

    /// The end of the patience with a host that rests.
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
    /// Patience ends before.
    pub(super) async fn rested(&self, patience: &Patience) -> Result<(), Error> {
        loop {
            let changed = self.changed.notified();
            let (until, is_late, failures) = match &*self.state() {
                State { rests_until: None, .. } => return Ok(()),
                State { rests_until: Some(until), probed: false, .. } if *until <= Instant::now() => return Ok(()),
                State { rests_until: Some(until), probed, failures } => {
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

    /// Lets a request in: none while the host rests, and after its rest a single one until that has come back.
    pub(super) fn admit(&self) -> Option<Admission> {
        let mut state = self.state();
        let Some(until) = state.rests_until else { return Some(Admission::Usual) };
        if Instant::now() < until || state.probed {
            return None;
        }
        state.probed = true;
        Some(Admission::Probe)
    }

    /// Notes how a request went. A host fails that cannot be reached or does not answer in time. A host that refuses one path has
    /// answered.
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
            Err(Error::Refused { .. } | Error::LeftAlone { .. }) => {}
            _ => *state = State::default(),
        }
    }

    /// Ends a request that was let in. A probe that was given up with its run has found nothing out, so the next request probes.
    pub(super) fn leave(&self, admission: Admission) {
        if admission == Admission::Probe {
            self.state().probed = false;
        }
        self.changed.notify_waiters();
    }
}
