//! A layer of a plan, frame by frame. Plain data.

use crate::appearance::{MissingTiles, OnError, Resampling};
use crate::dimension_value::DimensionValue;
use crate::geojson::Features;
use crate::label::PlannedLabel;
use crate::mosaic::{Mosaic, Piece};
use crate::run::Run;
use crate::series::Series;
use crate::{ColourBar, Extent, Graticule, NaturalEarth, ValidTime, features_outside};
use serde::{Deserialize, Serialize};

/// A layer, frame by frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedLayer {
    /// Its line in the header.
    pub title: Option<String>,
    /// What it is called where it is missing.
    pub name: String,
    /// What is drawn.
    pub drawing: Drawing,
    /// 0 (invisible) to 1.
    pub opacity: f32,
    /// The URL of its legend.
    pub legend: Option<String>,
    /// The legend's picture is a strip of colours, and these are its numbers.
    pub colour_bar: Option<ColourBar>,
    /// How its pictures are laid on the map.
    pub resampling: Resampling,
    /// The credit its provider asks for.
    pub attribution: Option<String>,
    /// The texts behind its title.
    pub labels: Series<Vec<PlannedLabel>>,
    /// The time that the source is asked for, or the time of the newest feature shown.
    pub times_used: Series<Option<String>>,
    /// The values of other dimensions that the source is asked for.
    pub dimensions: Series<Vec<DimensionValue>>,
    /// The run of the forecast that every request names.
    pub run: Option<Run>,
    /// Why it shows nothing anywhere on the map, in no frame.
    pub outside: Option<String>,
    /// Why its pictures may be empty: its server says that it has data elsewhere.
    pub elsewhere: Option<String>,
    /// What the absence of a tile means.
    pub missing_tiles: MissingTiles,
    /// What to do when it cannot be drawn.
    pub on_error: OnError,
}

impl PlannedLayer {
    /// Whether it has a time of its own in some frame.
    pub fn has_times(&self) -> bool {
        self.times_used.iter().any(Option::is_some)
    }

    /// Whether an empty picture of it is worth a word: only what was chosen by a time or another value may be empty because of
    /// it.
    pub fn may_be_empty_by_mistake(&self) -> bool {
        let has_values = self.dimensions.iter().any(|values| !values.is_empty());
        (self.has_times() || has_values) && matches!(self.drawing, Drawing::Pictures(_))
    }
}

/// What is drawn for a layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Drawing {
    /// Pictures from upstreams.
    Pictures(Series<Mosaic>),
    /// Features.
    Features(Features),
    /// The built-in geography.
    NaturalEarth(NaturalEarth),
    /// Meridians and parallels.
    Graticule(Graticule),
    /// Nothing, and why.
    Missing(String),
}

impl Drawing {
    /// Whether it looks the same in every frame of `frames`.
    pub fn is_static(&self, frames: usize) -> bool {
        match self {
            Self::Pictures(series) => matches!(series, Series::Same(_)),
            Self::Features(features) => frames == 1 || !features.vary(),
            Self::NaturalEarth(_) | Self::Graticule(_) | Self::Missing(_) => true,
        }
    }

    /// Why it shows nothing anywhere on a map, in no frame.
    pub(crate) fn outside(&self, map: &Extent, times: &[Option<ValidTime>]) -> Option<String> {
        match self {
            Self::Pictures(series) => {
                let is_nowhere = series.iter().all(|mosaic| mosaic.pieces.is_empty());
                is_nowhere.then(|| series.iter().find_map(Mosaic::outside)).flatten().map(str::to_owned)
            }
            Self::Features(features) => features_outside::why(features, map, times),
            _ => None,
        }
    }

    /// Every piece of every frame.
    pub(crate) fn pieces(&self) -> Vec<&Piece> {
        match self {
            Self::Pictures(series) => series.iter().flat_map(|mosaic| &mosaic.pieces).collect(),
            _ => Vec::new(),
        }
    }
}
