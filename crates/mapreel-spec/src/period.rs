//! ISO 8601 durations as time axes use them: calendar months and years beside exact days, hours and seconds.

use crate::TimeError;
use jiff::civil::DateTime;
use jiff::{SignedDuration, Span};

/// The step of a time axis, longer than nothing. Days have 24 hours: axes are in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    months: i64,
    exact: SignedDuration,
}

/// The most years that a period may have.
const YEARS_MAX: f64 = 10_000.0;

impl Period {
    /// Reads `P1M`, `PT6H`, `P30DT12H`, `PT1H1M52.5S`, `P0.5D`. The smallest unit may have a fraction (ISO 8601, 5.5.3.2),
    /// except months and years unless whole months come of it.
    pub(crate) fn parse(text: &str) -> Result<Self, TimeError> {
        Self::read(text.trim()).ok_or_else(|| TimeError::NotAStep(text.to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix('P')?;
        let (mut months, mut nanoseconds) = (0.0, 0.0);
        // Units must come in this order, each at most once.
        const DATE: [(char, f64); 4] = [('Y', 12.0), ('M', 1.0), ('W', 604_800e9), ('D', 86_400e9)];
        const CLOCK: [(char, f64); 3] = [('H', 3_600e9), ('M', 60e9), ('S', 1e9)];
        let (mut units, mut in_clock, mut fraction) = (&DATE[..], false, false);
        let mut any = false;
        while !rest.is_empty() {
            if let Some(clock) = rest.strip_prefix('T')
                && !in_clock
                && !clock.is_empty()
            {
                (rest, units, in_clock) = (clock, &CLOCK[..], true);
                continue;
            }
            let end = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ','))?;
            let (number, unit) = (&rest[..end], rest[end..].chars().next()?);
            let place = units.iter().position(|(name, _)| *name == unit)?;
            // Only the smallest may have a fraction.
            if fraction {
                return None;
            }
            fraction = number.contains(['.', ',']);
            let value: f64 = number.replace(',', ".").parse().ok()?;
            let amount = value * units[place].1;
            if !in_clock && place < 2 {
                months += amount
            } else {
                nanoseconds += amount
            }
            (rest, units, any) = (&rest[end + 1..], &units[place + 1..], true);
        }
        let sane = months <= YEARS_MAX * 12.0 && nanoseconds <= YEARS_MAX * 365.0 * 86_400e9 && months.fract() == 0.0;
        let period =
            Self { months: months as i64, exact: SignedDuration::from_nanos_i128(nanoseconds.round() as i128) };
        (any && sane && (period.months > 0 || period.exact.is_positive())).then_some(period)
    }

    /// The moment `n` steps after `start`, counted from the start: `P1M` from 31 January gives 28 February, then 31 March.
    pub(crate) fn after(&self, start: DateTime, n: i64) -> Option<DateTime> {
        let months = Span::new().try_months(self.months.checked_mul(n)?).ok()?;
        let moved = start.checked_add(months).ok()?;
        let nanoseconds = self.exact.as_nanos().checked_mul(i128::from(n))?;
        moved.checked_add(SignedDuration::try_from_nanos_i128(nanoseconds)?).ok()
    }

    /// No step is shorter.
    pub(crate) fn shortest(&self) -> SignedDuration {
        self.exact + SignedDuration::from_hours(24 * 28 * self.months)
    }

    /// Whether all steps fall on the full second.
    pub(crate) fn is_whole_seconds(&self) -> bool {
        self.exact.subsec_nanos() == 0
    }

    /// Whether all steps fall on the same time of day.
    pub(crate) fn is_whole_days(&self) -> bool {
        self.exact.as_nanos() % 86_400_000_000_000 == 0
    }

    /// Whether all steps fall on the same day of the year.
    pub(crate) fn is_whole_years(&self) -> bool {
        self.is_whole_months() && self.months % 12 == 0
    }

    /// Whether all steps fall on the same day of the month.
    pub(crate) fn is_whole_months(&self) -> bool {
        self.exact.is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(period: &str, start: &str, n: i64) -> String {
        let moved = Period::parse(period).unwrap().after(start.parse().unwrap(), n).unwrap();
        moved.to_string()
    }

    #[test]
    fn periods_of_real_servers_are_read() {
        assert_eq!(after("P1M", "2019-01-31T00:00", 1), "2019-02-28T00:00:00");
        assert_eq!(after("P1M", "2019-01-31T00:00", 2), "2019-03-31T00:00:00");
        assert_eq!(after("P1Y", "2016-02-29T00:00", 1), "2017-02-28T00:00:00");
        assert_eq!(after("PT1H1M52.5S", "2020-01-01T00:00", 2), "2020-01-01T02:03:45");
        assert_eq!(after("P30DT12H", "2020-01-01T00:00", 2), "2020-03-02T00:00:00");
        assert_eq!(after("P0.5D", "2020-01-01T00:00", 3), "2020-01-02T12:00:00");
        assert_eq!(after("P0.5Y", "2020-01-01T00:00", 1), "2020-07-01T00:00:00");
        assert_eq!(after("P1W", "2020-01-01T00:00", 1), "2020-01-08T00:00:00");
        assert_eq!(after("PT0,5H", "2020-01-01T00:00", 1), "2020-01-01T00:30:00");
        assert_eq!(after("PT0.001S", "2020-01-01T00:00", 1), "2020-01-01T00:00:00.001");
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in [
            "",
            "P",
            "PT",
            "PBAD",
            "P1",
            "1D",
            "P1H",
            "PT1D",
            "P1M1Y",
            "P0D",
            "PT0S",
            "P1.5DT2H",
            "P0.3M",
            "-P1D",
            "P1DT",
            "P99999999Y",
        ] {
            assert!(Period::parse(text).is_err(), "{text}");
        }
    }
}
