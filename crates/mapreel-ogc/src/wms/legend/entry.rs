//! The entries of a colour map, and the classes that they make.

use super::CLASSES_MAX;
use super::colour::{number, opacity, paint};
use super::label::label;
use crate::json::Json;
use crate::legend_source::LegendClass;

/// A colour, and what stands beside it.
pub(super) struct Entry<'j> {
    pub colour: [u8; 4],
    pub words: Option<&'j str>,
    /// Infinite at the ends of some intervals.
    pub quantity: Option<f64>,
}

impl<'j> Entry<'j> {
    /// `None` if it is not clear what it shows.
    pub(super) fn read(json: &'j Json, raster_opacity: f64) -> Option<Self> {
        let colour = paint(json, "color", raster_opacity * opacity(json, "opacity")?)?;
        let words = json.text("label").filter(|words| !words.trim().is_empty());
        let quantity = json.get("quantity").map(number);
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
pub(super) fn classes(entries: &[Entry], words: impl Fn(usize) -> Option<String>) -> Option<Vec<LegendClass>> {
    let says_something = |entry: &Entry| entry.is_drawn() && (entry.words.is_some() || entry.quantity.is_some());
    let (mut classes, mut quantities) = (Vec::new(), Vec::new());
    for (i, entry) in entries.iter().enumerate().filter(|(_, entry)| says_something(entry)) {
        classes.push(LegendClass { colour: entry.colour, label: label(&words(i)?)? });
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

/// The one value that has the colour.
pub(super) fn value(entries: &[Entry], i: usize) -> Option<String> {
    plain(entries[i].quantity?)
}

/// A number as people write it, if they would.
pub(super) fn plain(number: f64) -> Option<String> {
    let is_plain = number == 0.0 || (1e-6..1e15).contains(&number.abs());
    // The negative zero is none to people.
    is_plain.then(|| (number + 0.0).to_string())
}
