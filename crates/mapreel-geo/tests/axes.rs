//! Properties of time axes, for any text that a server may write.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use mapreel_geo::{TimeAxis, ValidTime};
use proptest::prelude::*;

proptest! {
    /// An axis of overlapping intervals has the times of each interval.
    #[test]
    fn overlapping_intervals_have_all_their_times(
        pieces in proptest::collection::vec((0i64..1000, 1i64..60, 0i64..30), 1..12),
        probes in proptest::collection::vec(-10i64..3000, 20),
    ) {
        let second = |s: i64| Timestamp::from_second(s).unwrap();
        let texts: Vec<String> = pieces.iter().map(|(start, step, n)| {
            if *n == 0 { return second(*start).to_string() }
            format!("{}/{}/PT{step}S", second(*start), second(start + step * n))
        }).collect();
        let axis = TimeAxis::parse(&texts.join(","), Timestamp::MAX).unwrap();
        let times: std::collections::BTreeSet<i64> =
            pieces.iter().flat_map(|(start, step, n)| (0..=*n).map(move |k| start + step * k)).collect();
        for probe in probes {
            let seconds = |time: Option<ValidTime>| time.map(|time| time.instant().as_second());
            prop_assert_eq!(seconds(axis.previous(second(probe))), times.range(..=probe).next_back().copied());
            prop_assert_eq!(seconds(axis.next(second(probe))), times.range(probe..).next().copied());
        }
        let last: Vec<i64> = axis.last_times(2000).unwrap().iter().map(|time| time.instant().as_second()).collect();
        prop_assert_eq!(last, times.into_iter().collect::<Vec<_>>());
    }

    /// Every text is read in bounded time, and no look-up in its axis panics.
    #[test]
    fn any_text_of_an_axis_is_read_or_refused(text in "([0-9]{4}(-[0-9]{2}){0,2}|[P/RT,-]|PT?[0-9]{1,22}[YMDHS]|current|T[0-9]{2,6}Z){0,12}", seconds in any::<i32>()) {
        let now = Timestamp::from_second(i64::from(seconds)).unwrap();
        if let Ok(axis) = TimeAxis::parse(&text, now) {
            let (first, last) = (axis.first().instant(), axis.last().instant());
            prop_assert!(first <= last);
            prop_assert!(axis.nearest(now).is_some());
            prop_assert!(axis.last_times(10).is_none_or(|times| times.len() <= 10 && times.is_sorted_by_key(ValidTime::instant)));
            prop_assert!(axis.next_times(10).is_none_or(|times| times.len() <= 10 && times.is_sorted_by_key(ValidTime::instant)));
            let _ = axis.count();
        }
    }
}

/// A start, a step as a duration and as a number of minutes (or calendar months), and a number of steps.
fn generated() -> impl Strategy<Value = (i64, String, Result<i64, i64>, i64)> {
    let minutes = (1i64..5000).prop_map(|m| (format!("P{}DT{}M", m / 1440, m % 1440), Ok(m)));
    let minutes = minutes.prop_map(|(text, step)| (text.replace("P0DT", "PT").replace("T0M", ""), step));
    let months = (1i64..30).prop_map(|m| (format!("P{m}M"), Err(m)));
    (-1_000_000_000i64..2_000_000_000, prop_oneof![minutes, months], 0i64..200)
        .prop_map(|(start, (text, step), n)| (start, text, step, n))
}

proptest! {
    /// The steps of an interval equal the times that the test computes month by month, without `Period`.
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
                TimeZone::UTC.to_timestamp(jiff::civil::date(year as i16, month as i8, day).to_datetime(civil.time())).unwrap()
            }
        }).collect();
        let axis = TimeAxis::parse(&format!("{start}/{}/{period}", enumerated[n as usize]), Timestamp::MAX).unwrap();
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

    /// Text to instant and back, in every form; a list has exactly its values.
    #[test]
    fn every_time_of_a_list_is_found_under_its_own_text(seconds in proptest::collection::btree_set(-2_000_000_000i64..4_000_000_000, 1..30)) {
        let texts: Vec<String> = seconds.iter().enumerate().map(|(i, s)| {
            let at = TimeZone::UTC.to_datetime(Timestamp::from_second(*s).unwrap());
            match i % 3 { 0 => format!("{at}Z"), 1 => format!("{at}.000Z"), _ => at.to_string() }
        }).collect();
        let axis = TimeAxis::parse(&texts.join(","), Timestamp::MAX).unwrap();
        for (s, text) in seconds.iter().zip(&texts) {
            let time = axis.at(Timestamp::from_second(*s).unwrap()).unwrap();
            prop_assert_eq!(time.text(), text.as_str());
            prop_assert_eq!(ValidTime::parse(time.text()).unwrap().instant().as_second(), *s);
        }
        prop_assert_eq!(axis.count(), Some(seconds.len() as u64));
    }
}
