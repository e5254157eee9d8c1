//! A request after its servers have answered: its layers and its frames. Planning needs nothing else.

use super::axes::Axes;
use super::timing::{AskedTime, ServerTimes};
use crate::layers::resolved_layer::ResolvedLayer;
use crate::layers::step::{Next, Question, Step};
use crate::request::design::Design;
use crate::request::output::Output;
use crate::request::request::{AskedFrames, Header, Request, TimesOf};
use crate::request::room::{MapArea, Room};
use jiff::Timestamp;
use mapreel_geo::{Side, ValidTime};

/// A request after its servers have answered.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The area of the map.
    pub area: MapArea,
    /// How the size of map and page is given.
    pub room: Room,
    /// Its frames.
    pub(crate) frames: Frames,
    /// The layers, bottom first. A layer of the request may have become several.
    pub layers: Vec<ResolvedLayer>,
    /// The header above the map.
    pub header: Header,
    /// The design of the page.
    pub design: Design,
    /// The file.
    pub output: Output,
    /// Of an estimate: what the servers have yet to name before the frames are known.
    awaited: Option<PendingFrames>,
}

/// The frames of a film.
#[derive(Debug, Clone, Default)]
pub(crate) struct Frames {
    /// The time of each frame; at least one.
    pub times: Vec<Option<ValidTime>>,
    /// The dimension that the film runs along, where that is not time.
    pub along: Option<Along>,
}

/// A dimension that a film runs along.
#[derive(Debug, Clone)]
pub(crate) struct Along {
    /// Its name, case-insensitive.
    pub dimension: String,
    /// Its value in each frame; empty in an estimate while servers have not named the values.
    pub values: Vec<String>,
}

/// What the servers have yet to name before the frames of an estimate are known.
#[derive(Debug, Clone)]
enum PendingFrames {
    /// The last or next times of the layer with this name.
    TimesOf(Side, String),
    /// All values of a dimension.
    ValuesOf(String),
}

/// Why the frames of a film are not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FramesUnknown {
    /// The times of the layer that `times` refers to are not known.
    #[error("layer `{layer}`: {why}")]
    Times {
        /// The layer's name.
        layer: String,
        /// The reason.
        why: String,
    },
    /// The values of the dimension that the film runs along are not known.
    #[error("dimension `{dimension}`: {why}")]
    Values {
        /// The dimension's name.
        dimension: String,
        /// The reason.
        why: String,
    },
}

impl Resolved {
    /// A request whose layers are resolved; each layer may have become several. `now` is the present, for "latest" times.
    ///
    /// # Errors
    /// The times or the values of the frames are not known.
    pub fn new(request: &Request, layers: Vec<Vec<ResolvedLayer>>, now: Timestamp) -> Result<Self, FramesUnknown> {
        let frames = match &request.frames {
            AskedFrames::Timeless => Frames { times: vec![None], along: None },
            AskedFrames::Times(times) => Frames { times: times.iter().cloned().map(Some).collect(), along: None },
            AskedFrames::TimesOf(of) => Frames { times: times_of(*of, &layers)?, along: None },
            AskedFrames::Values { dimension, values } => {
                let layers = layers.iter().flatten();
                Frames::along(dimension, values_of(dimension, Some(values), layers)?)
            }
            AskedFrames::AllValues { dimension } => {
                Frames::along(dimension, values_of(dimension, None, layers.iter().flatten())?)
            }
        };
        let along = |mut layer: ResolvedLayer| {
            if let Some(Along { dimension, values }) = &frames.along
                && let Some(kind) = layer.kind.along(dimension, values, now)
            {
                layer.kind = kind;
            }
            layer
        };
        let layers = layers.into_iter().flatten().map(along).collect();
        Ok(Self::made(request, frames, layers, None))
    }

    /// A request without any answer of its servers: the basis of an estimate.
    pub fn unasked(request: &Request) -> Self {
        let layers: Vec<ResolvedLayer> = request.unasked().into_iter().flatten().collect();
        let times = || vec![None; request.frames.expected()];
        let (frames, awaited) = match &request.frames {
            AskedFrames::Timeless => (Frames { times: times(), along: None }, None),
            AskedFrames::Times(known) => {
                (Frames { times: known.iter().cloned().map(Some).collect(), along: None }, None)
            }
            AskedFrames::TimesOf(of) => {
                let awaited = PendingFrames::TimesOf(of.side, layers[of.layer].name.clone());
                (Frames { times: times(), along: None }, Some(awaited))
            }
            AskedFrames::Values { dimension, values } => (Frames::along(dimension, values.clone()), None),
            AskedFrames::AllValues { dimension } => {
                let along = Along { dimension: dimension.clone(), values: Vec::new() };
                (Frames { times: times(), along: Some(along) }, Some(PendingFrames::ValuesOf(dimension.clone())))
            }
        };
        Self::made(request, frames, layers, awaited)
    }

    /// Resolves a request; `answer` returns the step after each question.
    ///
    /// # Errors
    /// As [`Resolved::new`].
    pub fn answered(
        request: &Request,
        now: Timestamp,
        mut answer: impl FnMut(usize, Question, Next) -> Step,
    ) -> Result<Self, FramesUnknown> {
        let mut layers = Vec::new();
        for (layer, mut step) in request.steps(now).into_iter().enumerate() {
            layers.push(loop {
                match step {
                    Step::Done(layers) => break layers,
                    Step::Ask(question, next) => step = answer(layer, question, next),
                }
            });
        }
        Self::new(request, layers, now)
    }

    fn made(request: &Request, frames: Frames, layers: Vec<ResolvedLayer>, awaited: Option<PendingFrames>) -> Self {
        let Request { area, room, header, design, output, .. } = request;
        let (header, output) = (header.clone(), output.clone());
        Self { area: *area, room: *room, frames, layers, header, design: *design, output, awaited }
    }

    /// The number of frames; in an estimate, the expected number.
    pub fn frames(&self) -> usize {
        self.frames.times.len()
    }

    /// The layer whose last or next times the frames will have, by its name; `None` where the times are known.
    pub fn times_awaited_of(&self) -> Option<(Side, &str)> {
        match &self.awaited {
            Some(PendingFrames::TimesOf(side, layer)) => Some((*side, layer)),
            _ => None,
        }
    }

    /// The dimension whose values the frames will have; `None` where the values are known, or the film runs along time.
    pub fn values_awaited_of(&self) -> Option<&str> {
        match &self.awaited {
            Some(PendingFrames::ValuesOf(dimension)) => Some(dimension),
            _ => None,
        }
    }

    /// Whether the film runs along a dimension that is not time.
    pub fn runs_along_values(&self) -> bool {
        self.frames.along.is_some()
    }

    /// Whether the times of a layer's pictures, and so the number of pictures, are known only after its server has
    /// answered.
    pub fn awaits_times(&self, layer: usize) -> bool {
        let ResolvedLayer { kind, is_unasked, .. } = &self.layers[layer];
        let is_open = kind.axes().is_some_and(|Axes { timing, .. }| {
            timing.known == ServerTimes::NotAsked && timing.asked != AskedTime::None
        });
        *is_unasked && is_open && self.frames.times.iter().all(Option::is_none)
    }
}

impl Frames {
    /// A frame for each value.
    fn along(dimension: &str, values: Vec<String>) -> Self {
        let along = Along { dimension: dimension.to_owned(), values };
        Self { times: vec![None; along.values.len()], along: Some(along) }
    }
}

/// The last or next times of a layer's server.
fn times_of(of: TimesOf, layers: &[Vec<ResolvedLayer>]) -> Result<Vec<Option<ValidTime>>, FramesUnknown> {
    // If the layer has become several, the lowest one decides.
    let layer = &layers[of.layer][0];
    let times = match (layer.kind.gap(), layer.kind.axes()) {
        (Some(why), _) => Err(why.to_owned()),
        (None, Some(axes)) => axes.timing.times(of.side, of.count).map_err(|why| why.to_string()),
        (None, None) => Err("it has no times".to_owned()),
    };
    let times = times.map_err(|why| FramesUnknown::Times { layer: layer.name.clone(), why })?;
    Ok(times.into_iter().map(Some).collect())
}

/// The values of a film's frames: those in the request, or all values of the first layer that has the dimension.
fn values_of<'a>(
    dimension: &str,
    given: Option<&[String]>,
    layers: impl Iterator<Item = &'a ResolvedLayer>,
) -> Result<Vec<String>, FramesUnknown> {
    let fail = |why: &str| Err(FramesUnknown::Values { dimension: dimension.to_owned(), why: why.to_owned() });
    let known: Vec<_> = layers.filter_map(|layer| Some(&layer.kind.axes()?.dimensions)).collect();
    let first = known.iter().find_map(|dimensions| dimensions.all(dimension));
    match (first, given) {
        (None, _) if !known.iter().any(|dimensions| dimensions.is_unknown()) => {
            fail("no layer has this dimension and leaves its value open")
        }
        (_, Some(values)) => Ok(values.to_vec()),
        (Some(Ok(values)), None) => Ok(values),
        (Some(Err(why)), None) => fail(&why.to_string()),
        (None, None) => fail("no server has named its values"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_request;
    use crate::request::limits::Limits;
    use mapreel_ogc::wms::capabilities::{self, Capabilities};

    fn request(times: &str) -> Request {
        let layers =
            r#"[{ "type": "natural-earth" }, { "type": "wms", "url": "http://h/", "layers": "a,b", "title": "A" }]"#;
        let request = format!(r#"{{ "map": {{ "bbox": [0, 0, 9, 9], "width": 90 }}, {times} "layers": {layers} }}"#);
        parse_request(request.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn an_estimate_tells_what_servers_have_yet_to_decide() {
        let unasked = |times: &str| Resolved::unasked(&request(times));
        let last = unasked(r#""times": { "last": 6 },"#);
        assert_eq!(last.times_awaited_of(), Some((Side::Last, "A")));
        assert_eq!((last.awaits_times(0), last.awaits_times(1), last.layers[1].is_unasked), (false, true, true));
        let listed = unasked(r#""times": ["2020-01-01", "2020-01-02"],"#);
        assert_eq!((listed.times_awaited_of(), listed.awaits_times(1)), (None, false));
        assert!(listed.layers[1].is_unasked && !listed.layers[0].is_unasked);
        assert!(unasked("").awaits_times(1), "the default of the server");
    }

    #[test]
    fn every_named_layer_must_be_offered() {
        let layer = capabilities::Layer { name: "a".into(), ..Default::default() };
        let server = Capabilities { layers: vec![layer], ..Default::default() };
        assert_eq!(request("").not_offered(1, &server), ["b"]);
        assert!(request("").not_offered(0, &server).is_empty());
    }
}
