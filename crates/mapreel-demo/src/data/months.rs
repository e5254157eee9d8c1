//! The 24 months: each is the time of its first instant.

/// The number of months.
pub(crate) const COUNT: usize = 24;
/// The year of the first month.
const FIRST_YEAR: usize = 2018;
/// The smallest instant. Its end completes a time that a client writes with less precision (OGC 06-042, D.2.1).
const LEFT_OUT: &str = "0000-01-01T00:00:00.000";

/// The first instant of a month, counted from 0, in ISO 8601.
pub(crate) fn text(month: usize) -> String {
    format!("{}-{:02}-01T00:00:00.000Z", FIRST_YEAR + month / 12, month % 12 + 1)
}

/// All months as one interval (OGC 06-042, C.3).
pub(crate) fn interval() -> String {
    format!("{}/{}/P1M", text(0), text(COUNT - 1))
}

/// The newest month.
pub(crate) fn newest() -> usize {
    COUNT - 1
}

/// The month of a time as requests write it: `current` (OGC 06-042, D.2.2), or the first instant of a month, with full precision or
/// less. `None` for every other time.
pub(crate) fn find(time: &str) -> Option<usize> {
    if time.eq_ignore_ascii_case("current") {
        return Some(newest());
    }
    let time = time.strip_suffix(['Z', 'z']).or(time.strip_suffix("+00:00")).unwrap_or(time);
    let is_whole = matches!(time.len(), 4 | 7 | 10 | 13 | 16 | 19 | 21..=23);
    let rest = LEFT_OUT.get(time.len()..).filter(|_| is_whole && time.is_ascii())?;
    let written = format!("{time}{rest}Z");
    (0..COUNT).find(|month| text(*month) == written)
}

#[cfg(test)]
mod tests {
    use super::{COUNT, find, interval, text};

    #[test]
    fn every_month_is_found_by_its_text() {
        assert!((0..COUNT).all(|month| find(&text(month)) == Some(month)));
        assert_eq!(interval(), "2018-01-01T00:00:00.000Z/2019-12-01T00:00:00.000Z/P1M");
    }

    #[test]
    fn a_time_may_have_less_precision() {
        for time in ["2018-05", "2018-05-01", "2018-05-01T00Z", "2018-05-01T00:00:00Z", "2018-05-01T00:00:00.0+00:00"] {
            assert_eq!(find(time), Some(4), "{time}");
        }
        assert_eq!((find("2019"), find("CURRENT")), (Some(12), Some(23)));
    }

    #[test]
    fn other_times_are_none() {
        for time in [
            "",
            "2017",
            "2020-01",
            "2018-05-02",
            "2018-05-01T00:00:01Z",
            "2018-5",
            "2018-05/2018-06",
            "é018",
            "2018-05-01T00:00:00.0000Z",
        ] {
            assert_eq!(find(time), None, "{time}");
        }
    }
}
