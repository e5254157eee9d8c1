//! The parts of the page that belong to a layer, as plain data.

use crate::resolved::label::PlannedLabel;
use crate::resolved::series::Series;
use crate::vector::colour_bar::ColourBar;
use mapreel_ogc::LegendSource;
use serde::{Deserialize, Serialize};

/// The parts of the page that belong to a layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Caption {
    /// The title of its line in the header; `None`: it has no line.
    pub title: Option<String>,
    /// Its name in notices and warnings, and above its legend.
    pub name: String,
    /// Whether the name may stand above its legend, where the layer has no title.
    pub is_named: bool,
    /// The labels after its title.
    pub labels: Series<Vec<PlannedLabel>>,
    /// The time that the source is asked for, or the time of the newest feature shown.
    pub times_used: Series<Option<String>>,
    /// Its legend.
    pub legend: Option<LegendSource>,
    /// The numbers of the legend, where the legend is a strip of colours.
    pub colour_bar: Option<ColourBar>,
    /// The credit that its provider asks for.
    pub attribution: Option<String>,
    /// Whether it consists of fetched pictures, some of which may be missing.
    pub has_pictures: bool,
    /// Whether an earlier frame's picture is shown where its own is missing.
    pub may_be_held: bool,
}

impl Caption {
    /// Whether the layer has a time of its own in any frame.
    pub fn has_times(&self) -> bool {
        self.times_used.iter().any(Option::is_some)
    }

    /// The title above its legend, and the unit of the legend's values.
    pub fn legend_title(&self) -> (Option<&str>, Option<&str>) {
        let name = Some(self.name.as_str()).filter(|_| self.is_named);
        match &self.legend {
            Some(LegendSource::Classes { title, unit, .. }) => (title.as_deref().or(name), unit.as_deref()),
            _ => (name, self.colour_bar.as_ref().and_then(|bar| bar.units.as_deref())),
        }
    }

    /// Whether it has values for each of `frames` frames.
    pub(crate) fn suits(&self, frames: usize) -> bool {
        self.labels.suits(frames) && self.times_used.suits(frames)
    }
}
