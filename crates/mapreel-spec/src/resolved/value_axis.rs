//! The values of a layer in a dimension without times, as its server writes them: numbers or words, single or in intervals
//! `min/max/resolution` (OGC 06-042, table C.2).
//!
//! Every value has the text by which its server knows it. An interval is never stored as a list. The axis borrows the server's
//! text and parses it for each look-up, so it takes no memory, however many layers share it.

use mapreel_geo::TimeError;
use mapreel_ogc::text::few;

/// The most entries of a dimension, and the most bytes of its text: each look-up reads all of them.
const ENTRIES_MAX: usize = 5_000;
const BYTES_MAX: usize = 1 << 20;

/// The values of a dimension, in the server's order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValueAxis<'a> {
    extent: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Entry<'a> {
    Value(&'a str),
    Interval { min: f64, max: f64, resolution: Resolution },
}

/// The distance between the values of an interval.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Resolution {
    /// Every number of the interval is a value.
    Continuous,
    /// A step, and the decimals with which its values are written.
    Step { step: f64, decimals: usize },
}

impl<'a> ValueAxis<'a> {
    /// Reads the text of a `Dimension` or `Extent`. An entry that is not an interval of numbers is a single value.
    ///
    /// ```
    /// # use mapreel_spec::ValueAxis;
    /// let axis = ValueAxis::parse("0, -10, -50/-200/50").unwrap();
    /// assert_eq!(axis.count(), Some(6));
    /// assert_eq!(axis.exact("-10.0").as_deref(), Some("-10"));
    /// assert_eq!(axis.nearest(-120.0).as_deref(), Some("-100"));
    /// ```
    ///
    /// # Errors
    /// There are too many entries.
    pub fn parse(extent: &'a str) -> Result<Self, TimeError> {
        if extent.len() > BYTES_MAX {
            return Err(TimeError::TooManyEntries(BYTES_MAX, "bytes of values"));
        }
        let axis = Self { extent };
        match axis.entries().nth(ENTRIES_MAX) {
            Some(_) => Err(TimeError::TooManyEntries(ENTRIES_MAX, "entries")),
            None => Ok(axis),
        }
    }

    fn entries(self) -> impl Iterator<Item = Entry<'a>> {
        let items = self.extent.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.map(|item| interval(item).unwrap_or(Entry::Value(item)))
    }

    /// The number of values; `None` where every number of an interval is a value.
    pub fn count(&self) -> Option<u64> {
        self.entries().try_fold(0u64, |sum, entry| Some(sum.saturating_add(entry.count()?)))
    }

    /// The value that equals a text, as a number or letter by letter.
    pub fn exact(&self, asked: &str) -> Option<String> {
        let asked = asked.trim();
        let word = |entry: Entry| matches!(entry, Entry::Value(text) if text == asked);
        if self.entries().any(word) {
            return Some(asked.to_owned());
        }
        let number = finite(asked)?;
        self.nearest(number).filter(|text| finite(text).is_some_and(|found| is_equal(found, number)))
    }

    /// The value nearest to a number; where two are equally near, the one that the server names first. `None` where no value is
    /// a number.
    pub fn nearest(&self, asked: f64) -> Option<String> {
        let candidates = self.entries().filter_map(|entry| Some((entry.nearest(asked)?, entry)));
        let away = |(number, _): &(f64, Entry)| (number - asked).abs();
        candidates.min_by(|a, b| away(a).total_cmp(&away(b))).map(|(number, entry)| entry.text_of(number))
    }

    /// The first `max` values, in the server's order; `None` where every number of an interval is a value.
    pub fn values(&self, max: usize) -> Option<Vec<String>> {
        self.count()?;
        Some(self.entries().flat_map(Entry::values).take(max).collect())
    }

    /// A summary of the values: `0, -10, -50 and 12 more`.
    pub fn offer(&self) -> String {
        few(self.entries().map(Entry::text))
    }
}

impl<'a> Entry<'a> {
    fn count(self) -> Option<u64> {
        match self {
            Self::Value(_) => Some(1),
            Self::Interval { resolution: Resolution::Continuous, .. } => None,
            Self::Interval { min, max, resolution: Resolution::Step { step, .. } } => {
                Some((last_step(min, max, step) as u64).saturating_add(1))
            }
        }
    }

    /// The number in this entry that is nearest to `asked`.
    fn nearest(self, asked: f64) -> Option<f64> {
        match self {
            Self::Value(text) => finite(text),
            Self::Interval { min, max, resolution: Resolution::Continuous } => {
                Some(asked.clamp(min.min(max), min.max(max)))
            }
            Self::Interval { min, max, resolution: Resolution::Step { step, .. } } => {
                let (last, step) = (last_step(min, max, step), signed(min, max, step));
                Some(min + ((asked - min) / step).round().clamp(0.0, last) * step)
            }
        }
    }

    /// The server's text for a number of this entry.
    fn text_of(self, number: f64) -> String {
        match self {
            Self::Value(text) => text.to_owned(),
            Self::Interval { resolution: Resolution::Continuous, .. } => number.to_string(),
            Self::Interval { resolution: Resolution::Step { decimals, .. }, .. } => written(number, decimals),
        }
    }

    fn values(self) -> Box<dyn Iterator<Item = String> + 'a> {
        match self {
            Self::Value(text) => Box::new(std::iter::once(text.to_owned())),
            Self::Interval { resolution: Resolution::Continuous, .. } => Box::new(std::iter::empty()),
            Self::Interval { min, max, resolution: Resolution::Step { step, decimals } } => {
                let steps = last_step(min, max, step) as u64;
                let step = signed(min, max, step);
                Box::new((0..=steps).map(move |n| written(min + n as f64 * step, decimals)))
            }
        }
    }

    fn text(self) -> String {
        match self {
            Self::Value(text) => text.to_owned(),
            Self::Interval { min, max, resolution: Resolution::Continuous } => format!("{min} to {max}"),
            Self::Interval { min, max, resolution: Resolution::Step { step, .. } } => {
                format!("{min} to {max} in steps of {step}")
            }
        }
    }
}

/// `min/max/resolution`; without a resolution, or with a resolution of 0, every number between them is a value.
fn interval(item: &str) -> Option<Entry<'_>> {
    // `decimals` does not count the decimals of a number with an exponent, so such an entry is read as a word.
    if item.contains(['e', 'E']) {
        return None;
    }
    let parts: Vec<&str> = item.split('/').map(str::trim).collect();
    let (min, max, resolution) = match parts[..] {
        [min, max] => (min, max, "0"),
        [min, max, resolution] => (min, max, if resolution.is_empty() { "0" } else { resolution }),
        _ => return None,
    };
    let step = finite(resolution)?.abs();
    let decimals = decimals(min).max(decimals(resolution));
    let (min, max) = (finite(min)?, finite(max)?);
    let resolution = if step == 0.0 { Resolution::Continuous } else { Resolution::Step { step, decimals } };
    Some(Entry::Interval { min, max, resolution })
}

/// A number with this many decimals; zero has no sign.
fn written(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$}");
    match text.strip_prefix('-') {
        Some(zero) if zero.chars().all(|c| matches!(c, '0' | '.')) => zero.to_owned(),
        _ => text,
    }
}

/// The number of an interval's last step. A last step that exceeds the end by a rounding error counts.
fn last_step(min: f64, max: f64, step: f64) -> f64 {
    ((max - min).abs() / step + 1e-6).floor()
}

/// The step, negative where the interval runs downwards.
fn signed(min: f64, max: f64, step: f64) -> f64 {
    if max < min { -step } else { step }
}

fn finite(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

fn is_equal(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-3)
}

/// The number of digits after the decimal point, bounded.
fn decimals(text: &str) -> usize {
    text.split_once('.').map_or(0, |(_, digits)| digits.chars().take_while(char::is_ascii_digit).count()).min(17)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_as_a_number_or_as_a_word_and_keeps_the_servers_text() {
        let check = |extent: &str, asked: &str, expected: Option<&str>| {
            assert_eq!(ValueAxis::parse(extent).unwrap().exact(asked).as_deref(), expected, "{asked} in {extent}");
        };
        check("0.0,-5.0,-10.0", "-5", Some("-5.0"));
        check("0.0,-5.0,-10.0", "-7", None);
        check("surface, 850hPa ,500hPa", "850hPa", Some("850hPa"));
        check("surface,850hPa", "850", None);
        check("0/100/10", "30", Some("30"));
        check("0/100/10", "35", None);
        check("0/1/0.1", "0.3", Some("0.3"));
        check("0/100", "35.5", Some("35.5"));
        check("0/100", "135.5", None);
        check("100/0/25", "75", Some("75"));
        check("", "1", None);
        check("1,2", "NaN", None);
    }

    #[test]
    fn the_nearest_is_found_over_values_and_intervals() {
        let check = |extent: &str, asked: f64, expected: Option<&str>| {
            assert_eq!(ValueAxis::parse(extent).unwrap().nearest(asked).as_deref(), expected, "{asked} in {extent}");
        };
        check("0,-10,-50", -7.0, Some("-10"));
        check("0,-10,-50", -5.0, Some("0"));
        check("0/10/2,100", 9.2, Some("10"));
        check("0/10/2,100", 56.0, Some("100"));
        check("low,high", 1.0, None);
    }

    #[test]
    fn an_interval_has_as_many_values_as_it_says_however_large() {
        assert_eq!(ValueAxis::parse("0/1/0.1").unwrap().count(), Some(11));
        let huge = format!("0/{}/0.0000001", "9".repeat(300));
        assert_eq!(ValueAxis::parse(&huge).unwrap().count(), Some(u64::MAX));
        assert_eq!(ValueAxis::parse(&huge).unwrap().values(2).unwrap(), ["0.0000000", "0.0000001"]);
        assert_eq!(ValueAxis::parse("0/1e300/1e-300").unwrap().values(3).unwrap(), ["0/1e300/1e-300"]);
        assert_eq!(ValueAxis::parse("0.3/-0.3/0.3").unwrap().values(9).unwrap(), ["0.3", "0.0", "-0.3"]);
        assert!(ValueAxis::parse(&"1,".repeat(ENTRIES_MAX + 1)).is_err());
        assert_eq!(ValueAxis::parse("0/10").unwrap().count(), None);
        assert_eq!(ValueAxis::parse("a,0/2/1").unwrap().values(9).unwrap(), ["a", "0", "1", "2"]);
        assert_eq!(ValueAxis::parse("10/0/5").unwrap().values(9).unwrap(), ["10", "5", "0"]);
    }

    #[test]
    fn an_offer_names_the_first_few() {
        assert_eq!(ValueAxis::parse("1,2,3,4,5,6,7,8").unwrap().offer(), "1, 2, 3, 4, 5, 6 and 2 more");
        assert_eq!(ValueAxis::parse("0/100/10").unwrap().offer(), "0 to 100 in steps of 10");
    }
}
