//! A valid request, every choice of its author made: what both dialects become. It knows no server, and nothing changes it.

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
    /// What the map shows.
    pub area: MapArea,
    /// How much room it has.
    pub room: Room,
    /// What decides how many frames there are, and what each shows.
    pub frames: AskedFrames,
    /// Bottom first.
    pub layers: Vec<Layer>,
    /// What stands above the map.
    pub header: Header,
    /// How the page looks.
    pub design: Design,
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
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The title of the whole picture.
    pub title: Option<String>,
    /// A line below it.
    pub subtitle: Option<String>,
    /// Where the data come from, in words of the request's author.
    pub source: Option<String>,
    /// Words before the map time; where they stand, the time is shown as the request writes it.
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
    /// The map, as large as it can become.
    pub fn map(&self) -> Extent {
        self.area.on(self.room.map_max())
    }

    /// What each layer needs first; `now` decides what is the latest.
    pub fn steps(&self, now: Timestamp) -> Vec<Step> {
        let step = |layer: &Layer| {
            let (map, is_timeless) = (self.map(), self.frames.are_timeless());
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
