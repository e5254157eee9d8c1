//! A valid request, with all choices of its author: both dialects become one. It has no knowledge of any server, and it
//! never changes.

use super::design::Design;
use super::output::Output;
use super::room::{MapArea, Room};
use crate::layers::layer::{Asking, Layer};
use crate::layers::resolved_layer::ResolvedLayer;
use crate::layers::step::{Question, Step};
use jiff::Timestamp;
use mapreel_geo::Side;
use mapreel_geo::{Extent, TimeStyle, ValidTime};
use mapreel_ogc::wms::capabilities::Capabilities;

/// A request for an animation, or for an image: an animation of one frame.
#[derive(Debug, Clone)]
pub struct Request {
    /// The area of the map.
    pub area: MapArea,
    /// How the size of map and page is given.
    pub room: Room,
    /// The number of frames, and the time or value of each.
    pub frames: AskedFrames,
    /// The layers, bottom first.
    pub layers: Vec<Layer>,
    /// The header above the map.
    pub header: Header,
    /// The design of the page.
    pub design: Design,
    /// The file.
    pub output: Output,
}

/// The number of frames, and the time or value of each.
#[derive(Debug, Clone, PartialEq)]
pub enum AskedFrames {
    /// One frame without a time: each layer shows its server's default time, or the latest.
    Timeless,
    /// A frame for each of these times, in order; never empty.
    Times(Vec<ValidTime>),
    /// A frame for each of the last or next times of a layer's server.
    TimesOf(TimesOf),
    /// A frame for each value of a dimension other than time.
    Values {
        /// The dimension's name, case-insensitive.
        dimension: String,
        /// The values; at least one.
        values: Vec<String>,
    },
    /// A frame for each value that servers name for a dimension.
    AllValues {
        /// The dimension's name, case-insensitive.
        dimension: String,
    },
}

/// The last or next times of a layer's server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimesOf {
    /// The last or the next.
    pub side: Side,
    /// The number of times.
    pub count: usize,
    /// The index of the layer.
    pub layer: usize,
}

impl AskedFrames {
    /// The expected number of frames where a film shows all values of a dimension and no server has named them yet.
    const ALL_VALUES_EXPECTED: usize = 24;

    /// The number of frames; where servers decide it, the expected number until they have answered.
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

    /// Whether the request names no times, so that each layer shows its server's default time, or the latest.
    pub(crate) fn are_timeless(&self) -> bool {
        !self.are_times()
    }
}

/// The header above the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The title of the whole picture.
    pub title: Option<String>,
    /// A line below it.
    pub subtitle: Option<String>,
    /// The source of the data, in the author's words.
    pub source: Option<String>,
    /// Words before the map time. With them, the header shows the time as the request writes it.
    pub time_prefix: Option<&'static str>,
    /// How times are written.
    pub times: TimeStyle,
    /// Whether layers with a title have lines of their own.
    pub shows_layers: bool,
}

impl Default for Header {
    fn default() -> Self {
        Self {
            title: None,
            subtitle: None,
            source: None,
            time_prefix: None,
            times: TimeStyle::default(),
            shows_layers: true,
        }
    }
}

impl Request {
    /// The map at the largest size that it may get.
    pub fn map(&self) -> Extent {
        self.area.on(self.room.map_max())
    }

    /// The first step of each layer; `now` is the present, for "latest", "last" and "next" times.
    pub fn steps(&self, now: Timestamp) -> Vec<Step> {
        let step = |layer: &Layer| {
            let (map, is_timeless) = (self.map(), self.frames.are_timeless());
            layer.kind.clone().resolve(Asking { layer: layer.clone(), map, is_timeless, now })
        };
        self.layers.iter().map(step).collect()
    }

    /// The first questions to servers. Their answers may lead to more questions.
    pub fn questions(&self) -> Vec<Question> {
        // The first questions do not depend on `now`.
        self.steps(Timestamp::UNIX_EPOCH).iter().filter_map(Step::question).cloned().collect()
    }

    /// The layers as they are without any answer.
    pub(crate) fn unasked(&self) -> Vec<Vec<ResolvedLayer>> {
        self.steps(Timestamp::UNIX_EPOCH).into_iter().map(Step::unasked).collect()
    }

    /// The names of a layer's WMS layers that the server does not offer; empty for all other kinds of layers.
    pub fn not_offered(&self, layer: usize, capabilities: &Capabilities) -> Vec<String> {
        self.layers[layer].kind.not_offered(capabilities)
    }
}
