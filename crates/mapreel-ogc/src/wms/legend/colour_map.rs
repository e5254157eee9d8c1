//! The colour map of a raster in GeoServer's legend (its manual, Raster Symbolizer): values, intervals or a ramp.

use super::colour::opacity;
use super::entry::{Entry, classes, plain, value};
use super::ramp;
use crate::json::Json;
use crate::legend_source::LegendSource;

/// The most entries of a colour map.
const ENTRIES_MAX: usize = 4096;

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
