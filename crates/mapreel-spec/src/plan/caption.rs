//! What stands on the page for a layer: plain data.

use crate::resolved::label::PlannedLabel;
use crate::resolved::series::Series;
use crate::vector::colour_bar::ColourBar;
use mapreel_ogc::LegendSource;
use serde::{Deserialize, Serialize};

/// What stands on the page for a layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Caption {
    /// Its line in the header.
    pub title: Option<String>,
    /// What it is called where it is missing, and above its legend.
    pub name: String,
    /// Whether its legend has that name above it, if it has no title of its own.
    pub is_named: bool,
    /// The texts behind its title.
    pub labels: Series<Vec<PlannedLabel>>,
    /// The time that the source is asked for, or the time of the newest feature shown.
    pub times_used: Series<Option<String>>,
    /// Its legend.
    pub legend: Option<LegendSource>,
    /// The legend's picture is a strip of colours, and these are its numbers.
    pub colour_bar: Option<ColourBar>,
    /// The credit its provider asks for.
    pub attribution: Option<String>,
    /// Whether it is shown by pictures that are fetched, of which some may be missing.
    pub has_pictures: bool,
    /// Whether an earlier frame's picture is shown where its own is missing.
    pub may_be_held: bool,
}

impl Caption {
    /// Whether the layer has a time of its own in some frame.
    pub fn has_times(&self) -> bool {
        self.times_used.iter().any(Option::is_some)
    }

    /// What stands above its legend, and the unit of the legend's values.
    pub fn legend_title(&self) -> (Option<&str>, Option<&str>) {
        let name = Some(self.name.as_str()).filter(|_| self.is_named);
        match &self.legend {
            Some(LegendSource::Classes { title, unit, .. }) => (title.as_deref().or(name), unit.as_deref()),
            _ => (name, self.colour_bar.as_ref().and_then(|bar| bar.units.as_deref())),
        }
    }

    /// Whether it says something of each of so many frames.
    pub(crate) fn suits(&self, frames: usize) -> bool {
        self.labels.suits(frames) && self.times_used.suits(frames)
    }
}
