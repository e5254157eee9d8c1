//! The colour map of a raster in GeoServer's legend (its manual, Raster Symbolizer): values, intervals or a ramp.

use super::CLASSES_MAX;
use super::colour::{number, opacity, paint};
use super::label::label;
use super::ramp;
use crate::json::Json;
use crate::legend_source::{LegendClass, LegendSource};

/// The most entries of a colour map.
const ENTRIES_MAX: usize = 4096;

/// A colour, and what stands beside it.
pub(super) struct Entry<'j> {
    pub colour: [u8; 4],
    pub words: Option<&'j str>,
    /// Infinite at the ends of some intervals.
    pub quantity: Option<f64>,
}

impl<'j> Entry<'j> {
    /// `None` if it is not clear what it shows.
    fn read(json: &'j Json, raster_opacity: f64) -> Option<Self> {
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

/// The legend of a raster with a colour map.
pub(super) fn legend(raster: &Json) -> Option<LegendSource> {
    let map = raster.get("colormap")?;
    let entries = map.list("entries");
    if entries.len() > ENTRIES_MAX {
        return None;
    }
    let raster_opacity = opacity(raster, "opacity")?;
    let entries: Vec<Entry> = entries.iter().map(|entry| Entry::read(entry, raster_opacity)).collect::<Option<_>>()?;
    let meaning = match map.text("type").unwrap_or("ramp") {
        "values" => value,
        "intervals" => interval,
        "ramp" => return ramp::legend(&entries),
        _ => return None,
    };
    let words = |i: usize| entries[i].words.map(str::to_owned).or_else(|| meaning(&entries, i));
    Some(LegendSource::Classes { title: None, unit: None, classes: classes(&entries, words)? })
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

/// The values that have the colour: from the quantity of the entry before, drawn or not, to below its own.
fn interval(entries: &[Entry], i: usize) -> Option<String> {
    let to = entries[i].quantity?;
    let from = match i.checked_sub(1) {
        Some(before) => entries[before].quantity?,
        None => f64::NEG_INFINITY,
    };
    match (from.is_finite(), to.is_finite()) {
        _ if from >= to => None,
        (true, true) => Some(format!("{} – {}", plain(from)?, plain(to)?)),
        (false, true) => Some(format!("< {}", plain(to)?)),
        (true, false) => Some(format!("≥ {}", plain(from)?)),
        (false, false) => None,
    }
}

/// A number as people write it, if they would.
fn plain(number: f64) -> Option<String> {
    let is_plain = number == 0.0 || (1e-6..1e15).contains(&number.abs());
    // The negative zero is none to people.
    is_plain.then(|| (number + 0.0).to_string())
}
