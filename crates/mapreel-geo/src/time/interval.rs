//! An interval with its steps. Its times are computed from the step's number, never stored as a list.

use super::form::Form;
use super::iso8601::{self, utc};
use super::period::Period;
use super::time_error::TimeError;
use super::valid_time::ValidTime;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Times from a start to an end.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Interval {
    start: ValidTime,
    origin: DateTime,
    /// The last time.
    last: Timestamp,
    /// `None`: every moment between start and end.
    period: Option<Period>,
    /// The number of the last step; the start is number 0.
    steps: i64,
    form: Form,
}

impl Interval {
    pub(crate) fn new(start: ValidTime, end: Timestamp, period: Option<Period>) -> Result<Self, TimeError> {
        if end < start.instant() {
            return Err(TimeError::Backwards);
        }
        let origin = TimeZone::UTC.to_datetime(start.instant());
        let form = iso8601::form(start.text()).fine_enough(period.as_ref());
        let mut interval = Self { start, origin, last: end, period, steps: 0, form };
        if period.is_some() {
            interval.steps = interval.index(end).ok_or(TimeError::TooFine)?;
            interval.last = interval.step(interval.steps).unwrap_or(interval.start.instant());
        }
        Ok(interval)
    }

    /// The number of the last step that is not later than `instant`; `instant` is not before the start. `None` where
    /// the number is too large to be counted.
    fn index(&self, instant: Timestamp) -> Option<i64> {
        let Some(period) = self.period else { return Some(0) };
        let instant = instant.min(self.last);
        let span = instant.duration_since(self.start.instant()).as_nanos();
        if let Some(exact) = period.exact() {
            return i64::try_from(span / exact.as_nanos()).ok();
        }
        // A binary search: steps of months differ in length. `shortest` gives an upper bound of the number.
        let (mut low, mut high) = (0, i64::try_from(span / period.shortest().as_nanos()).ok()? + 1);
        while low < high {
            let middle = low + (high - low + 1) / 2;
            if self.step(middle).is_some_and(|at| at <= instant) { low = middle } else { high = middle - 1 }
        }
        Some(low)
    }

    /// The moment of a step.
    pub(crate) fn step(&self, n: i64) -> Option<Timestamp> {
        self.period?.after(self.origin, n).and_then(utc)
    }

    fn time(&self, n: i64) -> Option<ValidTime> {
        if n == 0 {
            return Some(self.start.clone());
        }
        Some(written(self.form, self.step(n)?))
    }

    /// The earliest time.
    pub(crate) fn start(&self) -> Timestamp {
        self.start.instant()
    }

    /// The latest time.
    pub(crate) fn last(&self) -> Timestamp {
        self.last
    }

    /// The latest time that is not later than `instant`.
    pub(crate) fn previous(&self, instant: Timestamp) -> Option<ValidTime> {
        if instant < self.start() {
            return None;
        }
        match self.period {
            None => Some(self.at_any(instant.min(self.last))),
            Some(_) => self.time(self.index(instant)?),
        }
    }

    /// The earliest time that is not earlier than `instant`.
    pub(crate) fn next(&self, instant: Timestamp) -> Option<ValidTime> {
        if instant > self.last {
            return None;
        }
        if instant <= self.start() {
            return Some(self.start.clone());
        }
        match self.period {
            None => Some(self.at_any(instant)),
            Some(_) => {
                let n = self.index(instant)?;
                self.time(if self.step(n)? < instant { n + 1 } else { n })
            }
        }
    }

    /// The time of any moment of an interval without steps.
    fn at_any(&self, instant: Timestamp) -> ValidTime {
        if instant == self.start() { self.start.clone() } else { written(self.form.fine_enough_for(instant), instant) }
    }

    /// Whether the interval has no steps: every moment is a time.
    pub(crate) fn is_continuous(&self) -> bool {
        self.period.is_none()
    }

    /// The number of times; `None` where every moment is a time.
    pub(crate) fn count(&self) -> Option<u64> {
        self.period.map(|_| self.steps as u64 + 1)
    }
}

/// A time in the given form of a server.
pub(crate) fn written(form: Form, instant: Timestamp) -> ValidTime {
    ValidTime::of(instant, form.write(instant))
}
