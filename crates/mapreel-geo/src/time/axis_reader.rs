//! Reads a time axis as its server writes it: values, intervals and lists of both (OGC 06-042, annex C and D).
//!
//! An entry that cannot be read is ignored; the other entries are kept.

use super::entry::Entry;
use super::ignored::Ignored;
use super::interval::Interval;
use super::intervals::Intervals;
use super::time_axis::TimeAxis;
use super::time_error::TimeError;
use super::valid_time::ValidTime;
use jiff::Timestamp;
use std::sync::Arc;

/// The most entries of an axis.
const ENTRIES_MAX: usize = 500_000;

/// The most intervals of an axis.
const INTERVALS_MAX: usize = 50_000;

/// How many times and intervals may still be read from a document.
#[derive(Debug)]
pub struct Allowance {
    times: usize,
    intervals: usize,
    limits: [usize; 2],
}

impl Default for Allowance {
    /// Far more than real servers write.
    fn default() -> Self {
        Self::new(2_000_000, 200_000)
    }
}

impl Allowance {
    /// An allowance of `times` single times and intervals together, at most `intervals` of them intervals.
    pub fn new(times: usize, intervals: usize) -> Self {
        Self { times, intervals, limits: [times, intervals] }
    }

    /// Whether the allowance still covers this many.
    fn hold(&self, times: usize, intervals: usize) -> Result<(), TimeError> {
        match (times > self.times, intervals > self.intervals) {
            (true, _) => Err(TimeError::TooManyEntries(self.limits[0], "times in one document")),
            (_, true) => Err(TimeError::TooManyEntries(self.limits[1], "intervals in one document")),
            _ => Ok(()),
        }
    }

    fn take(&mut self, times: usize, intervals: usize) {
        self.times = self.times.saturating_sub(times);
        self.intervals = self.intervals.saturating_sub(intervals);
    }
}

impl TimeAxis {
    /// Reads the text of a `Dimension` or `Extent`; `now` stands for `current`.
    ///
    /// ```
    /// # use mapreel_geo::{TimeAxis, ValidTime};
    /// let now = "2020-01-01T00:00:00Z".parse().unwrap();
    /// let axis = TimeAxis::parse("2018-01-01T00:00:00.000Z/2018-12-01T00:00:00.000Z/P1M,default", now).unwrap();
    /// let march = axis.nearest(ValidTime::parse("2018-03-10").unwrap().instant()).unwrap();
    /// assert_eq!(march.text(), "2018-03-01T00:00:00.000Z");
    /// assert_eq!(axis.ignored().unwrap().to_string(), "1 of 2 entries is ignored: `default` is not a time");
    /// ```
    ///
    /// # Errors
    /// No entry can be read: the error is that of the first. Or there are too many entries.
    pub fn parse(text: &str, now: Timestamp) -> Result<Self, TimeError> {
        Self::parse_within(text, now, &mut Allowance::default())
    }

    /// Reads the text within a document's allowance; what the axis takes is subtracted from the allowance.
    ///
    /// # Errors
    /// As [`Self::parse`]; and the document has too many times.
    pub fn parse_within(text: &str, now: Timestamp, left: &mut Allowance) -> Result<Self, TimeError> {
        // `now` is cut to whole seconds because it becomes a text (`P1D/current`). Processes that plan the same request must all
        // make the same text.
        let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let (mut values, mut intervals) = (Vec::new(), Vec::new());
        let mut ignored = Ignored::default();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            match Entry::read(item, Some(now)) {
                Ok(Entry::Moment(value)) => values.push(value),
                Ok(Entry::Interval(interval)) => intervals.push(interval),
                Err(reason) => ignored.add(item, reason),
            }
            ignored.of += 1;
            left.hold(values.len() + intervals.len(), intervals.len())?;
            if ignored.of > ENTRIES_MAX {
                return Err(TimeError::TooManyEntries(ENTRIES_MAX, "entries"));
            }
            if intervals.len() > INTERVALS_MAX {
                return Err(TimeError::TooManyEntries(INTERVALS_MAX, "intervals"));
            }
        }
        if values.is_empty() && intervals.is_empty() {
            return Err(ignored.reason().cloned().unwrap_or_else(|| TimeError::not_a_time(text)));
        }
        left.take(values.len() + intervals.len(), intervals.len());
        values.sort_by_key(ValidTime::instant);
        values.dedup();
        let intervals = Intervals::new(intervals)?;
        let ignored = Some(ignored).filter(|ignored| ignored.count() > 0).map(Arc::new);
        let last = intervals.previous(Timestamp::MAX).into_iter().chain(values.last().cloned());
        let last = last.max_by_key(ValidTime::instant).ok_or_else(|| TimeError::not_a_time(text))?;
        let counts = intervals.all().iter().map(Interval::count).chain([Some(values.len() as u64)]);
        let count = counts.into_iter().try_fold(0u64, |sum, count| Some(sum.saturating_add(count?)));
        Ok(Self { values: values.into(), intervals: Arc::new(intervals), ignored, last, count, now })
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

    #[test]
    fn what_is_broken_is_named() {
        let check =
            |extent: &str, expected: TimeError| assert_eq!(TimeAxis::parse(extent, at("2026-01-01")), Err(expected));
        check("2020-01-01/2020-02-01/PBAD", TimeError::NotAStep("PBAD".into()));
        check("yesterday,2020-13-01", TimeError::NotATime("yesterday".into()));
        check("2020-02-01/2020-01-01/P1D", TimeError::Backwards);
        check("", TimeError::NotATime("".into()));
    }

    #[test]
    fn an_entry_that_cannot_be_read_costs_that_entry_alone() {
        let check = |extent: &str, count: u64, words: &str| {
            let axis = axis(extent);
            assert_eq!(axis.count(), Some(count), "{extent}");
            assert_eq!(axis.ignored().map(ToString::to_string).unwrap_or_default(), words);
        };
        check("2020-01-01,2020-01-02", 2, "");
        check("2020-01-01,bad", 1, "1 of 2 entries is ignored: `bad` is not a time");
        check(
            "default,-0044-03-15,2020-01-01/2020-01-05/P1D",
            5,
            "2 of 3 entries are ignored: `default` is not a time, `-0044-03-15` is not a time",
        );
        check(
            "2020-01-01/2020-02-01/P1X,2020-02-01/2020-01-01/P1D,2020-01-01/a/b/c,a,b,2020-01-01",
            1,
            "5 of 6 entries are ignored: `2020-01-01/2020-02-01/P1X` (`P1X` is not a time step), `2020-02-01/2020-01-01/P1D` \
             (the interval ends before it starts), `2020-01-01/a/b/c` is not an interval, `a` is not a time and 1 more",
        );
        let long = axis(&format!("2020-01-01,{}", "x".repeat(1_000_000)));
        assert!(long.ignored().unwrap().to_string().len() < 200);
    }

    #[test]
    fn every_form_of_an_entry_is_read_and_written_as_the_server_does() {
        let all = |extent: &str, expected: &[&str]| {
            let axis = axis(extent);
            assert_eq!(axis.ignored(), None, "{extent}");
            let texts: Vec<_> = axis.last_times(10).unwrap().iter().map(|time| time.text().to_owned()).collect();
            assert_eq!(texts, expected, "{extent}");
        };
        all("20140101,20140201", &["20140101", "20140201"]);
        all("20140101/20140301/P1M", &["20140101", "20140201", "20140301"]);
        all("20140101T0000Z/20140101T1200Z/PT6H", &["20140101T0000Z", "20140101T060000Z", "20140101T120000Z"]);
        all("2020-W05-3/2020-W06-3/P7D", &["2020-W05-3", "2020-W06-3"]);
        all("2020-W05/2020-W07/P1W", &["2020-W05", "2020-W06", "2020-W07"]);
        all("2020-W05/2020-W06/P3DT12H", &["2020-W05", "2020-W05-4T12:00:00Z", "2020-W06-1T00:00:00Z"]);
        all("2020-365/2021-001/P1D", &["2020-365", "2020-366", "2021-001"]);
        all("2020-01-01T24:00/PT12H/PT6H", &["2020-01-01T24:00", "2020-01-02T06:00:00", "2020-01-02T12:00:00"]);
        all("P1D/2020-01-02/PT12H", &["2020-01-01", "2020-01-01T12:00:00Z", "2020-01-02T00:00:00Z"]);
        all("R3/2020-01-31/P1M", &["2020-01-31", "2020-02-29", "2020-03-31"]);
        all(
            "2020-01-01T00:00:00+02:00/P1D/PT12H",
            &["2020-01-01T00:00:00+02:00", "2020-01-01T10:00:00Z", "2020-01-01T22:00:00Z"],
        );
        all("2020-01-31/2020-05-31/P1M15D", &["2020-01-31", "2020-03-15", "2020-04-30"]);
        all("2020-01-01/2020-01-03/P0Y0M1DT0H0M0S", &["2020-01-01", "2020-01-02", "2020-01-03"]);
        for continuous in ["2020-01-01/P5D", "P5D/2020-01-06", "2020-01-01/2020-01-06/P0Y0M0D"] {
            let axis = axis(continuous);
            assert_eq!(
                (axis.first().rfc3339(), axis.last().rfc3339()),
                ("2020-01-01T00:00:00Z".into(), "2020-01-06T00:00:00Z".into())
            );
            assert!(axis.is_continuous());
        }
        assert_eq!(axis("P1D/present/PT6H").count(), Some(5));
        let now = "2026-01-01T12:00:00.987654321Z".parse().unwrap();
        let ago = TimeAxis::parse("P1D/now/PT6H", now).unwrap();
        assert_eq!(ago.first().text(), "2025-12-31T12:00:00Z");
        assert_eq!(axis("current").last().text(), "current", "the server's own word");
    }

    #[test]
    fn an_axis_of_too_many_entries_is_refused_with_its_reason() {
        let check = |extent: String, words: &str| {
            let why = TimeAxis::parse(&extent, Timestamp::UNIX_EPOCH).unwrap_err().to_string();
            assert_eq!(why, words);
        };
        check("2020,".repeat(ENTRIES_MAX + 1), "more than 500000 entries");
        check("x,".repeat(ENTRIES_MAX + 1), "more than 500000 entries");
        check("2020/2021,".repeat(INTERVALS_MAX + 1), "more than 50000 intervals");
    }
}
