//! Valid times: ISO 8601 text to instants and back. All times are UTC.

use super::form::{DateForm, Precision};
use super::iso8601;
use super::time_error::TimeError;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The moment that data describe, and the text by which it was asked for.
///
/// Two valid times are equal when they are the same instant, however they were written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ValidTime {
    // The text alone need not tell the instant: `current` is a text, too.
    #[serde(with = "instant_text")]
    instant: Timestamp,
    text: String,
}

/// An instant as text, RFC 3339.
pub mod instant_text {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes an instant.
    pub fn serialize<S: Serializer>(instant: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(instant)
    }

    /// Reads an instant.
    ///
    /// # Errors
    /// The text is not an instant in RFC 3339.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl ValidTime {
    /// Reads RFC 3339 with or without minutes, seconds, fraction and zone (none means UTC), a date, a year and month, or a
    /// year; also the basic form (`20200830T1200Z`), weeks (`2020-W35-7`), days of the year (`2020-243`) and 24:00.
    ///
    /// ```
    /// # use mapreel_geo::ValidTime;
    /// let noon = ValidTime::parse("2020-08-30T12:00Z").unwrap();
    /// assert_eq!(noon, ValidTime::parse("2020-08-30T22:00:00+10:00").unwrap());
    /// assert_eq!(noon, ValidTime::parse("2020-W35-7T12").unwrap());
    /// assert_eq!(noon.rfc3339(), "2020-08-30T12:00:00Z");
    /// ```
    ///
    /// # Errors
    /// The text is none of these, or no such day exists.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let trimmed = text.trim();
        let (instant, form) = iso8601::read(trimmed).ok_or_else(|| TimeError::not_a_time(text))?;
        // People type a blank between date and clock, but no WMS reads it. No WMS heeds an offset either. Few servers read
        // weeks, days of the year or 24:00. A time with one of these is sent in RFC 3339.
        let clock = trimmed.split_once(['T', 't', ' ']).map_or("", |(_, clock)| clock);
        let foreign = trimmed.contains([' ', '[']) || clock.contains(['+', '-']) || clock.starts_with("24");
        let rare = form.date != DateForm::Calendar || form.precision == Precision::Week;
        let text = if foreign || rare { rfc3339(instant) } else { trimmed.to_owned() };
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

    /// Reads a time that a server has written, and keeps the server's text.
    pub fn parse_kept(text: &str) -> Result<Self, TimeError> {
        let (instant, _) = iso8601::read(text.trim()).ok_or_else(|| TimeError::not_a_time(text))?;
        Ok(Self { instant, text: text.trim().to_owned() })
    }

    /// An instant with the text by which a server knows it.
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
        check("20200830T1200Z", "2020-08-30T12:00:00Z");
        check("2020-W35-7T12:00", "2020-08-30T12:00:00Z");
        check("2020-243", "2020-08-30T00:00:00Z");
        check("2020-08-29T24:00Z", "2020-08-30T00:00:00Z");
    }

    #[test]
    fn what_is_not_a_time_is_refused() {
        for text in ["", "now", "2020-02-30", "2020-13", "30/08/2020", "2020-08-30T25:00Z", "202008", "é020-08"] {
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
        assert_eq!(ValidTime::parse("2020-W35-7").unwrap().text(), "2020-08-30T00:00:00Z");
        assert_eq!(ValidTime::parse("2020-243").unwrap().text(), "2020-08-30T00:00:00Z");
        assert_eq!(ValidTime::parse("2020-08-29T24:00Z").unwrap().text(), "2020-08-30T00:00:00Z");
        assert_eq!(ValidTime::parse("20200830").unwrap().text(), "20200830", "one day in one word is a server's own");
    }
}
