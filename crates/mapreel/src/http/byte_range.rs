//! The bytes of a file that a `Range` asks for (RFC 9110, 14).

use std::ops::Range;

/// What a `Range` asks for.
#[derive(Debug, PartialEq)]
pub(crate) enum Wanted {
    Whole,
    Part(Range<u64>),
    /// Only bytes beyond the end of the file.
    Nothing,
}

/// Parses a `Range`. For several ranges, other units and invalid headers the answer is the whole file, as the standard allows.
pub(crate) fn wanted(range: &str, size: u64) -> Wanted {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Wanted::Whole;
    };
    let number = |text: &str| if text.bytes().all(|b| b.is_ascii_digit()) { text.parse::<u64>().ok() } else { None };
    let (start, end) = match (first, last) {
        ("", last) => match number(last) {
            Some(0) => return Wanted::Nothing,
            Some(length) => (size.saturating_sub(length), size),
            None => return Wanted::Whole,
        },
        (first, "") => match number(first) {
            Some(first) => (first, size),
            None => return Wanted::Whole,
        },
        (first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => (first, last.saturating_add(1).min(size)),
            _ => return Wanted::Whole,
        },
    };
    if start < end { Wanted::Part(start..end) } else { Wanted::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        let check = |range: &str, expected| assert_eq!(wanted(range, 100), expected, "{range}");
        check("bytes=0-0", Wanted::Part(0..1));
        check("bytes=10-19", Wanted::Part(10..20));
        check("bytes=90-", Wanted::Part(90..100));
        check("bytes=90-1000", Wanted::Part(90..100));
        check("bytes=-7", Wanted::Part(93..100));
        check("bytes=-700", Wanted::Part(0..100));
        check("bytes=100-", Wanted::Nothing);
        check("bytes=-0", Wanted::Nothing);
        check("bytes=5-2", Wanted::Whole);
        check("bytes=0-1,3-4", Wanted::Whole);
        check("bytes=+1-2", Wanted::Whole);
        check("bytes=99999999999999999999-", Wanted::Whole);
        check("lines=1-2", Wanted::Whole);
        check("", Wanted::Whole);
    }
}
