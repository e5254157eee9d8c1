//! The budget for drawing a vector layer, counted in steps, and the stop token.

use crate::stop::{Stop, Stopped};
use std::cell::Cell;

/// Steps between two looks at the stop token: some milliseconds.
const LOOK_STEPS: u64 = 2_000_000;

/// Counts the steps of a layer. A step is about what a pixel of an edge costs: some nanoseconds.
pub(crate) struct Work<'a> {
    stop: &'a Stop,
    /// Steps that are left of the budget.
    left: Cell<u64>,
    /// Steps since the last look at the stop token.
    unlooked: Cell<u64>,
}

/// Why drawing a layer ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Halt {
    /// The stop token is set.
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
    /// Why work without a limit ended: nothing but the stop token ends it.
    pub(crate) fn of_unlimited(self) -> Stopped {
        debug_assert_eq!(self, Self::Stopped, "the work had a limit");
        Stopped
    }
}

impl<'a> Work<'a> {
    /// A budget of so many steps.
    pub(crate) fn limited(stop: &'a Stop, steps_max: u64) -> Self {
        Self { stop, left: Cell::new(steps_max), unlooked: Cell::new(0) }
    }

    /// A budget without a limit: for what the program draws of its own, and for features whose steps were counted before.
    pub(crate) fn unlimited(stop: &'a Stop) -> Self {
        Self::limited(stop, u64::MAX)
    }

    /// Takes steps from the budget, before they are done.
    pub(crate) fn spend(&self, steps: u64) -> Result<(), Halt> {
        self.left.set(self.left.get().checked_sub(steps).ok_or(Halt::TooMuch)?);
        self.pass(steps)
    }

    /// Does steps that were taken from the budget before; looks at the stop token now and then.
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
