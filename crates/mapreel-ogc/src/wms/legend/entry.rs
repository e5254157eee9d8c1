//! The entries of a colour map, and the classes that they make.

use super::CLASSES_MAX;
use super::label::label as words_of;
use crate::legend_source::{ClassLabel, LegendClass};

/// An entry of a colour map: a colour, its label and its value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub colour: [u8; 4],
    pub words: Option<String>,
    /// The value; infinite where an interval has no end.
    pub quantity: Option<f64>,
}

impl Entry {
    /// An entry with the label and the quantity in its style; `Some(None)` is a quantity that is not a number. `None` where the entry
    /// is visible but has neither a label nor a number.
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

/// The classes of the visible entries with a label or a quantity. Where all have quantities in rising order, the highest comes first,
/// as on a scale.
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

/// The label of an entry; without one, a label from the quantities.
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

/// The label of an entry that colours one value.
pub(super) fn value(entries: &[Entry], i: usize) -> Option<ClassLabel> {
    plain(entries[i].quantity?).map(ClassLabel::Value)
}

/// A number without an exponent; `None` where it is so large or small that people would not write it so.
pub(super) fn plain(number: f64) -> Option<String> {
    let is_plain = number == 0.0 || (1e-6..1e15).contains(&number.abs());
    // Adding 0 turns the negative zero into zero.
    is_plain.then(|| (number + 0.0).to_string())
}
