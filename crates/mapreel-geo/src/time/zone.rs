//! Times as the page shows them, in any zone. The zone is always named.

use super::valid_time::ValidTime;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// The zone in which times are shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone(TimeZone);

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl Zone {
    /// A zone by its IANA name (`Australia/Perth`), from the tz database of this program.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "UTC" | "Z" | "Etc/UTC" => Some(Self::default()),
            name => jiff::tz::TimeZoneDatabase::bundled().get(name).ok().map(Self),
        }
    }

    /// `2020-08-30 12:00 UTC`; `2020-08-30 20:00 AWST (UTC+8)`. Seconds and their fraction only where there are some.
    ///
    /// Abbreviations alone are not enough: CST is three zones. And in the night in which summer time ends, each clock time of
    /// one hour comes twice.
    pub fn show(&self, time: &ValidTime) -> String {
        let at = self.clock(time);
        let fine = match (at.second(), at.subsec_nanosecond() / 1_000_000) {
            (0, 0) => String::new(),
            (s, 0) => format!(":{s:02}"),
            (s, ms) => format!(":{s:02}.{ms:03}"),
        };
        format!("{} {:02}:{:02}{fine} {}", at.date(), at.hour(), at.minute(), self.name(time))
    }

    /// The local date and clock time of the zone at that time.
    pub(crate) fn clock(&self, time: &ValidTime) -> DateTime {
        self.0.to_datetime(time.instant())
    }

    /// The zone's abbreviation at that time and its offset from UTC: `UTC`, `AWST (UTC+8)`; `UTC-3` where it has no
    /// abbreviation.
    pub(crate) fn name(&self, time: &ValidTime) -> String {
        let (name, offset) = (self.short_name(time), utc_offset(self.offset(time)));
        if name == "UTC" || name == offset { name } else { format!("{name} ({offset})") }
    }

    /// The zone's abbreviation at that time: `UTC`, `AWST`; `UTC-3` where it has none.
    pub(crate) fn short_name(&self, time: &ValidTime) -> String {
        let info = self.0.to_offset_info(time.instant());
        match info.abbreviation() {
            name if name.starts_with(['+', '-']) => utc_offset(info.offset()),
            name => name.to_owned(),
        }
    }

    /// The zone's offset from UTC at that time.
    pub(crate) fn offset(&self, time: &ValidTime) -> Offset {
        self.0.to_offset(time.instant())
    }
}

/// `UTC+8`, `UTC-3:30`.
fn utc_offset(offset: Offset) -> String {
    let (sign, seconds) = (if offset.seconds() < 0 { '-' } else { '+' }, offset.seconds().unsigned_abs());
    let (hours, minutes) = (seconds / 3600, seconds % 3600 / 60);
    if minutes == 0 { format!("UTC{sign}{hours}") } else { format!("UTC{sign}{hours}:{minutes:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_name_their_zone_and_no_needless_seconds() {
        let check = |zone: &str, time: &str, expected: &str| {
            assert_eq!(Zone::parse(zone).unwrap().show(&ValidTime::parse(time).unwrap()), expected);
        };
        check("UTC", "2005-08-29T06:00:00Z", "2005-08-29 06:00 UTC");
        check("UTC", "2005-08-29T06:00:07Z", "2005-08-29 06:00:07 UTC");
        check("UTC", "2005-08-29T06:00:07.25Z", "2005-08-29 06:00:07.250 UTC");
        check("Australia/Perth", "2020-08-30T12:00:00Z", "2020-08-30 20:00 AWST (UTC+8)");
        check("America/St_Johns", "2020-01-30T12:00:00Z", "2020-01-30 08:30 NST (UTC-3:30)");
        check("America/Sao_Paulo", "2020-01-30T12:00:00Z", "2020-01-30 09:00 UTC-3");
        // The hour that comes twice.
        check("Europe/Berlin", "2020-10-25T00:30:00Z", "2020-10-25 02:30 CEST (UTC+2)");
        check("Europe/Berlin", "2020-10-25T01:30:00Z", "2020-10-25 02:30 CET (UTC+1)");
        assert_eq!(Zone::parse("Mars/Olympus"), None);
    }
}
