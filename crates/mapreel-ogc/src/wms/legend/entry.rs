//! The entries of a colour map, and the classes that they make.

use super::CLASSES_MAX;
use super::label::label as words_of;
use crate::legend_source::{ClassLabel, LegendClass};

/// A colour, and what stands beside it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub colour: [u8; 4],
    pub words: Option<String>,
    /// Infinite at the ends of some intervals.
    pub quantity: Option<f64>,
}

impl Entry {
    /// An entry with the words and the quantity that its style gives it; `Some(None)` is a quantity that is no number. `None` if it is
    /// not clear what the entry shows.
    pub(super) fn new(colour: [u8; 4], words: Option<&str>, quantity: Option<Option<f64>>) -> Option<Self> {
        let words = words.filter(|words| !words.trim().is_empty()).map(str::to_owned);
        if words.is_none() && quantity == Some(None) && colour[3] > 0 {
            return None;
        }
        Some(Self { colour, words, quantity: quantity.flatten() })
    }

    pub(super) fn is_drawn(&self) -> bool {
        self.colour[3] > 0
    }
}

/// The classes of those entries that are drawn and say something; where all are numbers that rise, the highest first, as a scale
/// is read.
pub(super) fn classes(entries: &[Entry], label_of: impl Fn(usize) -> Option<ClassLabel>) -> Option<Vec<LegendClass>> {
    let says_something = |entry: &Entry| entry.is_drawn() && (entry.words.is_some() || entry.quantity.is_some());
    let (mut classes, mut quantities) = (Vec::new(), Vec::new());
    for (i, entry) in entries.iter().enumerate().filter(|(_, entry)| says_something(entry)) {
        classes.push(LegendClass { colour: entry.colour, label: label_of(i)? });
        quantities.extend(entry.quantity);
        if classes.len() > CLASSES_MAX {
            return None;
        }
    }
    if quantities.len() == classes.len() && quantities.is_sorted() {
        classes.reverse();
    }
    (!classes.is_empty()).then_some(classes)
}

/// What an entry says in its own words, or else what follows from the quantities.
pub(super) fn label(
    entries: &[Entry],
    i: usize,
    from_quantities: impl Fn(&[Entry], usize) -> Option<ClassLabel>,
) -> Option<ClassLabel> {
    match &entries[i].words {
        Some(words) => words_of(words).map(ClassLabel::Words),
        None => from_quantities(entries, i),
    }
}

/// The one value that has the colour.
pub(super) fn value(entries: &[Entry], i: usize) -> Option<ClassLabel> {
    plain(entries[i].quantity?).map(ClassLabel::Value)
}

/// A number as people write it, if they would.
pub(super) fn plain(number: f64) -> Option<String> {
    let is_plain = number == 0.0 || (1e-6..1e15).contains(&number.abs());
    // The negative zero is none to people.
    is_plain.then(|| (number + 0.0).to_string())
}
