//! The times that a layer has, and the look-up of the time that a request means.
//!
//! Every time has the text by which its server knows it. An interval is never stored as a list: eighteen years in steps of
//! five minutes take as little memory as one day.

use super::ignored::Ignored;
use super::interval::Interval;
use super::intervals::Intervals;
use super::valid_time::ValidTime;
use jiff::{SignedDuration, Timestamp};
use std::fmt;
use std::sync::Arc;

/// The times that a layer has. Copies are cheap: layers inherit axes from one another.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeAxis {
    /// In order, without duplicates.
    pub(super) values: Arc<[ValidTime]>,
    pub(super) intervals: Arc<Intervals>,
    /// Entries that could not be read.
    pub(super) ignored: Option<Arc<Ignored>>,
    pub(super) last: ValidTime,
    pub(super) count: Option<u64>,
    /// When the axis was read: the present, for "last" and "next" times.
    pub(super) now: Timestamp,
}

/// The times before the present, or after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The last times that are not later than now.
    Last,
    /// The first times that are later than now.
    Next,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(if *self == Self::Last { "last" } else { "next" })
    }
}

impl TimeAxis {
    /// Entries that could not be read.
    pub fn ignored(&self) -> Option<&Ignored> {
        self.ignored.as_deref()
    }

    /// The time at exactly this instant.
    pub fn at(&self, instant: Timestamp) -> Option<ValidTime> {
        self.previous(instant).filter(|time| time.instant() == instant)
    }

    /// The latest time that is not later than `instant`. Where a single value and a step of an interval are equal, the
    /// single value.
    pub fn previous(&self, instant: Timestamp) -> Option<ValidTime> {
        let before = self.values.partition_point(|value| value.instant() <= instant).checked_sub(1);
        let value = before.map(|index| self.values[index].clone());
        // `max_by_key` returns the last of equal times: the single value.
        self.intervals.previous(instant).into_iter().chain(value).max_by_key(ValidTime::instant)
    }

    /// The earliest time that is not earlier than `instant`. Where a single value and a step of an interval are equal, the
    /// single value.
    pub fn next(&self, instant: Timestamp) -> Option<ValidTime> {
        let value = self.values.get(self.values.partition_point(|value| value.instant() < instant)).cloned();
        value.into_iter().chain(self.intervals.next(instant)).min_by_key(ValidTime::instant)
    }

    /// The time nearest to an instant; where two are equally near, the earlier.
    pub fn nearest(&self, instant: Timestamp) -> Option<ValidTime> {
        let away = |time: &ValidTime| time.instant().duration_since(instant).abs();
        match (self.previous(instant), self.next(instant)) {
            (Some(previous), Some(next)) => Some(if away(&next) < away(&previous) { next } else { previous }),
            (previous, next) => previous.or(next),
        }
    }

    /// The earliest time.
    pub fn first(&self) -> ValidTime {
        self.next(Timestamp::MIN).expect("an axis has a time")
    }

    /// The latest time.
    pub fn last(&self) -> ValidTime {
        self.last.clone()
    }

    /// The last `count` times that are not later than the moment at which the axis was read, in order, or all where there
    /// are fewer; `None` where an interval has no step.
    pub fn last_times(&self, count: usize) -> Option<Vec<ValidTime>> {
        let before = |time: &ValidTime| {
            time.instant().checked_sub(SignedDuration::from_nanos(1)).ok().and_then(|at| self.previous(at))
        };
        let mut times = self.walk(self.previous(self.now), before, count)?;
        times.reverse();
        Some(times)
    }

    /// The first `count` times that are later than the moment at which the axis was read, or all where there are fewer;
    /// `None` where an interval has no step.
    pub fn next_times(&self, count: usize) -> Option<Vec<ValidTime>> {
        let after =
            |instant: Timestamp| instant.checked_add(SignedDuration::from_nanos(1)).ok().and_then(|at| self.next(at));
        self.walk(after(self.now), |time| after(time.instant()), count)
    }

    fn walk(
        &self,
        first: Option<ValidTime>,
        further: impl Fn(&ValidTime) -> Option<ValidTime>,
        count: usize,
    ) -> Option<Vec<ValidTime>> {
        (!self.is_continuous()).then(|| std::iter::successors(first, further).take(count).collect())
    }

    /// Whether the axis has an interval without a step: every moment in it is a time.
    pub fn is_continuous(&self) -> bool {
        self.intervals.all().iter().any(Interval::is_continuous)
    }

    /// The number of times; `None` where an interval has no step. A time that is in two intervals counts twice.
    pub fn count(&self) -> Option<u64> {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        ValidTime::parse(text).unwrap().instant()
    }

    fn axis(text: &str) -> TimeAxis {
        TimeAxis::parse(text, at("2026-01-01T12:00Z")).unwrap()
    }

    fn text(time: Option<ValidTime>) -> Option<String> {
        time.map(|time| time.text().to_owned())
    }

    #[test]
    fn a_servers_own_text_is_sent_back() {
        let check = |extent: &str, instant: &str, expected: &str| {
            assert_eq!(text(axis(extent).at(at(instant))).as_deref(), Some(expected), "{extent}");
        };
        check("2018-01-01T00:00:00.000Z,2018-02-01T00:00:00.000Z", "2018-02-01", "2018-02-01T00:00:00.000Z");
        check("2018-01-01T00:00:00.000Z/2018-12-01T00:00:00.000Z/P1M", "2018-07-01", "2018-07-01T00:00:00.000Z");
        check("2015-04-27T16:00:00/2015-04-27T16:15:00/PT1M57S", "2015-04-27T16:03:54Z", "2015-04-27T16:03:54");
        check("1995-01-01/2013-12-31/PT5M", "2006-06-23T03:10:00Z", "2006-06-23T03:10:00Z");
        check("2001/2010/P1Y", "2005-01-01", "2005");
        check("2001-01/2010-12/P1M", "2005-03-01", "2005-03");
        check("2020-01-01/2020-03-01/P1D", "2020-02-29", "2020-02-29");
        check("2020-01-01T00Z/2020-01-02T00Z/PT6H", "2020-01-01T06:00Z", "2020-01-01T06:00:00Z");
        check("2020-01-01T00:00Z/2020-01-02T00:00Z/PT1H1M52.5S", "2020-01-01T01:01:52.5Z", "2020-01-01T01:01:52.500Z");
    }

    #[test]
    fn nearest_previous_and_next_look_over_values_and_intervals() {
        let mixed = axis("2020-01-01,2020-01-03/2020-01-05/P1D,2020-02-01T06:00Z");
        assert_eq!(text(mixed.previous(at("2020-01-02T23:00Z"))).as_deref(), Some("2020-01-01"));
        assert_eq!(text(mixed.nearest(at("2020-01-02T12:01Z"))).as_deref(), Some("2020-01-03"));
        assert_eq!(text(mixed.nearest(at("2020-01-02"))).as_deref(), Some("2020-01-01"), "the earlier of two as near");
        assert_eq!(text(mixed.next(at("2020-01-05T00:00:01Z"))).as_deref(), Some("2020-02-01T06:00Z"));
        assert_eq!(text(mixed.next(at("2020-02-02"))), None);
        assert_eq!(text(mixed.previous(at("2019-12-31"))), None);
        assert_eq!(mixed.count(), Some(5));
        let last: Vec<_> = mixed.last_times(3).unwrap().iter().map(|t| t.text().to_owned()).collect();
        assert_eq!(last, ["2020-01-04", "2020-01-05", "2020-02-01T06:00Z"]);
    }

    #[test]
    fn an_interval_ends_at_its_last_step() {
        let interval = axis("2020-01-01T00:00Z/2020-01-01T11:00Z/PT6H");
        assert_eq!(text(Some(interval.last())).as_deref(), Some("2020-01-01T06:00:00Z"));
        assert_eq!(text(interval.next(at("2020-01-01T07:00Z"))), None);
    }

    #[test]
    fn current_is_now_and_no_period_is_every_moment() {
        let rolling = axis("2026-01-01T00:00:00Z/current/PT5H");
        assert_eq!(text(Some(rolling.last())).as_deref(), Some("2026-01-01T10:00:00Z"));
        let continuous = axis("2015-04-27T16:15:00/2015-04-27T18:45:00");
        assert_eq!(text(continuous.at(at("2015-04-27T17:00:30Z"))).as_deref(), Some("2015-04-27T17:00:30"));
        assert_eq!(continuous.count(), None);
        assert_eq!(continuous.last_times(2), None);
    }

    #[test]
    fn times_later_than_now_are_next_and_not_last() {
        let texts =
            |times: Option<Vec<ValidTime>>| times.unwrap().iter().map(|t| t.text().to_owned()).collect::<Vec<_>>();
        let forecast = axis("2026-01-01T00:00Z/2026-01-03T00:00Z/PT6H,2100-01-01");
        assert_eq!(texts(forecast.last_times(2)), ["2026-01-01T06:00:00Z", "2026-01-01T12:00:00Z"]);
        assert_eq!(texts(forecast.next_times(2)), ["2026-01-01T18:00:00Z", "2026-01-02T00:00:00Z"]);
        assert_eq!(texts(forecast.next_times(100)).len(), 7);
        let endless = axis("R/2020-01-01T00:00Z/P1D");
        assert_eq!(texts(endless.last_times(1)), ["2026-01-01T00:00Z"]);
        assert_eq!(texts(axis("2027-01-01").last_times(3)), [""; 0]);
        assert_eq!(texts(axis("2020-01-01").next_times(3)), [""; 0]);
    }

    #[test]
    fn the_finest_axis_is_counted_and_not_walked() {
        let fine = axis("1970-01-01T00:00:00Z/2262-04-11T23:47:16.854775806Z/PT0.000000001S");
        assert_eq!(fine.count(), Some(i64::MAX as u64));
        assert_eq!(text(fine.at(at("2020-01-01"))).as_deref(), Some("2020-01-01T00:00:00.000000000Z"));
        assert_eq!(fine.last_times(600).unwrap().len(), 600);
        let beyond = axis("0000-01-01/9999-12-31/PT0.000000001S,2020");
        assert_eq!(beyond.count(), Some(1));
        assert!(beyond.ignored().unwrap().to_string().contains("more steps than can be counted"));
        let long = axis("2000-01-01/2000-01-02/P99999999999999999999D,2020");
        assert!(long.ignored().unwrap().to_string().contains("is longer than 10000 years"));
        let sum = axis(&["1970-01-01T00:00:00Z/2262-04-11T23:47:16.854775806Z/PT0.000000001S"; 3].join(","));
        assert_eq!(sum.count(), Some(u64::MAX));
    }
}
