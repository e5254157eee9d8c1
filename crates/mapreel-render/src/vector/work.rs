//! What drawing a vector layer has taken, counted in steps, and the word to stop.

use crate::stop::{Stop, Stopped};
use std::cell::Cell;

/// Steps between two looks at the stop token: some milliseconds.
const LOOK_STEPS: u64 = 2_000_000;

/// Counts the steps of a layer. A step is about what a pixel of an edge costs: some nanoseconds.
pub(crate) struct Work<'a> {
    stop: &'a Stop,
    left: Cell<u64>,
    unlooked: Cell<u64>,
}

/// Why drawing a layer ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Halt {
    /// The word to stop has come.
    Stopped,
    /// The layer takes more steps than a layer may.
    TooMuch,
}

impl From<Stopped> for Halt {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

impl Halt {
    /// Of work without a limit, which nothing but the word to stop ends.
    pub(crate) fn of_unlimited(self) -> Stopped {
        debug_assert_eq!(self, Self::Stopped, "the work had a limit");
        Stopped
    }
}

impl<'a> Work<'a> {
    /// Of so many steps at most.
    pub(crate) fn limited(stop: &'a Stop, steps_max: u64) -> Self {
        Self { stop, left: Cell::new(steps_max), unlooked: Cell::new(0) }
    }

    /// Of any number of steps: what is drawn is our own, or was counted before.
    pub(crate) fn unlimited(stop: &'a Stop) -> Self {
        Self::limited(stop, u64::MAX)
    }

    /// Counts steps before they are taken.
    pub(crate) fn spend(&self, steps: u64) -> Result<(), Halt> {
        self.left.set(self.left.get().checked_sub(steps).ok_or(Halt::TooMuch)?);
        self.pass(steps)
    }

    /// Takes steps that were counted before.
    pub(crate) fn pass(&self, steps: u64) -> Result<(), Halt> {
        self.unlooked.set(self.unlooked.get().saturating_add(steps));
        if self.unlooked.get() < LOOK_STEPS {
            return Ok(());
        }
        self.look()
    }

    /// Looks at the stop token.
    pub(crate) fn look(&self) -> Result<(), Halt> {
        self.unlooked.set(0);
        Ok(self.stop.look()?)
    }
}
