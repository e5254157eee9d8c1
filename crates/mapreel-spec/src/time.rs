//! Valid times and time axes: ISO 8601 text to instants and back. All times are UTC.

use crate::period::Period;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// The moment that data describe, and the text by which it was asked for.
///
/// Two valid times are equal when they are the same instant, however they were written.
#[derive(Debug, Clone)]
pub struct ValidTime {
    instant: Timestamp,
    text: String,
}

impl ValidTime {
    /// Reads RFC 3339 with or without minutes, seconds, fraction and zone (none means UTC), a date, a year and month, or a
    /// year.
    ///
    /// ```
    /// # use mapreel_spec::ValidTime;
    /// let noon = ValidTime::parse("2020-08-30T12:00Z").unwrap();
    /// assert_eq!(noon, ValidTime::parse("2020-08-30T22:00:00+10:00").unwrap());
    /// assert_eq!(noon.rfc3339(), "2020-08-30T12:00:00Z");
    /// ```
    ///
    /// # Errors
    /// The text is none of these, or no such day exists.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let trimmed = text.trim();
        let instant = read_instant(trimmed).ok_or_else(|| TimeError::NotATime(text.to_owned()))?;
        // A blank between date and clock is what people type and what no WMS reads; an offset is what none minds.
        let clock = trimmed.split_once(['T', 't', ' ']).map_or("", |(_, clock)| clock);
        let foreign = trimmed.contains([' ', '[']) || clock.contains(['+', '-']);
        let text = if foreign { rfc3339(instant) } else { trimmed.to_owned() };
        Ok(Self { instant, text })
    }

    /// The instant.
    pub fn instant(&self) -> Timestamp {
        self.instant
    }

    /// The time as it was written in the request: what a server is asked for.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// RFC 3339 in UTC, with a fraction only where there is one.
    pub fn rfc3339(&self) -> String {
        rfc3339(self.instant)
    }

    /// The time by a strftime pattern (`%Y%m%d%H%M`), in UTC.
    ///
    /// # Errors
    /// The pattern has a directive that is not known.
    pub fn formatted(&self, pattern: &str) -> Result<String, TimeError> {
        jiff::fmt::strtime::format(pattern, self.instant).map_err(|_| TimeError::NotAPattern(pattern.to_owned()))
    }

    /// Reads a time of a server's, whose text is kept to the last character.
    pub(crate) fn parse_kept(text: &str) -> Result<Self, TimeError> {
        let instant = read_instant(text.trim()).ok_or_else(|| TimeError::NotATime(text.to_owned()))?;
        Ok(Self { instant, text: text.trim().to_owned() })
    }

    /// An instant and the text that a server knows it by.
    pub(crate) fn of(instant: Timestamp, text: String) -> Self {
        Self { instant, text }
    }
}

impl From<Timestamp> for ValidTime {
    fn from(instant: Timestamp) -> Self {
        Self { instant, text: rfc3339(instant) }
    }
}

impl PartialEq for ValidTime {
    fn eq(&self, other: &Self) -> bool {
        self.instant == other.instant
    }
}

/// Why a text is not a time or a time axis.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not a time.
    #[error("`{0}` is not a time")]
    NotATime(String),
    /// Not a strftime pattern.
    #[error("`{0}` is not a time pattern")]
    NotAPattern(String),
    /// An interval needs start, end and step.
    #[error("`{0}` is not an interval")]
    NotAnInterval(String),
    /// The step is not an ISO 8601 duration, or not longer than nothing.
    #[error("`{0}` is not a time step")]
    NotAStep(String),
    /// The end lies before the start.
    #[error("the interval ends before it starts")]
    Backwards,
    /// More times than allowed.
    #[error("more than {0} times")]
    TooMany(usize),
}

impl TimeError {
    /// What to write instead.
    pub fn hint(&self) -> String {
        match self {
            Self::NotATime(_) => "write it like 2020-08-30T12:00:00Z".into(),
            Self::NotAPattern(_) => "write it like %Y%m%d%H%M".into(),
            Self::NotAnInterval(_) => "write it like 2018-01-01/2019-12-01/P1M".into(),
            Self::NotAStep(_) => "an ISO 8601 duration such as PT6H, P1D or P1M".into(),
            Self::Backwards => "put the earlier time first".into(),
            Self::TooMany(_) => "use a longer step or a shorter interval".into(),
        }
    }
}

/// The times of one item of a `times` list or of an interval `start/end/step`, at most `max`.
///
/// Steps are calendar steps: `P1M` from 31 January gives 28 February, then 31 March, because every time is counted from
/// the start and not from the one before it. The end is included when a step falls on it.
///
/// # Errors
/// See [`TimeError`].
pub fn expand(text: &str, max: usize) -> Result<Vec<ValidTime>, TimeError> {
    let parts: Vec<&str> = text.split('/').collect();
    match parts[..] {
        [single] => Ok(vec![ValidTime::parse(single)?]),
        [start, end, step] => interval(ValidTime::parse(start)?, &ValidTime::parse(end)?, step, max),
        _ => Err(TimeError::NotAnInterval(text.to_owned())),
    }
}

fn interval(start: ValidTime, end: &ValidTime, step: &str, max: usize) -> Result<Vec<ValidTime>, TimeError> {
    if end.instant < start.instant {
        return Err(TimeError::Backwards);
    }
    let period = Period::parse(step)?;
    let origin = TimeZone::UTC.to_datetime(start.instant);
    // Written like those that follow, whatever its own form: not every server knows that a date is a midnight.
    let mut times = vec![ValidTime::from(start.instant)];
    for n in 1i64.. {
        match period.after(origin, n).and_then(utc) {
            Some(instant) if instant <= end.instant => times.push(ValidTime::from(instant)),
            _ => break,
        }
        if times.len() > max {
            return Err(TimeError::TooMany(max));
        }
    }
    Ok(times)
}

fn read_instant(text: &str) -> Option<Timestamp> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    let bytes = text.as_bytes();
    let digits_at = |range: std::ops::Range<usize>| bytes.get(range).is_some_and(|b| b.iter().all(u8::is_ascii_digit));
    if bytes.len() == 4 && digits_at(0..4) {
        return utc(Date::new(text.parse().ok()?, 1, 1).ok()?.to_datetime(Default::default()));
    }
    if bytes.len() == 7 && digits_at(0..4) && bytes[4] == b'-' && digits_at(5..7) {
        return utc(Date::new(text[..4].parse().ok()?, text[5..].parse().ok()?, 1)
            .ok()?
            .to_datetime(Default::default()));
    }
    // Without a zone: jiff reads `2020-08-30`, `2020-08-30T12:00` and `2020-08-30T12:00:00.5`. A bare `Z` after minutes
    // is RFC 3339's neighbour ISO 8601, which WMS uses.
    let civil = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    // The full hour alone, as WMS allows it (OGC 06-042, D.2.1).
    if civil.len() == 13 && digits_at(11..13) && matches!(bytes[10], b'T' | b't') {
        return format!("{civil}:00").parse::<DateTime>().ok().and_then(utc);
    }
    if !(digits_at(0..4) && bytes.get(4) == Some(&b'-')) || civil.contains('[') {
        return None;
    }
    civil.parse::<DateTime>().ok().and_then(utc)
}

pub(crate) fn utc(civil: DateTime) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(civil).ok()
}

fn rfc3339(instant: Timestamp) -> String {
    instant.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_every_form_that_upstreams_and_people_use() {
        let check = |text: &str, expected: &str| {
            assert_eq!(ValidTime::parse(text).map(|t| t.rfc3339()), Ok(expected.to_owned()), "{text}");
        };
        check("2020-08-30T12:00:00Z", "2020-08-30T12:00:00Z");
        check("2020-08-30T12:00:00.000Z", "2020-08-30T12:00:00Z");
        check("2020-08-30T12:00:00.25Z", "2020-08-30T12:00:00.25Z");
        check("2020-08-30T12:00Z", "2020-08-30T12:00:00Z");
        check("2020-08-30T12:00", "2020-08-30T12:00:00Z");
        check("2020-08-30 12:00", "2020-08-30T12:00:00Z");
        check("2020-08-30", "2020-08-30T00:00:00Z");
        check("2020-08", "2020-08-01T00:00:00Z");
        check("2020", "2020-01-01T00:00:00Z");
        check("2020-08-30T12Z", "2020-08-30T12:00:00Z");
        check("2020-08-30T12:00:00+08:00", "2020-08-30T04:00:00Z");
    }

    #[test]
    fn what_is_not_a_time_is_refused() {
        for text in ["", "now", "2020-02-30", "2020-13", "30/08/2020", "2020-08-30T25:00Z", "20200830", "é020-08"] {
            assert!(ValidTime::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_text_of_a_request_is_kept_for_the_server() {
        assert_eq!(ValidTime::parse("2018-01-01T00:00:00.000Z").unwrap().text(), "2018-01-01T00:00:00.000Z");
        assert_eq!(ValidTime::parse("2018-01-01").unwrap().text(), "2018-01-01");
    }

    #[test]
    fn a_server_is_asked_in_utc() {
        assert_eq!(ValidTime::parse("2020-08-30T12:00:00+08:00").unwrap().text(), "2020-08-30T04:00:00Z");
        assert_eq!(ValidTime::parse("2020-08-30T12:00:00-08:00").unwrap().text(), "2020-08-30T20:00:00Z");
        assert_eq!(ValidTime::parse("2020-08-30 12:00").unwrap().text(), "2020-08-30T12:00:00Z");
    }

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
    fn an_interval_that_cannot_be_walked_is_refused() {
        let check = |text: &str, expected: TimeError| assert_eq!(expand(text, 100).unwrap_err(), expected, "{text}");
        check("2020-01-02/2020-01-01/P1D", TimeError::Backwards);
        check("2020-01-01/2020-01-02", TimeError::NotAnInterval("2020-01-01/2020-01-02".into()));
        check("2020-01-01/2020-01-02/PT0S", TimeError::NotAStep("PT0S".into()));
        check("2020-01-01/2020-01-02/-P1D", TimeError::NotAStep("-P1D".into()));
        check("2020-01-01/2020-01-02/daily", TimeError::NotAStep("daily".into()));
        check("2020-01-01/2021-01-01/PT1M", TimeError::TooMany(100));
    }
}
