//! The intervals of a time axis, which may overlap, indexed by time.

use super::interval::Interval;
use super::time_error::TimeError;
use super::valid_time::ValidTime;
use jiff::Timestamp;

/// The most intervals that may contain one moment: a look-up reads all of them.
const OVERLAPS_MAX: usize = 200;

/// The number of neighbouring intervals that share one entry in `reaches`. A look-up skips them together where all of
/// them have ended.
const RUN: usize = 256;

/// Intervals in the order of their starts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Intervals {
    by_start: Vec<Interval>,
    /// For each run of [`RUN`] intervals, the latest time of any of them.
    reaches: Vec<Timestamp>,
    /// Indices into `by_start`, in the order of the intervals' last times.
    by_last: Vec<u32>,
}

impl Intervals {
    /// # Errors
    /// Too many intervals contain the same moment.
    pub(crate) fn new(mut intervals: Vec<Interval>) -> Result<Self, TimeError> {
        intervals.sort_by_key(Interval::start);
        let mut by_last: Vec<u32> = (0..intervals.len() as u32).collect();
        by_last.sort_by_key(|index| intervals[*index as usize].last());
        let mut ended = 0;
        for (begun, interval) in intervals.iter().enumerate() {
            while intervals[by_last[ended] as usize].last() < interval.start() {
                ended += 1;
            }
            if begun + 1 - ended > OVERLAPS_MAX {
                return Err(TimeError::TooManyEntries(OVERLAPS_MAX, "intervals that overlap"));
            }
        }
        let reaches = intervals.chunks(RUN).filter_map(|run| run.iter().map(Interval::last).max()).collect();
        Ok(Self { by_start: intervals, reaches, by_last })
    }

    pub(crate) fn all(&self) -> &[Interval] {
        &self.by_start
    }

    /// The latest time that is not later than `instant`.
    pub(crate) fn previous(&self, instant: Timestamp) -> Option<ValidTime> {
        let ended = self.by_last.partition_point(|index| self.by_start[*index as usize].last() < instant);
        let ended = ended.checked_sub(1).map(|at| &self.by_start[self.by_last[at] as usize]);
        let candidates = ended.into_iter().chain(self.under_way(instant));
        candidates.filter_map(|interval| interval.previous(instant)).max_by_key(ValidTime::instant)
    }

    /// The earliest time that is not earlier than `instant`.
    pub(crate) fn next(&self, instant: Timestamp) -> Option<ValidTime> {
        let later = self.by_start.get(self.by_start.partition_point(|interval| interval.start() < instant));
        let candidates = later.into_iter().chain(self.under_way(instant));
        candidates.filter_map(|interval| interval.next(instant)).min_by_key(ValidTime::instant)
    }

    /// The intervals that have begun at `instant` and not ended before it.
    fn under_way(&self, instant: Timestamp) -> impl Iterator<Item = &Interval> {
        let begun = self.by_start.partition_point(|interval| interval.start() <= instant);
        let runs = self.by_start[..begun].chunks(RUN).zip(&self.reaches).filter(move |(_, reach)| **reach >= instant);
        runs.flat_map(|(run, _)| run).filter(move |interval| interval.last() >= instant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::entry::Entry;
    use proptest::prelude::*;

    fn intervals(texts: impl IntoIterator<Item = String>) -> Vec<Interval> {
        let each = texts.into_iter().map(|text| match Entry::read(&text, None).unwrap() {
            Entry::Interval(interval) => interval,
            Entry::Moment(_) => panic!("`{text}` is a moment"),
        });
        each.collect()
    }

    fn second(n: i64) -> String {
        Timestamp::from_second(n).unwrap().to_string()
    }

    #[test]
    fn many_that_overlap_are_refused_and_many_that_follow_each_other_are_not() {
        let over = |count: i64| intervals((0..count).map(|n| format!("{}/{}/PT1S", second(n), second(1000))));
        assert!(Intervals::new(over(OVERLAPS_MAX as i64)).is_ok());
        let why = Intervals::new(over(OVERLAPS_MAX as i64 + 1)).unwrap_err();
        assert_eq!(why.to_string(), "more than 200 intervals that overlap");
        let one_after_another = (0..2_000).map(|n| format!("{}/{}/PT1S", second(10 * n), second(10 * n + 9)));
        assert!(Intervals::new(intervals(one_after_another)).is_ok());
    }

    proptest! {
        #[test]
        fn a_look_up_finds_what_asking_every_interval_finds(
            spans in prop::collection::vec((0i64..5_000, 0i64..300, 1i64..40), 1..1_000),
            instants in prop::collection::vec(-10i64..5_400, 1..20),
        ) {
            let texts = spans.iter().map(|(from, length, step)| format!("{}/{}/PT{step}S", second(*from), second(from + length)));
            let plain = intervals(texts);
            let Ok(indexed) = Intervals::new(plain.clone()) else { return Ok(()) };
            for instant in instants.into_iter().map(|n| Timestamp::from_second(n).unwrap()) {
                let previous = plain.iter().filter_map(|interval| interval.previous(instant)).map(|time| time.instant()).max();
                let next = plain.iter().filter_map(|interval| interval.next(instant)).map(|time| time.instant()).min();
                prop_assert_eq!(indexed.previous(instant).map(|time| time.instant()), previous);
                prop_assert_eq!(indexed.next(instant).map(|time| time.instant()), next);
            }
        }
    }
}
