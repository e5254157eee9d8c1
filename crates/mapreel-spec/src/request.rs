//! A valid request, every choice of its author made: what both dialects become. It knows no server, and nothing changes it.

use crate::axis::Side;
use crate::capabilities::Capabilities;
use crate::layers::{Asking, LayerKind, Question, ResolvedLayer, Step};
use crate::{Extent, Output, ValidTime, Zone};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A request for an animation, or for an image: an animation of one frame.
#[derive(Debug, Clone)]
pub struct Request {
    /// The map.
    pub map: Extent,
    /// What decides how many frames there are, and what each shows.
    pub frames: AskedFrames,
    /// Bottom first.
    pub layers: Vec<Layer>,
    /// What stands above the map.
    pub header: Header,
    /// The file.
    pub output: Output,
}

/// What decides how many frames there are, and what each shows.
#[derive(Debug, Clone, PartialEq)]
pub enum AskedFrames {
    /// One frame without a time: each layer shows what its server calls the default, or the latest.
    Timeless,
    /// A frame for each of these times, in order; never empty.
    Times(Vec<ValidTime>),
    /// A frame for each of the last or next times of a layer's, which its server names.
    TimesOf(TimesOf),
    /// A frame for each value of a dimension other than time.
    Values {
        /// The dimension's name, which has no case.
        dimension: String,
        /// Never empty.
        values: Vec<String>,
    },
    /// A frame for every value of a dimension that servers name.
    AllValues {
        /// The dimension's name, which has no case.
        dimension: String,
    },
}

/// The last or next times of a layer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimesOf {
    /// Which.
    pub side: Side,
    /// How many.
    pub count: usize,
    /// The layer's index.
    pub layer: usize,
}

impl AskedFrames {
    /// Frames that are counted on where a film shows all values of a dimension and no server has named them yet.
    const ALL_VALUES_EXPECTED: usize = 24;

    /// How many frames there are, or, where servers decide it, how many are counted on before they are asked.
    pub fn expected(&self) -> usize {
        match self {
            Self::Timeless => 1,
            Self::Times(times) => times.len(),
            Self::TimesOf(of) => of.count,
            Self::Values { values, .. } => values.len(),
            Self::AllValues { .. } => Self::ALL_VALUES_EXPECTED,
        }
    }

    /// Whether frames have times.
    pub(crate) fn are_times(&self) -> bool {
        matches!(self, Self::Times(_) | Self::TimesOf(_))
    }

    /// Whether the request names no times, so that each layer shows what its server calls the default, or the latest.
    pub(crate) fn are_timeless(&self) -> bool {
        !self.are_times()
    }
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

/// One layer of the map, as it was asked for.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Where the request describes it (JSON Pointer), for messages.
    pub pointer: String,
    /// Its title, if it has one: then it has a line in the header.
    pub title: Option<String>,
    /// What it is called where it is missing.
    pub name: String,
    /// What it shows.
    pub(crate) kind: Arc<dyn LayerKind>,
    /// 0 (invisible) to 1.
    pub opacity: f32,
    /// Its legend.
    pub legend: Option<Legend>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Resampling {
    /// Every pixel of the map from the picture's four nearest.
    #[default]
    Bilinear,
    /// Every pixel of the map from the picture's nearest: no colour that is not in the legend.
    Nearest,
}

/// Something that is the same in every frame, or given for each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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

    /// Whether it has something for each of so many frames.
    pub(crate) fn suits(&self, frames: usize) -> bool {
        match self {
            Self::Same(_) => true,
            Self::PerFrame(values) => values.len() == frames,
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
    /// Those of some frames, in their order.
    pub fn narrowed(&self, frames: &[usize]) -> Self {
        match self {
            Self::Same(value) => Self::Same(value.clone()),
            Self::PerFrame(values) if frames.len() == values.len() => Self::PerFrame(values.clone()),
            Self::PerFrame(values) => match frames {
                [only] => Self::Same(values[*only].clone()),
                several => Self::PerFrame(several.iter().map(|frame| values[*frame].clone()).collect()),
            },
        }
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum MissingTiles {
    /// A gap, unless the server says with status 204 that there is nothing.
    #[default]
    Report,
    /// There is nothing at this place: the pyramid has only the tiles in which there is something.
    Transparent,
}

impl Request {
    /// What each layer needs first; `now` decides what is the latest.
    pub fn steps(&self, now: Timestamp) -> Vec<Step> {
        let step = |layer: &Layer| {
            let (map, is_timeless) = (self.map, self.frames.are_timeless());
            layer.kind.clone().resolve(Asking { layer: layer.clone(), map, is_timeless, now })
        };
        self.layers.iter().map(step).collect()
    }

    /// What servers are asked first. Their answers may lead to further questions.
    pub fn questions(&self) -> Vec<Question> {
        // What is asked first does not depend on the time.
        self.steps(Timestamp::UNIX_EPOCH).iter().filter_map(Step::question).cloned().collect()
    }

    /// Its layers as far as they are known without asking a server.
    pub(crate) fn unasked(&self) -> Vec<Vec<ResolvedLayer>> {
        self.steps(Timestamp::UNIX_EPOCH).into_iter().map(Step::unasked).collect()
    }

    /// The names of a layer that its WMS does not know; empty for all other kinds of layers.
    pub fn not_offered(&self, layer: usize, capabilities: &Capabilities) -> Vec<String> {
        self.layers[layer].kind.not_offered(capabilities)
    }
}
