//! One entry of a time axis, as servers write it: a moment, or an interval with its steps.

use super::form::Form;
use super::interval::{Interval, written};
use super::iso8601::{self, utc};
use super::period::Period;
use super::time_error::TimeError;
use super::valid_time::ValidTime;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// An entry of a time axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Entry {
    Moment(ValidTime),
    Interval(Interval),
}

impl Entry {
    /// Reads `TIME`, `START/END`, `START/END/PERIOD` or `Rn/START/PERIOD`. A duration may replace the start or the end:
    /// `START/P5D`, `P5D/END/PT6H`. The word `current` means `now`; where `now` is `None`, `current` is an error.
    pub(crate) fn read(text: &str, now: Option<Timestamp>) -> Result<Self, TimeError> {
        let mut parts = text.split('/').map(str::trim);
        let parts = [parts.next(), parts.next(), parts.next(), parts.next()];
        let interval = match parts {
            [Some(single), None, ..] => return moment(single, now).map(Self::Moment),
            [Some(start), Some(end), None, _] => Interval::between(start, end, None, now),
            [Some(repeat), Some(start), Some(period), None] if repeat.starts_with('R') => {
                let repetitions = Repetitions::read(repeat).ok_or_else(|| TimeError::not_an_interval(text))?;
                Interval::repeated(moment(start, now)?, Period::parse(period)?, repetitions)
            }
            // OGC 06-042, C.3: a resolution of zero means infinitely fine.
            [Some(start), Some(end), Some("" | "0"), None] => Interval::between(start, end, None, now),
            [Some(start), Some(end), Some(period), None] => {
                let period = Some(Period::parse_length(period)?).filter(|period| !period.is_nothing());
                Interval::between(start, end, period, now)
            }
            _ => Err(TimeError::not_an_interval(text)),
        };
        interval.map(Self::Interval)
    }
}

impl Interval {
    /// From a start to an end; a duration may replace one of the two.
    fn between(start: &str, end: &str, period: Option<Period>, now: Option<Timestamp>) -> Result<Self, TimeError> {
        let (start, end) = match (is_duration(start), is_duration(end)) {
            (true, true) => return Err(TimeError::not_a_time(start)),
            (true, false) => {
                let (end, form) = moment_and_form(end, now)?;
                let length = Period::parse_length(start)?;
                let first = length.before(TimeZone::UTC.to_datetime(end)).and_then(utc);
                let first = first.ok_or_else(|| TimeError::too_long(start))?;
                (written(form.fine_enough(Some(&length)).fine_enough_for(first), first), end)
            }
            (false, true) => {
                let first = moment(start, now)?;
                let length = Period::parse_length(end)?;
                let last = length.after(TimeZone::UTC.to_datetime(first.instant()), 1).and_then(utc);
                (first, last.unwrap_or(Timestamp::MAX))
            }
            (false, false) => (moment(start, now)?, moment(end, now)?.instant()),
        };
        Self::new(start, end, period)
    }

    /// An interval `Rn/START/PERIOD`: the step, repeated from the start.
    fn repeated(start: ValidTime, period: Period, repetitions: Repetitions) -> Result<Self, TimeError> {
        let origin = TimeZone::UTC.to_datetime(start.instant());
        let last = match repetitions {
            Repetitions::Counted(count) => period.after(origin, count - 1).and_then(utc),
            Repetitions::Endless => None,
        };
        Self::new(start, last.unwrap_or(Timestamp::MAX), Some(period))
    }
}

/// The times of one item of a `times` list or of an interval `start/end/step`, at most `max`. A duration may replace start
/// or end (`start/P5D/PT6H`); `Rn/start/step` has `n` times.
///
/// Steps are calendar steps: `P1M` from 31 January gives 28 February, then 31 March, because every time is counted from
/// the start and not from the one before it. The end is included when a step falls on it.
///
/// # Errors
/// See [`TimeError`].
pub fn expand(text: &str, max: usize) -> Result<Vec<ValidTime>, TimeError> {
    if !text.contains('/') {
        return Ok(vec![ValidTime::parse(text)?]);
    }
    let Entry::Interval(interval) = Entry::read(text, None)? else { return Err(TimeError::not_an_interval(text)) };
    match (interval.count(), text.split('/').nth(2)) {
        (Some(count), _) if count > max as u64 => Err(TimeError::TooMany(max)),
        // All times are written in RFC 3339, whatever the form of the start: not every server reads a date as its midnight.
        (Some(count), _) => {
            let first = std::iter::once(interval.start());
            let further = (1..count as i64).filter_map(|n| interval.step(n));
            Ok(first.chain(further).map(ValidTime::from).collect())
        }
        (None, Some(step)) => Err(TimeError::not_a_step(step)),
        (None, None) => Err(TimeError::not_an_interval(text)),
    }
}

/// Whether a text is one of the words by which servers mean the present.
pub fn is_now(text: &str) -> bool {
    ["current", "now", "present"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn is_duration(text: &str) -> bool {
    text.starts_with('P') && !is_now(text)
}

/// A time with its server's text. A request for the moment `current` sends the word, not a time.
fn moment(text: &str, now: Option<Timestamp>) -> Result<ValidTime, TimeError> {
    match now {
        Some(now) if is_now(text) => Ok(ValidTime::of(now, text.to_owned())),
        _ => ValidTime::parse_kept(text),
    }
}

fn moment_and_form(text: &str, now: Option<Timestamp>) -> Result<(Timestamp, Form), TimeError> {
    match now {
        Some(now) if is_now(text) => Ok((now, Form::RFC3339)),
        _ => iso8601::read(text).ok_or_else(|| TimeError::not_a_time(text)),
    }
}

/// How often an interval is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repetitions {
    /// `R3`: three times.
    Counted(i64),
    /// `R`: without an end.
    Endless,
}

impl Repetitions {
    fn read(text: &str) -> Option<Self> {
        match text.strip_prefix('R')? {
            "" => Some(Self::Endless),
            digits if !digits.bytes().all(|c| c.is_ascii_digit()) => None,
            digits => digits.parse().ok().filter(|count| *count > 0).map(Self::Counted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_calendar_months_counted_from_the_start() {
        let times: Vec<_> = expand("2019-01-31/2019-04-30/P1M", 10).unwrap().iter().map(ValidTime::rfc3339).collect();
        assert_eq!(
            times,
            ["2019-01-31T00:00:00Z", "2019-02-28T00:00:00Z", "2019-03-31T00:00:00Z", "2019-04-30T00:00:00Z"]
        );
    }

    #[test]
    fn an_interval_includes_its_end_when_a_step_falls_on_it() {
        assert_eq!(expand("2020-01-01T00:00Z/2020-01-01T12:00Z/PT6H", 10).unwrap().len(), 3);
        assert_eq!(expand("2020-01-01T00:00Z/2020-01-01T11:59Z/PT6H", 10).unwrap().len(), 2);
        assert_eq!(expand("2020-01-01/2020-01-01/P1D", 10).unwrap().len(), 1);
    }

    #[test]
    fn an_interval_of_ten_thousand_years_has_all_its_seconds() {
        let text = "0001-01-01T00:00:00Z/9999-12-31T23:59:59Z/PT1S";
        let Entry::Interval(interval) = Entry::read(text, None).unwrap() else { panic!("an interval") };
        let at: Timestamp = "2020-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(interval.previous(at).unwrap().instant(), at);
        assert_eq!(interval.last().to_string(), "9999-12-30T22:00:00Z");
    }

    #[test]
    fn an_interval_that_cannot_be_walked_is_refused() {
        let check = |text: &str, expected: TimeError| assert_eq!(expand(text, 100).unwrap_err(), expected, "{text}");
        check("2020-01-02/2020-01-01/P1D", TimeError::Backwards);
        check("2020-01-01/2020-01-02", TimeError::NotAnInterval("2020-01-01/2020-01-02".into()));
        check("2020-01-01/2020-01-02/PT0S", TimeError::NotAStep("PT0S".into()));
        check("2020-01-01/2020-01-02/-P1D", TimeError::NotAStep("-P1D".into()));
        check("2020-01-01/2020-01-02/daily", TimeError::NotAStep("daily".into()));
        check("2020-01-01/2021-01-01/PT1M", TimeError::TooMany(100));
        check("2000-01-01/2000-01-02/P99999999999999999999D", TimeError::TooLong("P99999999999999999999D".into()));
        // Years before 0000 do not have four digits.
        check("P3000Y/2000-01-01/P1Y", TimeError::TooLong("P3000Y".into()));
        check("1970-01-01/2262-04-11T23:47:16.854775806Z/PT0.000000001S", TimeError::TooMany(100));
        check("-9999/9999/PT0.000000001S", TimeError::NotATime("-9999".into()));
        check("0000/9999/PT0.000000001S", TimeError::TooFine);
        check("R/2020-01-01/P1D", TimeError::TooMany(100));
        check("R0/2020-01-01/P1D", TimeError::NotAnInterval("R0/2020-01-01/P1D".into()));
        check("2020-01-01/P5D", TimeError::NotAnInterval("2020-01-01/P5D".into()));
        check("P5D/P5D/P1D", TimeError::NotATime("P5D".into()));
        check("2020-01-01/current/P1D", TimeError::NotATime("current".into()));
        check("2020-01-01/default/P1D", TimeError::NotATime("default".into()));
    }

    #[test]
    fn starts_ends_and_repetitions_are_given_in_other_words() {
        let check = |text: &str, expected: &[&str]| {
            let times: Vec<_> = expand(text, 10).unwrap().iter().map(|time| time.rfc3339()[..13].to_owned()).collect();
            assert_eq!(times, expected, "{text}");
        };
        check("2020-01-01/P2D/P1D", &["2020-01-01T00", "2020-01-02T00", "2020-01-03T00"]);
        check("P1M/2020-03-31/P15D", &["2020-02-29T00", "2020-03-15T00", "2020-03-30T00"]);
        check("R3/20200101T0600/PT6H", &["2020-01-01T06", "2020-01-01T12", "2020-01-01T18"]);
        check("R3/2020-01-31/P1M", &["2020-01-31T00", "2020-02-29T00", "2020-03-31T00"]);
        check("2020-W01-1/2020-W02-1/P1W", &["2019-12-30T00", "2020-01-06T00"]);
        check("2020-01-01/2020-03-01/P1M15D", &["2020-01-01T00", "2020-02-16T00"]);
    }
}
