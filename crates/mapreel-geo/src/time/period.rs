//! ISO 8601 durations as time axes use them: calendar months and years beside exact days, hours and seconds.

use super::time_error::TimeError;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span};

/// The step of a time axis, longer than zero. Days have 24 hours: axes are in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    months: i64,
    exact: SignedDuration,
}

/// The most years that a period may have.
const YEARS_MAX: i128 = 10_000;

/// A unit as a number of months or of nanoseconds.
#[derive(Clone, Copy)]
enum Unit {
    Months(i128),
    Nanoseconds(i128),
}

/// The units of a duration before and after its `T`, in the order in which they must be written, each at most once.
const DATE: [(char, Unit); 4] = [
    ('Y', Unit::Months(12)),
    ('M', Unit::Months(1)),
    ('W', Unit::Nanoseconds(604_800_000_000_000)),
    ('D', Unit::Nanoseconds(86_400_000_000_000)),
];
const CLOCK: [(char, Unit); 3] = [
    ('H', Unit::Nanoseconds(3_600_000_000_000)),
    ('M', Unit::Nanoseconds(60_000_000_000)),
    ('S', Unit::Nanoseconds(1_000_000_000)),
];

impl Period {
    /// Reads `P1M`, `PT6H`, `P1M15D`, `P1M2W`, `P30DT12H`, `PT1H1M52.5S`, `P0.5D`. The smallest unit may have a fraction
    /// (ISO 8601, 5.5.3.2). A fraction of a month or a year is an error unless it makes whole months.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        Self::parse_length(text).and_then(|period| match period.is_nothing() {
            true => Err(TimeError::not_a_step(text)),
            false => Ok(period),
        })
    }

    /// Reads a duration. A duration may be zero (`PT0S`), a step may not.
    pub(crate) fn parse_length(text: &str) -> Result<Self, TimeError> {
        let (months, nanoseconds) = Self::sums(text.trim()).ok_or_else(|| TimeError::not_a_step(text))?;
        if months > YEARS_MAX * 12 || nanoseconds > YEARS_MAX * 366 * 86_400_000_000_000 {
            return Err(TimeError::too_long(text));
        }
        Ok(Self { months: months as i64, exact: SignedDuration::from_nanos_i128(nanoseconds) })
    }

    /// The sums of months and of nanoseconds. An `i128` holds seven units of twenty digits.
    fn sums(text: &str) -> Option<(i128, i128)> {
        let mut rest = text.strip_prefix('P')?;
        let (mut months, mut nanoseconds) = (0, 0);
        let (mut units, mut in_clock, mut any, mut fraction) = (&DATE[..], false, false, "");
        while !rest.is_empty() {
            if let Some(clock) = rest.strip_prefix('T')
                && !in_clock
                && !clock.is_empty()
            {
                (rest, units, in_clock) = (clock, &CLOCK[..], true);
                continue;
            }
            // Only the smallest unit may have a fraction.
            if !fraction.is_empty() {
                return None;
            }
            let end = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ','))?;
            let name = rest[end..].chars().next()?;
            let place = units.iter().position(|(known, _)| *known == name)?;
            let whole;
            (whole, fraction) = rest[..end].split_once(['.', ',']).unwrap_or((&rest[..end], ""));
            if whole.is_empty() && fraction.is_empty() {
                return None;
            }
            match units[place].1 {
                Unit::Months(each) => months += amount(whole, fraction, each).filter(|(_, is_whole)| *is_whole)?.0,
                Unit::Nanoseconds(each) => nanoseconds += amount(whole, fraction, each)?.0,
            }
            (rest, units, any) = (&rest[end + name.len_utf8()..], &units[place + 1..], true);
        }
        any.then_some((months, nanoseconds))
    }

    /// Whether it is zero.
    pub(crate) fn is_nothing(&self) -> bool {
        self.months == 0 && self.exact.is_zero()
    }

    /// The moment `n` steps after `start`, counted from the start: `P1M` from 31 January gives 28 February, then 31 March.
    pub(crate) fn after(&self, start: DateTime, n: i64) -> Option<DateTime> {
        let months = Span::new().try_months(self.months.checked_mul(n)?).ok()?;
        let moved = start.checked_add(months).ok()?;
        let nanoseconds = self.exact.as_nanos().checked_mul(i128::from(n))?;
        let exact = SignedDuration::try_from_nanos_i128(nanoseconds)?;
        // Adding to a `Timestamp`, because a `DateTime` rejects a duration longer than the years from 1970 to 9999.
        Some(TimeZone::UTC.to_datetime(TimeZone::UTC.to_timestamp(moved).ok()?.checked_add(exact).ok()?))
    }

    /// The moment that lies one period before `end`.
    pub(crate) fn before(&self, end: DateTime) -> Option<DateTime> {
        let moved = end.checked_sub(Span::new().try_months(self.months).ok()?).ok()?;
        moved.checked_sub(self.exact).ok()
    }

    /// The length of the step; `None` where it depends on the calendar.
    pub fn exact(&self) -> Option<SignedDuration> {
        (self.months == 0).then_some(self.exact)
    }

    /// A lower bound of the length of a step.
    pub(crate) fn shortest(&self) -> SignedDuration {
        self.exact + SignedDuration::from_hours(24 * 28 * self.months)
    }

    /// The fraction of its seconds, in nanoseconds.
    pub(crate) fn fraction_ns(&self) -> i32 {
        self.exact.subsec_nanos()
    }

    /// Whether all steps fall on the same time of day.
    pub(crate) fn is_whole_days(&self) -> bool {
        self.exact.as_nanos() % 86_400_000_000_000 == 0
    }

    /// Whether all steps fall on the same day of the week.
    pub(crate) fn is_whole_weeks(&self) -> bool {
        self.months == 0 && self.exact.as_nanos() % 604_800_000_000_000 == 0
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

/// `whole.fraction` units of `each`, rounded, and whether no rounding was needed; `None` where the digits are not digits.
fn amount(whole: &str, fraction: &str, each: i128) -> Option<(i128, bool)> {
    const DIGITS_MAX: usize = 20;
    let count = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<i128>().ok() };
    let whole = number(whole)?;
    // A step of more digits is longer than every limit; the caller reports it.
    let whole = if whole.len() > DIGITS_MAX { 10i128.pow(DIGITS_MAX as u32) } else { count(whole)? };
    let fraction = &fraction[..fraction.len().min(DIGITS_MAX)];
    let (parts, of) = (each * count(number(fraction)?)?, 10i128.pow(fraction.len() as u32));
    Some((whole * each + (parts + of / 2) / of, parts % of == 0))
}

/// Digits without leading zeros; `None` where a character is not a digit.
fn number(digits: &str) -> Option<&str> {
    digits.bytes().all(|c| c.is_ascii_digit()).then(|| digits.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
    fn units_are_combined_and_some_may_be_nothing() {
        assert_eq!(after("P1M15D", "2020-01-31T00:00", 1), "2020-03-15T00:00:00", "29 February and 15 days");
        assert_eq!(after("P1M15D", "2020-01-01T00:00", 2), "2020-03-31T00:00:00");
        assert_eq!(after("P0M7D", "2020-01-01T00:00", 1), "2020-01-08T00:00:00");
        assert_eq!(after("P1M2W", "2020-01-01T00:00", 1), "2020-02-15T00:00:00");
        assert_eq!(after("P2W3D", "2020-01-01T00:00", 1), "2020-01-18T00:00:00");
        assert_eq!(after("P0Y0M1DT0H0M0S", "2020-01-01T00:00", 1), "2020-01-02T00:00:00");
        assert_eq!(after("P1Y2M3W4DT5H6M7.5S", "2020-01-01T00:00", 1), "2021-03-26T05:06:07.5");
        assert_eq!(after("P000000000000000000000000001D", "2020-01-01T00:00", 1), "2020-01-02T00:00:00");
        assert!(Period::parse_length("P0Y0M0DT0S").unwrap().is_nothing());
    }

    #[test]
    fn a_period_beyond_all_measure_is_refused_as_such() {
        for text in
            ["P99999999999999999999D", "PT999999999999999999999999999999999S", "P10001Y", "P9223372036854775807M"]
        {
            assert!(matches!(Period::parse(text), Err(TimeError::TooLong(_))), "{text}");
        }
        assert_eq!(after("P10000Y", "-009999-01-01T00:00", 1), "0001-01-01T00:00:00");
        let long = Period::parse("P10000Y").unwrap();
        let start: DateTime = "2020-01-01T00:00".parse().unwrap();
        assert_eq!(
            (long.after(start, 1), long.after(start, i64::MAX), long.before(start)),
            (None, None, "-007980-01-01T00:00".parse().ok())
        );
    }

    proptest! {
        /// No text and no number of steps causes a panic.
        #[test]
        fn arithmetic_is_checked(text in "P[0-9]{0,25}[YMWDT]?[0-9]{0,25}[.,]?[0-9]{0,25}[MWDHS]?", n in any::<i64>()) {
            if let Ok(period) = Period::parse(&text) {
                let start = jiff::civil::date(2020, 1, 31).to_datetime(Default::default());
                prop_assert!(period.shortest().is_positive());
                let _ = (period.after(start, n), period.before(start));
            }
        }
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in [
            "", "P", "PT", "PBAD", "P1", "1D", "P1H", "PT1D", "P1M1Y", "P0D", "PT0S", "P1.5DT2H", "P0.3M", "-P1D",
            "P1DT", "P1D2W", "P.D", "P1.2.3D", "P1é",
        ] {
            assert!(Period::parse(text).is_err(), "{text}");
        }
    }
}
