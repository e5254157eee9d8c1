//! The ramp of a colour map: between two entries the colour changes linearly with the value.

use super::entry::{Entry, classes, label, value};
use super::label::label as words_of;
use crate::legend_source::{ClassLabel, LegendSource};

/// The number of colours in a strip.
const STRIP: usize = 256;
/// The most entries of a ramp that is shown as classes. A ramp becomes classes where a strip would lose its labels.
const CLASSES_MAX: usize = 24;
/// How many times smaller than the mean the step between two entries may be. With smaller steps, as in 0.1, 1, 10, 100, a strip
/// with a linear scale would show most of the colours in too little space.
const UNEVENNESS_MAX: f64 = 8.0;
/// The longest unit, in characters.
const UNIT_CHARS_MAX: usize = 16;

/// A strip where numbers are enough as its labels; otherwise classes, if they are few.
pub(super) fn legend(entries: &[Entry]) -> Option<LegendSource> {
    // Invisible entries at the ends cover values outside the data.
    let (first, last) = (entries.iter().position(Entry::is_drawn)?, entries.iter().rposition(Entry::is_drawn)?);
    let entries = &entries[first..=last];
    let stops = stops(entries)?;
    let unit = match words(entries) {
        Words::Numbers(unit) => unit,
        Words::Others => return as_classes(entries, None, |i| label(entries, i, value)),
    };
    let unit = match unit {
        Some(unit) => Some(words_of(unit)?),
        None => None,
    };
    if !is_even(&stops) {
        return as_classes(entries, unit, |i| value(entries, i));
    }
    let (min, max) = (stops[0].0, stops[stops.len() - 1].0);
    let value = |i: usize| max - (max - min) * i as f64 / (STRIP - 1) as f64;
    let colours = (0..STRIP).map(|i| between(&stops, value(i))).collect();
    Some(LegendSource::Strip { colours, range: [min.to_string(), max.to_string()], unit })
}

fn as_classes(
    entries: &[Entry],
    unit: Option<String>,
    label_of: impl Fn(usize) -> Option<ClassLabel>,
) -> Option<LegendSource> {
    let is_short = entries.len() <= CLASSES_MAX;
    let classes = is_short.then(|| classes(entries, label_of)).flatten()?;
    Some(LegendSource::Classes { title: None, unit, classes })
}

/// The values and their colours, if the values rise and a linear scale can show them.
fn stops(entries: &[Entry]) -> Option<Vec<(f64, [u8; 4])>> {
    let stops: Vec<(f64, [u8; 4])> =
        entries.iter().map(|entry| Some((entry.quantity?, entry.colour))).collect::<Option<_>>()?;
    let (min, max) = (stops.first()?.0, stops.last()?.0);
    let span = max - min;
    let can_be_divided = span.is_normal() && span > 1e-9 * min.abs().max(max.abs());
    (can_be_divided && stops.is_sorted_by(|a, b| a.0 < b.0)).then_some(stops)
}

fn is_even(stops: &[(f64, [u8; 4])]) -> bool {
    let steps = || stops.windows(2).map(|pair| pair[1].0 - pair[0].0);
    let mean = steps().sum::<f64>() / (stops.len() - 1) as f64;
    steps().all(|step| step * UNEVENNESS_MAX >= mean)
}

/// The interpolated colour of a value between the first and the last stop.
fn between(stops: &[(f64, [u8; 4])], value: f64) -> [u8; 4] {
    let above = stops.partition_point(|(at, _)| *at < value).clamp(1, stops.len() - 1);
    let ((from, a), (to, b)) = (stops[above - 1], stops[above]);
    let part = ((value - from) / (to - from)).clamp(0.0, 1.0);
    std::array::from_fn(|i| (f64::from(a[i]) + (f64::from(b[i]) - f64::from(a[i])) * part).round() as u8)
}

/// The labels of a ramp, as its style gives them.
#[derive(Debug, PartialEq)]
enum Words<'e> {
    /// Only the quantities, or nothing; some with this unit.
    Numbers(Option<&'e str>),
    /// More than the quantities and their unit.
    Others,
}

fn words(entries: &[Entry]) -> Words<'_> {
    let told = || entries.iter().filter_map(|entry| Some((entry.words.as_deref()?, entry.quantity?)));
    let first = told().next().map(|(words, _)| words);
    if told().count() > 1 && told().all(|(words, _)| Some(words) == first) {
        // The same label beside every colour explains none of them.
        return Words::Numbers(None);
    }
    let Some(units) = told().map(|(words, quantity)| unit(words, quantity)).collect::<Option<Vec<&str>>>() else {
        return Words::Others;
    };
    let named: Vec<&str> = units.into_iter().filter(|unit| !unit.is_empty()).collect();
    match named[..] {
        [] => Words::Numbers(None),
        [unit, _, ..] if named.iter().all(|other| *other == unit) => Words::Numbers(Some(unit)),
        _ => Words::Others,
    }
}

/// The unit after the number, if the label is only the quantity and perhaps a unit.
fn unit(words: &str, quantity: f64) -> Option<&str> {
    let words = words.trim();
    let is_of_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '−' | '+');
    let (number, unit) = words.split_at(words.find(|c| !is_of_number(c)).unwrap_or(words.len()));
    let (number, unit) = (number.replace('−', "-").parse::<f64>().ok()?, unit.trim_start());
    let begins = unit.is_empty() || unit.starts_with(|c: char| c.is_alphabetic() || matches!(c, '°' | '%' | '‰'));
    let is_same = (number - quantity).abs() <= 1e-9 * quantity.abs();
    (is_same && begins && unit.chars().count() <= UNIT_CHARS_MAX).then_some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_their_quantities_have_at_most_a_unit() {
        let check = |told: &[(f64, &'static str)], expected: Words| {
            let entry = |(quantity, words): &(f64, &'static str)| {
                Entry::new([0, 0, 0, 255], Some(words), Some(Some(*quantity))).unwrap()
            };
            assert_eq!(words(&told.iter().map(entry).collect::<Vec<_>>()), expected, "{told:?}");
        };
        check(&[(0.0, ""), (5.0, "")], Words::Numbers(None));
        check(&[(0.0, "0"), (5.5, "5.50"), (10.0, "")], Words::Numbers(None));
        check(&[(-5.0, "-5 °C"), (0.0, "0"), (5.0, "+5°C")], Words::Numbers(Some("°C")));
        check(&[(-5.0, "−5 kg m-2"), (0.0, "0 kg m-2")], Words::Numbers(Some("kg m-2")));
        check(&[(0.0, "values"), (1000.0, "values"), (2000.0, "")], Words::Numbers(None));
        for others in [
            [(0.0, "low"), (5.0, "high")],
            [(0.0, "0"), (5.0, "5 and more")],
            [(0.0, "0 mm"), (5.0, "5 cm")],
            [(273.0, "0"), (283.0, "10")],
            [(0.0, "0 - 5"), (5.0, "5 - 10")],
            [(0.0, "< 0"), (5.0, "> 5")],
            [(0.0, "0 (dry)"), (5.0, "5 (wet)")],
        ] {
            check(&others, Words::Others);
        }
    }
}
