//! The time axis of a layer, as its server writes it: values, intervals and lists of both (OGC 06-042, annex C and D).
//!
//! Every time keeps, or is given, the text that its server knows it by. An interval is never written out: eighteen years of
//! five minutes take as little as a day.

use crate::TimeError;
use crate::period::Period;
use crate::time::{ValidTime, utc};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The times that a layer has.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeAxis {
    /// In order, each once.
    values: Vec<ValidTime>,
    intervals: Vec<Interval>,
}

#[derive(Debug, Clone, PartialEq)]
struct Interval {
    start: ValidTime,
    origin: DateTime,
    end: Timestamp,
    /// `None`: every moment between start and end.
    period: Option<Period>,
    /// The number of steps.
    steps: i64,
    form: Form,
}

impl TimeAxis {
    /// Reads the text of a `Dimension` or `Extent`; `now` stands for `current`.
    ///
    /// ```
    /// # use mapreel_spec::{TimeAxis, ValidTime};
    /// let now = "2020-01-01T00:00:00Z".parse().unwrap();
    /// let axis = TimeAxis::parse("2018-01-01T00:00:00.000Z/2018-12-01T00:00:00.000Z/P1M", now).unwrap();
    /// let march = axis.nearest(ValidTime::parse("2018-03-10").unwrap().instant()).unwrap();
    /// assert_eq!(march.text(), "2018-03-01T00:00:00.000Z");
    /// ```
    ///
    /// # Errors
    /// The first item that cannot be read, by its text.
    pub fn parse(text: &str, now: Timestamp) -> Result<Self, TimeError> {
        let (mut values, mut intervals) = (Vec::new(), Vec::new());
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let parts: Vec<&str> = item.split('/').map(str::trim).collect();
            match parts[..] {
                [single] => values.push(moment(single, now)?),
                [start, end] => intervals.push(Interval::new(start, end, None, now)?),
                [start, end, "" | "0" | "PT0S" | "P0D"] => intervals.push(Interval::new(start, end, None, now)?),
                [start, end, period] => intervals.push(Interval::new(start, end, Some(Period::parse(period)?), now)?),
                _ => return Err(TimeError::NotAnInterval(item.to_owned())),
            }
        }
        if values.is_empty() && intervals.is_empty() {
            return Err(TimeError::NotATime(text.to_owned()));
        }
        values.sort_by_key(ValidTime::instant);
        values.dedup();
        intervals.sort_by_key(|interval| interval.start.instant());
        Ok(Self { values, intervals })
    }

    /// The time of just this instant.
    pub fn at(&self, instant: Timestamp) -> Option<ValidTime> {
        self.previous(instant).filter(|time| time.instant() == instant)
    }

    /// The latest time that is not later.
    pub fn previous(&self, instant: Timestamp) -> Option<ValidTime> {
        let before = self.values.partition_point(|value| value.instant() <= instant).checked_sub(1);
        let value = before.map(|index| self.values[index].clone());
        let intervals = self.intervals.iter().filter_map(|interval| interval.previous(instant));
        value.into_iter().chain(intervals).max_by_key(ValidTime::instant)
    }

    /// The earliest time that is not earlier.
    pub fn next(&self, instant: Timestamp) -> Option<ValidTime> {
        let value = self.values.get(self.values.partition_point(|value| value.instant() < instant)).cloned();
        let intervals = self.intervals.iter().filter_map(|interval| interval.next(instant));
        value.into_iter().chain(intervals).min_by_key(ValidTime::instant)
    }

    /// The time nearest to an instant; of two as near, the earlier.
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
        self.previous(Timestamp::MAX).expect("an axis has a time")
    }

    /// The last `count` times in order, or all where there are fewer; `None` where every moment is a time.
    pub fn last_times(&self, count: usize) -> Option<Vec<ValidTime>> {
        if self.is_continuous() {
            return None;
        }
        let mut times = Vec::new();
        let mut before = Some(self.last());
        while let Some(time) = before.filter(|_| times.len() < count) {
            before = time.instant().checked_sub(SignedDuration::from_nanos(1)).ok().and_then(|at| self.previous(at));
            times.push(time);
        }
        times.reverse();
        Some(times)
    }

    /// Whether every moment of an interval is a time.
    pub fn is_continuous(&self) -> bool {
        self.intervals.iter().any(|interval| interval.period.is_none())
    }

    /// How many times there are, where they can be counted; one that is written twice in intervals counts twice.
    pub fn count(&self) -> Option<u64> {
        let steps = |interval: &Interval| interval.period.map(|_| interval.steps as u64 + 1);
        Some(self.values.len() as u64 + self.intervals.iter().map(steps).sum::<Option<u64>>()?)
    }
}

impl Interval {
    fn new(start: &str, end: &str, period: Option<Period>, now: Timestamp) -> Result<Self, TimeError> {
        let (start, end) = (moment(start, now)?, moment(end, now)?.instant());
        if end < start.instant() {
            return Err(TimeError::Backwards);
        }
        let origin = TimeZone::UTC.to_datetime(start.instant());
        let form = Form::of(start.text()).fine_enough(period.as_ref());
        let mut interval = Self { start, origin, end, period, steps: 0, form };
        interval.steps = interval.index(end);
        Ok(interval)
    }

    /// The number of the last step that is not later than `instant`, which is not before the start.
    fn index(&self, instant: Timestamp) -> i64 {
        let Some(period) = self.period else { return 0 };
        let instant = instant.min(self.end);
        let span = instant.duration_since(self.start.instant());
        // Steps are at least this long, so there are at most so many; the right number is found by halving.
        let (mut low, mut high) = (0, (span.as_nanos() / period.shortest().as_nanos()) as i64 + 1);
        while low < high {
            let middle = low + (high - low + 1) / 2;
            if self.step(middle).is_some_and(|at| at <= instant) { low = middle } else { high = middle - 1 }
        }
        low
    }

    fn step(&self, n: i64) -> Option<Timestamp> {
        self.period?.after(self.origin, n).and_then(utc)
    }

    fn time(&self, n: i64) -> Option<ValidTime> {
        if n == 0 {
            return Some(self.start.clone());
        }
        Some(self.form.write(self.step(n)?))
    }

    fn previous(&self, instant: Timestamp) -> Option<ValidTime> {
        if instant < self.start.instant() {
            return None;
        }
        match self.period {
            None => Some(self.form.write(instant.min(self.end))),
            Some(_) => self.time(self.index(instant)),
        }
    }

    fn next(&self, instant: Timestamp) -> Option<ValidTime> {
        if instant > self.end {
            return None;
        }
        if instant <= self.start.instant() {
            return Some(self.start.clone());
        }
        match self.period {
            None => Some(self.form.write(instant)),
            Some(_) => {
                let n = self.index(instant);
                let n = if self.step(n)? < instant { n + 1 } else { n };
                if n > self.steps { None } else { self.time(n) }
            }
        }
    }
}

/// A time of a server's, or `current`.
fn moment(text: &str, now: Timestamp) -> Result<ValidTime, TimeError> {
    if matches!(text.to_ascii_lowercase().as_str(), "current" | "now" | "present") {
        return Ok(ValidTime::from(now));
    }
    ValidTime::parse_kept(text)
}

/// How a server writes its times: steps of an interval are written like its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Form {
    precision: Precision,
    /// `Z` at the end.
    zulu: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precision {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    /// With so many digits after the point.
    Fraction(usize),
}

impl Form {
    fn of(text: &str) -> Self {
        let (date, clock) = text.split_once(['T', 't']).unwrap_or((text, ""));
        let zulu = clock.is_empty() || clock.ends_with(['Z', 'z']);
        let clock = clock.trim_end_matches(['Z', 'z']);
        let precision = match (date.matches('-').count(), clock.matches(':').count(), clock.split_once('.')) {
            (_, _, Some((_, digits))) => Precision::Fraction(digits.len()),
            (0, ..) => Precision::Year,
            (1, ..) => Precision::Month,
            _ if clock.is_empty() => Precision::Day,
            (_, 0, _) => Precision::Hour,
            (_, 1, _) => Precision::Minute,
            _ => Precision::Second,
        };
        Self { precision, zulu }
    }

    /// A form in which the steps of a period can be told apart.
    fn fine_enough(self, period: Option<&Period>) -> Self {
        let needed = match period {
            Some(period) if !period.is_whole_seconds() => Precision::Fraction(3),
            Some(period) if period.is_whole_years() => Precision::Year,
            Some(period) if period.is_whole_months() => Precision::Month,
            Some(period) if period.is_whole_days() => Precision::Day,
            _ => Precision::Second,
        };
        Self { precision: self.precision.max(needed), ..self }
    }

    fn write(self, instant: Timestamp) -> ValidTime {
        let at = TimeZone::UTC.to_datetime(instant);
        let date = format!("{:04}-{:02}-{:02}", at.year(), at.month(), at.day());
        let (h, m, s) = (at.hour(), at.minute(), at.second());
        let z = if self.zulu { "Z" } else { "" };
        let text = match self.precision {
            Precision::Year => date[..4].to_owned(),
            Precision::Month => date[..7].to_owned(),
            Precision::Day => date,
            Precision::Hour => format!("{date}T{h:02}{z}"),
            Precision::Minute => format!("{date}T{h:02}:{m:02}{z}"),
            Precision::Second => format!("{date}T{h:02}:{m:02}:{s:02}{z}"),
            Precision::Fraction(digits) => {
                let fraction = format!("{:09}", at.subsec_nanosecond());
                format!("{date}T{h:02}:{m:02}:{s:02}.{}{z}", &fraction[..digits.clamp(1, 9)])
            }
        };
        ValidTime::of(instant, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
    fn what_is_broken_is_named() {
        let check =
            |extent: &str, expected: TimeError| assert_eq!(TimeAxis::parse(extent, at("2026-01-01")), Err(expected));
        check("2020-01-01/2020-02-01/PBAD", TimeError::NotAStep("PBAD".into()));
        check("2020-01-01,yesterday", TimeError::NotATime("yesterday".into()));
        check("2020-02-01/2020-01-01/P1D", TimeError::Backwards);
        check("", TimeError::NotATime("".into()));
    }

    /// A start, a step in words and in minutes (or calendar months), and a number of steps.
    fn generated() -> impl Strategy<Value = (i64, String, Result<i64, i64>, i64)> {
        let minutes = (1i64..5000).prop_map(|m| (format!("P{}DT{}M", m / 1440, m % 1440), Ok(m)));
        let minutes = minutes.prop_map(|(text, step)| (text.replace("P0DT", "PT").replace("T0M", ""), step));
        let months = (1i64..30).prop_map(|m| (format!("P{m}M"), Err(m)));
        (-1_000_000_000i64..2_000_000_000, prop_oneof![minutes, months], 0i64..200)
            .prop_map(|(start, (text, step), n)| (start, text, step, n))
    }

    proptest! {
        /// An interval has just the times that are found by adding one step after another, by other means.
        #[test]
        fn an_interval_equals_its_enumeration((start, period, step, n) in generated(), probe in 0i64..10_000_000) {
            let start = Timestamp::from_second(start / 60 * 60).unwrap();
            let civil = TimeZone::UTC.to_datetime(start);
            let enumerated: Vec<Timestamp> = (0..=n).map(|k| match step {
                Ok(minutes) => start + SignedDuration::from_mins(minutes * k),
                Err(months) => {
                    let month = i64::from(civil.month()) - 1 + months * k;
                    let (year, month) = (i64::from(civil.year()) + month.div_euclid(12), month.rem_euclid(12) + 1);
                    let first = jiff::civil::date(year as i16, month as i8, 1);
                    let day = civil.day().min(first.days_in_month());
                    utc(jiff::civil::date(year as i16, month as i8, day).to_datetime(civil.time())).unwrap()
                }
            }).collect();
            let axis = TimeAxis::parse(&format!("{start}/{}/{period}", enumerated[n as usize]), start).unwrap();
            prop_assert_eq!(axis.count(), Some(n as u64 + 1));
            let found: Vec<_> = axis.last_times(1000).unwrap().iter().map(ValidTime::instant).collect();
            prop_assert_eq!(&found, &enumerated);
            let probe = start + SignedDuration::from_secs(probe);
            let previous = enumerated.iter().rev().find(|t| **t <= probe).copied();
            prop_assert_eq!(axis.previous(probe).map(|t| t.instant()), previous);
            prop_assert_eq!(axis.next(probe).map(|t| t.instant()), enumerated.iter().find(|t| **t >= probe).copied());
            let nearest = enumerated.iter().min_by_key(|t| t.duration_since(probe).abs()).copied();
            prop_assert_eq!(axis.nearest(probe).map(|t| t.instant()), nearest);
        }

        /// Text to instant and back, in every form; a list has just its values.
        #[test]
        fn every_time_of_a_list_is_found_under_its_own_text(seconds in proptest::collection::btree_set(-2_000_000_000i64..4_000_000_000, 1..30)) {
            let texts: Vec<String> = seconds.iter().enumerate().map(|(i, s)| {
                let at = TimeZone::UTC.to_datetime(Timestamp::from_second(*s).unwrap());
                match i % 3 { 0 => format!("{at}Z"), 1 => format!("{at}.000Z"), _ => at.to_string() }
            }).collect();
            let axis = TimeAxis::parse(&texts.join(","), Timestamp::UNIX_EPOCH).unwrap();
            for (s, text) in seconds.iter().zip(&texts) {
                let time = axis.at(Timestamp::from_second(*s).unwrap()).unwrap();
                prop_assert_eq!(time.text(), text.as_str());
                prop_assert_eq!(ValidTime::parse(time.text()).unwrap().instant().as_second(), *s);
            }
            prop_assert_eq!(axis.count(), Some(seconds.len() as u64));
        }
    }
}
