//! A valid request, every choice made: what both dialects become.

use crate::axis::Side;
use crate::dimension::{Animate, Dimensions};
use crate::document::{Document, DocumentKind};
use crate::geojson::{Features, Reading};
use crate::manifest::Warning;
use crate::tile::TileTemplate;
use crate::timing::Timing;
use crate::wms_layer::WmsLayer;
use crate::wmts_layer::WmtsLayer;
use crate::{Bbox, ColourBar, Crs, Extent, Format, Graticule, NaturalEarth, Output, ValidTime, Zone, wms};

/// An animation, or an image: an animation of one frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Animation {
    /// The map.
    pub map: Extent,
    /// The map time of each frame, in order; never empty. A picture without a time has one frame of `None`.
    pub times: Vec<Option<ValidTime>>,
    /// The times are the last or next of a layer's; until they are known, `times` holds as many `None`s.
    pub last: Option<LastTimes>,
    /// The film runs along a dimension instead of time: then `times` holds a `None` for each of its values.
    pub animate: Option<Animate>,
    /// Bottom first.
    pub layers: Vec<Layer>,
    /// What stands above the map.
    pub header: Header,
    /// The file.
    pub output: Output,
}

/// The last or next times of a layer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastTimes {
    /// Which.
    pub side: Side,
    /// How many.
    pub count: usize,
    /// The layer's index.
    pub layer: usize,
    /// Only this one of them, from 0.
    pub only: Option<usize>,
}

/// What stands above the map.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Header {
    /// The title of the whole picture.
    pub title: Option<String>,
    /// Words before the map time; where they stand, the time is shown as the request writes it.
    pub time_prefix: Option<&'static str>,
    /// The zone in which times are shown.
    pub zone: Zone,
}

/// One layer of the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Where the request describes it (JSON Pointer), for messages.
    pub pointer: String,
    /// Its title, if it has one: then it has a line in the header.
    pub title: Option<String>,
    /// What it is called where it is missing.
    pub name: String,
    /// What it shows.
    pub content: Content,
    /// 0 (invisible) to 1.
    pub opacity: f32,
    /// Its legend.
    pub legend: Option<Legend>,
    /// The legend's picture is a strip of colours, and these are its numbers.
    pub colour_bar: Option<ColourBar>,
    /// How its pictures are laid on the map where they do not fit it pixel for pixel.
    pub resampling: Resampling,
    /// The credit its provider asks for.
    pub attribution: Option<String>,
    /// Labels for its line in the header.
    pub labels: Series<Vec<Label>>,
    /// What the absence of a tile means.
    pub missing_tiles: MissingTiles,
    /// What to do when it cannot be drawn.
    pub on_error: OnError,
    /// What its server's documents have shown not to be as it was asked for; where it concerns all frames.
    pub warnings: Vec<Warning>,
}

impl Layer {
    /// Positions of GeoJSON that are looked at for every frame: those of features that come and go, or fill its labels.
    pub(crate) fn positions_per_frame(&self) -> usize {
        let is_filled = || self.labels.iter().flatten().any(|label| label.value.contains('{'));
        match &self.content {
            Content::GeoJson(features) if features.vary() || is_filled() => features.positions(),
            _ => 0,
        }
    }
}

/// Where a legend comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Legend {
    /// From the layer's server, in its own way.
    Auto,
    /// From a URL.
    Url(String),
}

/// How a picture is laid on a map that it does not fit pixel for pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Resampling {
    /// Every pixel of the map from the picture's four nearest.
    #[default]
    Bilinear,
    /// Every pixel of the map from the picture's nearest: no colour that is not in the legend.
    Nearest,
}

/// Something that is the same in every frame, or given for each.
#[derive(Debug, Clone, PartialEq)]
pub enum Series<T> {
    /// The same in every frame.
    Same(T),
    /// One for each frame.
    PerFrame(Vec<T>),
}

impl<T> Series<T> {
    /// The one of frame `index`, counted from 0.
    pub fn at(&self, index: usize) -> &T {
        match self {
            Self::Same(value) => value,
            Self::PerFrame(values) => &values[index],
        }
    }

    /// Every distinct place: one, or one for each frame.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        match self {
            Self::Same(value) => std::slice::from_ref(value).iter(),
            Self::PerFrame(values) => values.iter(),
        }
    }
}

impl<T: Clone> Series<T> {
    /// What frame `index` has, as the same for all.
    fn only(&self, index: usize) -> Self {
        Self::Same(self.at(index).clone())
    }
}

impl<T: PartialEq> Series<T> {
    /// One for each frame, or one for all where they are equal.
    pub fn new(mut values: Vec<T>) -> Self {
        match values.split_first() {
            Some((first, rest)) if rest.iter().all(|value| value == first) => Self::Same(values.swap_remove(0)),
            _ => Self::PerFrame(values),
        }
    }
}

/// A fact that stands behind a layer's title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Its name; `None`: the value stands alone.
    pub key: Option<String>,
    /// The value. In a GeoJSON layer, `{property}` stands for a property of the newest feature.
    pub value: String,
}

impl Label {
    /// As it is shown.
    pub fn text(&self) -> String {
        match &self.key {
            Some(key) => format!("{key}: {}", self.value),
            None => self.value.clone(),
        }
    }
}

/// What to do when a layer cannot be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// Say so on the frame and in the warnings.
    #[default]
    Mark,
    /// Fail the whole run.
    Fail,
    /// Show the frame before's, and say so.
    Hold,
}

/// What it means that a server does not have a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingTiles {
    /// A gap, unless the server says with status 204 that there is nothing.
    #[default]
    Report,
    /// There is nothing at this place: the pyramid has only the tiles in which there is something.
    Transparent,
}

/// What a layer shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Tiles, by template.
    Tiles(Series<TileTemplate>),
    /// A WMS, asked by Mapreel.
    Wms(WmsLayer),
    /// A WMTS, asked by Mapreel.
    Wmts(WmtsLayer),
    /// Tiles that a TileJSON document describes, which must be fetched first.
    TileJson(String),
    /// Whole GetMap requests.
    GetMaps(Series<wms::GetMap>),
    /// A georeferenced picture; `{time}` or `{time:PATTERN}` in its URL stands for the frame's time.
    Picture {
        /// The URL or template.
        url: String,
        /// What the picture's outer edges show.
        bbox: Bbox,
        /// The CRS of the bbox and of the picture's rows and columns.
        crs: Crs,
    },
    /// Features.
    GeoJson(Features),
    /// Features that must be fetched first; see [`Animation::documents`].
    GeoJsonUrl {
        /// Where they are.
        url: String,
        /// How they are read.
        reading: Reading,
    },
    /// Features that could not be had, and why.
    Missing(String),
    /// The built-in geography.
    NaturalEarth(NaturalEarth),
    /// Meridians and parallels.
    Graticule(Graticule),
}

impl Content {
    /// Which times are asked for, where a server is asked for times.
    pub(crate) fn timing(&self) -> Option<&Timing> {
        match self {
            Self::Wms(wms) => Some(&wms.timing),
            Self::Wmts(wmts) => Some(&wmts.timing),
            _ => None,
        }
    }

    /// Which values of other dimensions are asked for, where a server is asked for them.
    pub(crate) fn dimensions(&self) -> Option<&Dimensions> {
        match self {
            Self::Wms(wms) => Some(&wms.dimensions),
            Self::Wmts(wmts) => Some(&wmts.dimensions),
            _ => None,
        }
    }
}

impl Animation {
    /// The documents that must be fetched before the plan can be made. When one has been taken in, another may be needed:
    /// ask until there are none.
    pub fn documents(&self) -> Vec<Document> {
        let document = |(layer, described): (usize, &Layer)| match &described.content {
            Content::GeoJsonUrl { url, .. } => Some(Document { layer, url: url.clone(), kind: DocumentKind::GeoJson }),
            Content::Wms(wms) => {
                let (url, kind) = wms.document()?;
                Some(Document { layer, url, kind })
            }
            Content::Wmts(wmts) => Some(Document { layer, url: wmts.document()?, kind: DocumentKind::Wmts }),
            Content::TileJson(url) => Some(Document { layer, url: url.clone(), kind: DocumentKind::TileJson }),
            _ => None,
        };
        self.layers.iter().enumerate().filter_map(document).collect()
    }

    /// Frame `index` (from 0) alone, as a still picture in `format` whose map is no wider or higher than `side_px_max`.
    ///
    /// `None`: there is no such frame.
    pub fn still(&self, index: usize, format: Format, side_px_max: u32, frames_max: usize) -> Option<Self> {
        let mut still = self.clone();
        // Only servers know how many values there are; the last stands for those beyond.
        let of_all = self.animate.as_ref().is_some_and(|film| film.all && index < frames_max);
        still.times = vec![self.times.get(index).cloned().or(of_all.then_some(None))?];
        still.last = self.last.map(|last| LastTimes { only: Some(index), ..last });
        if let Some(film) = &mut still.animate {
            film.only = Some(index);
        }
        for layer in &mut still.layers {
            layer.labels = layer.labels.only(index);
            match &mut layer.content {
                Content::Tiles(templates) => *templates = templates.only(index),
                Content::GetMaps(requests) => *requests = requests.only(index),
                _ => {}
            }
        }
        let map = &mut still.map;
        let shrink = (f64::from(side_px_max) / f64::from(map.width.max(map.height))).min(1.0);
        let side = |pixels: u32| ((f64::from(pixels) * shrink).round() as u32).max(1);
        (map.width, map.height) = (side(map.width), side(map.height));
        still.output.format = format;
        Some(still)
    }

    /// How many frames the work is shared out for: where a server decides how many there are, the number that was counted on
    /// before it was asked.
    pub(crate) fn frames_expected(&self) -> usize {
        let by_last = self.last.filter(|last| last.only.is_none()).map(|last| last.count);
        let by_film =
            self.animate.as_ref().filter(|film| film.all && film.only.is_none()).map(|_| Animate::EXPECTED_FRAMES);
        by_last.or(by_film).unwrap_or(self.times.len())
    }
}
