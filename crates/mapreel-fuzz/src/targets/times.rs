//! Times, and the time and value axes of servers.

use super::{now, text};
use jiff::{SignedDuration, Timestamp};
use mapreel_geo::time::entry::expand as expand_times;
use mapreel_geo::{TimeAxis, ValidTime};
use mapreel_spec::ValueAxis;

/// The most times that a target expands.
const MAX: usize = 600;

pub(super) const WORDS: &[&str] = &[
    "current",
    "now",
    "present",
    "R3/",
    "R/",
    "P1M",
    "P1Y",
    "P1D",
    "PT1H",
    "PT0S",
    "P0.5D",
    "PT0.000000001S",
    "P10000Y",
    "P1W",
    "P",
    "PT",
    "T",
    "Z",
    "T24:00",
    "-W53-7",
    "-366",
    "+23:59",
    "-14:00",
    "[Europe/Berlin]",
    "2016-12-31T23:59:60Z",
    "9999-12-31",
    "0000-01-01",
    "2020-02-29",
    "/",
    ",",
    "0",
    "1e9",
    "-0.0",
    ".5",
];

pub(super) mod seeds {
    use crate::seeds::texts;

    pub fn instant() -> Vec<Vec<u8>> {
        texts(&[
            "2020-08-30T12:00:00Z",
            "2020-08-30T12:00:00.25Z",
            "2020-08-30 12:00",
            "2020-08-30",
            "2020-08",
            "2020",
            "20200830T1200Z",
            "2020-W35-7T12:00",
            "2020-243",
            "2020-08-29T24:00Z",
            "2020-08-30T12:00:00+08:00",
            "2016-12-31T23:59:60Z",
            "9999-12-31",
            "2020-08-30T12:00:00+02:00[Europe/Berlin]",
            "0000-01-01",
            "2020-08-30T12.5Z",
        ])
    }

    pub fn period() -> Vec<Vec<u8>> {
        texts(&[
            "P1M",
            "PT6H",
            "P1M15D",
            "P1M2W",
            "P30DT12H",
            "PT1H1M52.5S",
            "P0.5D",
            "P0Y0M1DT0H0M0S",
            "P10000Y",
            "PT0S",
            "P1,5Y",
            "P99999999999999999999D",
            "PT0.000000001S",
            "P1W",
        ])
    }

    pub fn interval() -> Vec<Vec<u8>> {
        texts(&[
            "2020-01-01/2020-02-01/P1D",
            "2020-01-01/P5D/PT6H",
            "P5D/2020-01-06/PT12H",
            "R3/2020-01-31/P1M",
            "R/2020-01-01T00:00Z/P1D",
            "2020-W05/2020-W07/P1W",
            "20140101T0000Z/20140101T1200Z/PT6H",
            "2020-365/2021-001/P1D",
            "2020-01-01/2020-12-31/P1M15D",
            "2001/2010/P1Y",
            "2020-01-01T00:00:00+02:00/P1D/PT12H",
            "9999-12-01/9999-12-31/P1D",
            "2020-01-01/2020-02-01",
        ])
    }

    pub fn time_axis() -> Vec<Vec<u8>> {
        let mut seeds = interval();
        seeds.extend(texts(&[
            "2018-01-01T00:00:00.000Z,2018-02-01T00:00:00.000Z,default",
            "2020-01-01,2020-01-03/2020-01-05/P1D,2020-02-01T06:00Z",
            "1970-01-01T00:00:00Z/2262-04-11T23:47:16.854775806Z/PT0.000000001S",
            "P1D/present/PT6H",
            "current",
            "2027-01-01,2028",
            "2026-01-01T00:00Z/2026-01-03T00:00Z/PT6H,2100-01-01",
            "2020-01-01/2020-01-06/P0Y0M0D",
            "0000-01-01/9999-12-31/P1M",
            "2020-01-01/2020-02-01/P1X,2020-02-01/2020-01-01/P1D,2020-01-01/a/b/c,a,b,2020-01-01",
        ]));
        seeds
    }

    pub fn value_axis() -> Vec<Vec<u8>> {
        texts(&[
            "0, -10, -50/-200/50",
            "1000,925,850,700",
            "0/10000/250",
            "-5/5",
            "a,b,c",
            "0.1/0.9/0.1",
            "1/2/0",
            "1e3/2e3/1",
            "10/0/3",
            "-1e308/1e308/1e-9",
            "control,member-1,member-2",
        ])
    }
}

/// A time that can be read is written such that reading it again gives the same moment.
pub(super) fn instant(input: &[u8]) {
    let Ok(time) = ValidTime::parse(&text(input)) else { return };
    for written in [time.rfc3339(), time.text().to_owned()] {
        let again = ValidTime::parse(&written).map(|again| again.instant());
        assert_eq!(again, Ok(time.instant()), "{written}");
    }
    assert!(time.text().len() <= 64 + input.len());
}

/// The input is a step: in intervals with this step, the times ascend, and request and axis agree about them.
pub(super) fn period(input: &[u8]) {
    interval(format!("2000-01-31/2000-03-31T12:00/{}", text(input)).as_bytes());
    interval(format!("R600/2000-01-31/{}", text(input)).as_bytes());
    interval(format!("2000-01-31/{}/PT6H", text(input)).as_bytes());
    time_axis(format!("{}/present/P1D", text(input)).as_bytes());
}

/// A request and an axis expand an interval to the same times.
pub(super) fn interval(input: &[u8]) {
    let text = text(input);
    let Ok(times) = expand_times(&text, MAX) else { return };
    assert!(times.len() <= MAX);
    assert!(times.is_sorted_by(|a, b| a.instant() < b.instant()), "{text}");
    // Only an axis may be a list.
    if text.contains(',') || times.is_empty() {
        return;
    }
    let axis = TimeAxis::parse(&text, now()).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(axis.count(), Some(times.len() as u64), "{text}");
    for time in &times {
        let found = axis.at(time.instant()).unwrap_or_else(|| panic!("{text} has no {}", time.text()));
        assert_eq!(found.instant(), time.instant());
    }
    assert_eq!((axis.first().instant(), axis.last().instant()), (times[0].instant(), times[times.len() - 1].instant()));
}

/// The searches of an axis agree with each other, and the text of every time means that time.
pub(super) fn time_axis(input: &[u8]) {
    let text = text(input);
    let Ok(axis) = TimeAxis::parse(&text, now()) else { return };
    assert_eq!(axis, TimeAxis::parse(&text, now()).expect("it was read before"));
    let (first, last) = (axis.first(), axis.last());
    assert!(first.instant() <= last.instant());
    let entries = text.split(',').count();
    assert!(axis.ignored().is_none_or(|ignored| ignored.count() < entries && ignored.to_string().len() < 2000));
    let middle = Timestamp::from_second((first.instant().as_second() + last.instant().as_second()) / 2);
    let moments =
        [first.instant(), last.instant(), now(), Timestamp::MIN, Timestamp::MAX, middle.expect("it lies between two")];
    for moment in moments {
        let (before, after) = (axis.previous(moment), axis.next(moment));
        assert_eq!(before.is_none(), moment < first.instant());
        assert_eq!(after.is_none(), moment > last.instant());
        assert!(before.iter().all(|time| time.instant() <= moment));
        assert!(after.iter().all(|time| time.instant() >= moment));
        let nearest = axis.nearest(moment).expect("an axis has a time");
        let away = |time: &ValidTime| time.instant().duration_since(moment).abs();
        let least = before.iter().chain(&after).map(away).min().expect("one of them is there");
        assert_eq!(away(&nearest), least);
        // No time lies between `before` and `after`: the search from just before `after` finds `before` too.
        if let Some(after) = after.filter(|after| after.instant() > moment) {
            let just_before = after.instant() - SignedDuration::from_nanos(1);
            assert_eq!(axis.previous(just_before), before, "before {}", after.text());
        }
        for time in before.iter().chain([&nearest]) {
            text_means_time(time);
        }
    }
    let past = axis.last_times(MAX).unwrap_or_default();
    let future = axis.next_times(MAX).unwrap_or_default();
    assert!(past.len() <= MAX && future.len() <= MAX);
    let all: Vec<_> = past.iter().chain(&future).collect();
    assert!(all.is_sorted_by(|a, b| a.instant() < b.instant()));
    assert!(past.iter().all(|time| time.instant() <= now()) && future.iter().all(|time| time.instant() > now()));
    if let Some(count) = axis.count() {
        assert!(all.len() as u64 <= count);
    }
    all.into_iter().for_each(text_means_time);
}

/// The text of a time, which is sent to the server, means this time.
fn text_means_time(time: &ValidTime) {
    if !["current", "now", "present"].iter().any(|word| time.text().eq_ignore_ascii_case(word)) {
        let read = ValidTime::parse(time.text()).map(|read| read.instant());
        assert_eq!(read, Ok(time.instant()), "`{}`", time.text());
    }
}

/// An axis has every value that it lists, and lists no more values than it is asked for.
pub(super) fn value_axis(input: &[u8]) {
    let text = text(input);
    let Ok(axis) = ValueAxis::parse(&text) else { return };
    let values = axis.values(MAX);
    assert_eq!(values.is_none(), axis.count().is_none());
    for value in values.iter().flatten().take(20) {
        assert!(axis.exact(value).is_some(), "`{value}` of `{text}`");
    }
    if let (Some(values), Some(count)) = (&values, axis.count()) {
        assert_eq!(values.len() as u64, count.min(MAX as u64), "{text}");
    }
    for asked in [0.0, -1.5, 1e9, f64::MAX, f64::MIN_POSITIVE] {
        let nearest = axis.nearest(asked);
        assert!(nearest.is_none_or(|text| text.parse::<f64>().is_ok()));
    }
    assert!(axis.offer().len() <= text.len() + 2000);
}
