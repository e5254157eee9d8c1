//! Moments as ISO 8601 writes them: dates of the calendar, of weeks and of days of the year, basic and extended, with or
//! without a clock time.

use super::form::{DateForm, Form, Precision};
use jiff::civil::{Date, DateTime, ISOWeekDate, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

/// Reads a moment and its form. Without a zone it is in UTC. Parts that are left out have their lowest value.
pub(crate) fn read(text: &str) -> Option<(Timestamp, Form)> {
    if text.ends_with(']') {
        // RFC 9557: the zone's name in brackets after the offset. The offset is required.
        return text.parse().ok().map(|instant| (instant, Form::RFC3339));
    }
    let (date, clock) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text.strip_suffix(['Z', 'z']).unwrap_or(text), None),
    };
    let (day, form) = read_date(date)?;
    let Some(clock) = clock else { return Some((utc_or_last(day.to_datetime(Time::midnight()), 0)?, form)) };
    if form.precision != Precision::Day {
        return None;
    }
    let clock = Clock::read(clock)?;
    let day = if clock.is_next_day { day.checked_add(1.day()).ok()? } else { day };
    let form = Form {
        basic: clock.is_basic.unwrap_or(form.basic),
        precision: clock.precision,
        zulu: clock.offset_s.is_some(),
        ..form
    };
    Some((utc_or_last(day.to_datetime(clock.time), clock.offset_s.unwrap_or(0))?, form))
}

/// The form in which a time is written; that of RFC 3339 where the text is not a time.
pub(crate) fn form(text: &str) -> Form {
    read(text).map_or(Form::RFC3339, |(_, form)| form)
}

/// The instant of a date and clock time in UTC; `None` where `Timestamp` cannot hold it or the year is negative.
pub(crate) fn utc(civil: DateTime) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(civil).ok().filter(|instant| instant.as_second() >= FIRST_S)
}

/// The start of the year 0, in Unix seconds.
const FIRST_S: i64 = -62_167_219_200;

/// Servers write `9999-12-31` for "without end". That day ends a few hours after the last instant of `Timestamp`, so it
/// is read as that instant.
fn utc_or_last(civil: DateTime, offset_s: i64) -> Option<Timestamp> {
    match utc(civil) {
        Some(instant) => {
            let instant = instant.checked_sub(SignedDuration::from_secs(offset_s)).ok()?;
            Some(instant).filter(|instant| instant.as_second() >= FIRST_S)
        }
        None => (civil.year() == 9999).then_some(Timestamp::MAX),
    }
}

fn read_date(text: &str) -> Option<(Date, Form)> {
    const SHAPE_MAX: usize = "0000-00-00".len();
    if !text.is_ascii() || text.len() > SHAPE_MAX {
        return None;
    }
    let mut shape = [0; SHAPE_MAX];
    for (to, from) in shape.iter_mut().zip(text.bytes()) {
        *to = if from.is_ascii_digit() { b'0' } else { from };
    }
    let number = |from: usize, to: usize| text[from..to].parse::<i16>().ok();
    let year = || number(0, 4);
    let calendar = |month: Option<i16>, day: Option<i16>| Date::new(year()?, month? as i8, day? as i8).ok();
    let ordinal = |day: Option<i16>| Date::new(year()?, 1, 1).ok()?.with().day_of_year(day?).build().ok();
    let week = |week: Option<i16>, day: Option<i16>| {
        let weekday = jiff::civil::Weekday::from_monday_one_offset(day? as i8).ok()?;
        Some(ISOWeekDate::new(year()?, week? as i8, weekday).ok()?.date())
    };
    let is = |date: DateForm, basic: bool, precision: Precision| Form { date, basic, precision, zulu: true };
    use {DateForm::*, Precision::*};
    let (date, form) = match &shape[..text.len()] {
        b"0000-00-00" => (calendar(number(5, 7), number(8, 10)), is(Calendar, false, Day)),
        b"00000000" => (calendar(number(4, 6), number(6, 8)), is(Calendar, true, Day)),
        b"0000-00" => (calendar(number(5, 7), Some(1)), is(Calendar, false, Month)),
        b"0000" => (calendar(Some(1), Some(1)), is(Calendar, false, Year)),
        b"0000-000" => (ordinal(number(5, 8)), is(Ordinal, false, Day)),
        b"0000000" => (ordinal(number(4, 7)), is(Ordinal, true, Day)),
        b"0000-W00-0" => (week(number(6, 8), number(9, 10)), is(DateForm::Week, false, Day)),
        b"0000W000" => (week(number(5, 7), number(7, 8)), is(DateForm::Week, true, Day)),
        b"0000-W00" => (week(number(6, 8), Some(1)), is(DateForm::Week, false, Precision::Week)),
        b"0000W00" => (week(number(5, 7), Some(1)), is(DateForm::Week, true, Precision::Week)),
        _ => return None,
    };
    Some((date?, form))
}

/// The time of a day.
struct Clock {
    time: Time,
    /// Whether the time is written as 24:00.
    is_next_day: bool,
    precision: Precision,
    /// Whether it has no `:`; `None` where only the hour is written.
    is_basic: Option<bool>,
    /// Seconds east of Greenwich; `None` where no zone is written.
    offset_s: Option<i64>,
}

impl Clock {
    /// The smallest unit may have a fraction.
    fn read(text: &str) -> Option<Self> {
        if !text.is_ascii() {
            return None;
        }
        let (clock, offset_s) = match text.find(['Z', 'z', '+', '-']) {
            Some(at) => (&text[..at], Some(read_offset(&text[at..])?)),
            None => (text, None),
        };
        let (whole, fraction) = match clock.find(['.', ',']) {
            Some(at) => (&clock[..at], Some(&clock[at + 1..])),
            None => (clock, None),
        };
        let (parts, is_basic) = clock_parts(whole)?;
        let precision = match (parts.len(), fraction) {
            (1, None) => Precision::Hour,
            (2, None) => Precision::Minute,
            (_, None) => Precision::Second,
            (3, Some(digits)) => Precision::Fraction(digits.len()),
            (_, Some(_)) => Precision::Fraction(9),
        };
        let mut seconds: i64 = parts.iter().zip([3600, 60, 1]).map(|(part, unit)| part * unit).sum();
        if parts.get(2) == Some(&60) {
            // `Timestamp` has no second 60: a leap second becomes the second before it.
            seconds -= 1;
        }
        let unit_ns = [3_600_000_000_000, 60_000_000_000, 1_000_000_000][parts.len() - 1];
        let fraction_ns = fraction.map_or(Some(0), |digits| read_fraction(digits, unit_ns))?;
        let (h, m, s, ns) = (seconds / 3600, seconds / 60 % 60, seconds % 60, fraction_ns);
        let is_next_day = h == 24 && seconds == 86_400 && ns == 0;
        let start = Time::new(if is_next_day { 0 } else { h as i8 }, m as i8, s as i8, 0).ok()?;
        let time = start.checked_add(SignedDuration::from_nanos(ns)).ok()?;
        Some(Self { time, is_next_day, precision, is_basic, offset_s })
    }
}

/// Hours, minutes and seconds, as far as they are written, and whether they are written without `:`.
fn clock_parts(text: &str) -> Option<(Vec<i64>, Option<bool>)> {
    let two = |text: &str| match text.as_bytes() {
        [a, b] if a.is_ascii_digit() && b.is_ascii_digit() => text.parse::<i64>().ok(),
        _ => None,
    };
    let (parts, is_basic): (Option<Vec<i64>>, _) = match (text.contains(':'), text.len()) {
        (true, _) => (text.split(':').map(two).collect(), Some(false)),
        (false, 2) => (two(text).map(|hour| vec![hour]), None),
        (false, 4 | 6) => ((0..text.len() / 2).map(|i| two(&text[2 * i..2 * i + 2])).collect(), Some(true)),
        (false, _) => return None,
    };
    let parts = parts?;
    let most = [24, 59, 60];
    let fits = parts.len() <= most.len() && parts.iter().zip(most).all(|(part, most)| *part <= most);
    fits.then_some((parts, is_basic))
}

/// `Z`, `+01`, `+0100` or `+01:00`, in seconds.
fn read_offset(text: &str) -> Option<i64> {
    let sign = match text.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return (text.len() == 1).then_some(0),
    };
    match clock_parts(&text[1..])?.0[..] {
        [hours] if hours < 24 => Some(sign * hours * 3600),
        [hours, minutes] if hours < 24 => Some(sign * (hours * 3600 + minutes * 60)),
        _ => None,
    }
}

/// Digits after the decimal point, in nanoseconds, of a unit of `unit_ns` nanoseconds. Parts of a nanosecond are cut off.
fn read_fraction(digits: &str, unit_ns: i64) -> Option<i64> {
    const DIGITS_MAX: usize = 15;
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let digits = &digits[..digits.len().min(DIGITS_MAX)];
    let part = digits.parse::<i128>().ok()? * i128::from(unit_ns) / 10i128.pow(digits.len() as u32);
    i64::try_from(part).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_form_of_the_standard_is_read() {
        let check = |text: &str, expected: &str| {
            assert_eq!(read(text).map(|(instant, _)| instant.to_string()).as_deref(), Some(expected), "{text}");
        };
        check("20140101", "2014-01-01T00:00:00Z");
        check("20140101T1200Z", "2014-01-01T12:00:00Z");
        check("20140101T12", "2014-01-01T12:00:00Z");
        check("20140101T120030.25Z", "2014-01-01T12:00:30.25Z");
        check("20140101T120000+0530", "2014-01-01T06:30:00Z");
        check("20140101T12:00Z", "2014-01-01T12:00:00Z");
        check("2020-W05-3", "2020-01-29T00:00:00Z");
        check("2020W053T06Z", "2020-01-29T06:00:00Z");
        check("2020-W05", "2020-01-27T00:00:00Z");
        // Weeks that begin in the year before their own.
        check("2020-W53-7", "2021-01-03T00:00:00Z");
        check("2015-W01-1", "2014-12-29T00:00:00Z");
        check("2020-123", "2020-05-02T00:00:00Z");
        check("2020366", "2020-12-31T00:00:00Z");
        check("2020-02-28T24:00", "2020-02-29T00:00:00Z");
        check("2020-12-31T24:00:00Z", "2021-01-01T00:00:00Z");
        check("20201231T24", "2021-01-01T00:00:00Z");
        check("2020-01-01T12.5Z", "2020-01-01T12:30:00Z");
        check("2020-01-01T12:30,25Z", "2020-01-01T12:30:15Z");
        check("2020-01-01T12:30:15.123456789123Z", "2020-01-01T12:30:15.123456789Z");
        check("2020-01-01t12:30:15z", "2020-01-01T12:30:15Z");
        check("2020-01-01T00:00-11", "2020-01-01T11:00:00Z");
        check("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z");
        check("9999-12-31", "9999-12-30T22:00:00.999999999Z");
        check("99991231", "9999-12-30T22:00:00.999999999Z");
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "T12:00",
            "default",
            "-0044-03-15",
            "0000-01-01T00:00+01:00",
            "-004403-15T00:00:00Z",
            "+002020-01-01",
            "201401",
            "2014-1-1",
            "20140230",
            "2021-366",
            "2020-000",
            "2021-W53-1",
            "2020-W05-8",
            "2020-W00-1",
            "2020T12:00",
            "2020-01T12:00",
            "2020-W05T12:00",
            "2020-01-01T",
            "2020-01-01T24:01",
            "2020-01-01T25",
            "2020-01-01T12:60",
            "2020-01-01T12:00:61",
            "2020-01-01T1:00",
            "2020-01-01T12:00:00.",
            "2020-01-01T12:00:00+24:00",
            "2020-01-01T12:00:00ZZ",
            "2020-01-01T12:00:00:00",
            "2020-01-0٣",
            "١٩٩٩",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        /// What a form writes is read as the same instant and in the same form.
        #[test]
        fn a_time_is_read_as_it_was_written(
            seconds in -60_000_000_000i64..250_000_000_000,
            nanos in 0i32..1_000_000_000,
            (date, basic, zulu) in (0..3usize, any::<bool>(), any::<bool>()),
            precision in 3..8usize,
        ) {
            let date = [DateForm::Calendar, DateForm::Week, DateForm::Ordinal][date];
            use Precision::*;
            let precision = [Year, Month, Precision::Week, Day, Hour, Minute, Second, Fraction(9)][precision];
            let form = Form { date, basic, precision, zulu: zulu || precision == Day };
            let unit = match precision { Day => 86_400, Hour => 3600, Minute => 60, _ => 1 };
            let nanos = if precision == Fraction(9) { nanos } else { 0 };
            let instant = Timestamp::new(seconds.div_euclid(unit) * unit, nanos).unwrap();
            let text = form.write(instant);
            let (read_instant, mut read_form) = read(&text).unwrap();
            prop_assert_eq!(read_instant, instant, "{}", text);
            if precision == Hour { read_form.basic = basic }
            prop_assert_eq!(read_form, form, "{}", text);
        }

        /// Any text is read or refused, without a panic.
        #[test]
        fn any_text_is_read_or_refused(text in "[0-9TtZzWwPR:+.,/ \\-\\]\\[é]{0,30}") {
            let _ = read(&text);
        }
    }
}
