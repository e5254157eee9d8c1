//! The colour map of a raster: values, intervals or a ramp. SLD 1.0.0 has `ColorMap`, with the types that GeoServer has added; SE
//! 1.1.0 has `Categorize` and `Interpolate`.

use super::entry::{Entry, classes, label, plain, value};
use super::ramp;
use crate::legend_source::{ClassLabel, LegendSource};

/// The most entries of a colour map.
pub(super) const ENTRIES_MAX: usize = 4096;

/// The colours of a raster, in the order of the style.
#[derive(Debug, PartialEq)]
pub(super) struct ColourMap {
    pub meaning: Meaning,
    pub entries: Vec<Entry>,
}

/// How the entries of a colour map give a raster its colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// An entry colours one value.
    Values,
    /// An entry colours the values from the quantity of the previous entry to below its own.
    Intervals,
    /// The colours of values between two entries are interpolated.
    Ramp,
}

impl Meaning {
    /// The meaning by its name in GeoServer's styles.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "values" => Some(Self::Values),
            "intervals" => Some(Self::Intervals),
            "ramp" => Some(Self::Ramp),
            _ => None,
        }
    }
}

/// The legend of a raster with a colour map.
pub(super) fn legend(map: &ColourMap) -> Option<LegendSource> {
    let entries = &map.entries[..];
    let meaning: fn(&[Entry], usize) -> Option<ClassLabel> = match map.meaning {
        Meaning::Values => value,
        Meaning::Intervals => interval,
        Meaning::Ramp => return ramp::legend(entries),
    };
    let classes = classes(entries, |i| label(entries, i, meaning))?;
    Some(LegendSource::Classes { title: None, unit: None, classes })
}

/// The interval of an entry: from the quantity of the previous entry, drawn or not, to below its own.
fn interval(entries: &[Entry], i: usize) -> Option<ClassLabel> {
    let to = entries[i].quantity?;
    let from = match i.checked_sub(1) {
        Some(before) => entries[before].quantity?,
        None => f64::NEG_INFINITY,
    };
    let end = |end: f64| match end.is_finite() {
        true => plain(end).map(Some),
        false => Some(None),
    };
    let is_interval = from < to && (from.is_finite() || to.is_finite());
    is_interval.then_some(ClassLabel::Interval([end(from)?, end(to)?]))
}
