//! A layer of a plan, frame by frame. Plain data.

use super::caption::Caption;
use crate::pictures::mosaic::{Mosaic, Piece};
use crate::request::appearance::{MissingTiles, OnError, Resampling};
use crate::resolved::dimension_value::DimensionValue;
use crate::resolved::gap::Gap;
use crate::resolved::run::Run;
use crate::resolved::series::Series;
use crate::vector::features_outside;
use crate::vector::geojson::Features;
use crate::vector::graticule::Graticule;
use crate::vector::natural_earth::NaturalEarth;
use mapreel_geo::{Crs, Extent, ValidTime};
use serde::{Deserialize, Serialize};

/// A layer, frame by frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedLayer {
    /// Its title, legend, labels and credit on the page.
    pub caption: Caption,
    /// The source of its drawing.
    pub drawing: LayerSource,
    /// 0 (invisible) to 1.
    pub opacity: f32,
    /// How its pictures are resampled on the map.
    pub resampling: Resampling,
    /// The values of other dimensions that the source is asked for.
    pub dimensions: Series<Vec<DimensionValue>>,
    /// The forecast run that every request names.
    pub run: Option<Run>,
    /// Why the layer shows nothing of the map in any frame.
    pub outside: Option<String>,
    /// Why its pictures may be empty: the server says that its data are elsewhere.
    pub elsewhere: Option<String>,
    /// What it means that a tile is missing.
    pub missing_tiles: MissingTiles,
    /// What happens when the layer cannot be drawn.
    pub on_error: OnError,
}

impl PlannedLayer {
    /// Whether an empty picture deserves a notice. Only a picture that was chosen by a time or another value may be empty
    /// because of that choice.
    pub fn may_be_empty_by_mistake(&self) -> bool {
        let has_values = self.dimensions.iter().any(|values| !values.is_empty());
        (self.caption.has_times() || has_values) && matches!(self.drawing, LayerSource::Pictures(_))
    }
}

/// The source of a layer's drawing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum LayerSource {
    /// Pictures from upstreams.
    Pictures(Series<Mosaic>),
    /// Features.
    Features(Features),
    /// The built-in geography.
    NaturalEarth(NaturalEarth),
    /// Meridians and parallels.
    Graticule(Graticule),
    /// Nothing; the text is the reason.
    Missing(String),
}

impl LayerSource {
    /// The pictures of each frame, or one set for all frames where they are equal.
    pub(crate) fn of_mosaics(mosaics: impl Iterator<Item = Mosaic>) -> Self {
        Self::Pictures(Series::new(mosaics.collect()))
    }

    /// No picture in any frame; `gap` is the reason.
    pub(crate) fn nothing(crs: Crs, gap: Gap) -> Self {
        Self::Pictures(Series::Same(Mosaic::nothing(crs, gap)))
    }

    /// Whether it looks the same in all `frames` frames.
    pub fn is_static(&self, frames: usize) -> bool {
        match self {
            Self::Pictures(series) => matches!(series, Series::Same(_)),
            Self::Features(features) => frames == 1 || !features.vary(),
            Self::NaturalEarth(_) | Self::Graticule(_) | Self::Missing(_) => true,
        }
    }

    /// Why it shows nothing of a map in any frame.
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

    /// All pieces of all frames.
    pub(crate) fn pieces(&self) -> Vec<&Piece> {
        match self {
            Self::Pictures(series) => series.iter().flat_map(|mosaic| &mosaic.pieces).collect(),
            _ => Vec::new(),
        }
    }
}
