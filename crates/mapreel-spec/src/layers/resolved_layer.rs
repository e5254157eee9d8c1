//! A layer of which everything is known that its servers were asked for.

use crate::appearance::{Label, MissingTiles, OnError, Resampling};
use crate::dimension::Dimensions;
use crate::manifest::Warning;
use crate::mosaic::Mosaic;
use crate::planned_layer::Drawing;
use crate::run::Run;
use crate::series::Series;
use crate::timing::Timing;
use crate::{ColourBar, Crs, Extent, Limits, ValidTime, Zone};
use jiff::Timestamp;
use std::fmt::Debug;
use std::sync::Arc;

/// A layer of which everything is known that its servers were asked for.
#[derive(Debug, Clone)]
pub struct ResolvedLayer {
    /// Where the request describes it (JSON Pointer), for messages.
    pub pointer: String,
    /// Its title, if it has one: then it has a line in the header.
    pub title: Option<String>,
    /// What it is called where it is missing.
    pub name: String,
    pub(crate) kind: Arc<dyn ResolvedKind>,
    /// 0 (invisible) to 1.
    pub opacity: f32,
    /// The URL of its legend.
    pub legend: Option<String>,
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
    /// Nobody has asked its server what it has: an estimate.
    pub is_unasked: bool,
}

impl ResolvedLayer {
    /// The layer with the credit that its server asks for, where the request names none.
    pub(super) fn with_credit(mut self, credit: Option<String>) -> Self {
        self.attribution = self.attribution.or(credit);
        self
    }

    /// Positions of GeoJSON that are looked at for every frame: those of features that come and go, or fill its labels.
    pub(crate) fn positions_per_frame(&self) -> usize {
        let is_filled = || self.labels.iter().flatten().any(|label| label.value.contains('{'));
        self.kind.positions_per_frame(&is_filled)
    }
}

/// What a layer shows, as it is known after its servers were asked.
pub(crate) trait ResolvedKind: Debug + Send + Sync {
    /// Which of its server's times stand for those of frames.
    fn timing(&self) -> Option<&Timing> {
        None
    }

    /// Which values of its server's other dimensions are asked for.
    fn dimensions(&self) -> Option<&Dimensions> {
        None
    }

    /// Why nothing can be drawn.
    fn gap(&self) -> Option<&str> {
        None
    }

    /// The same in a film that runs along a dimension; `None`: it is not concerned.
    fn along(&self, _dimension: &str, _values: &[String], _now: Timestamp) -> Option<Arc<dyn ResolvedKind>> {
        None
    }

    /// A label of the request's as it stands in the header at a time; `None`: not at this time.
    fn label(&self, label: &Label, _: Option<&ValidTime>) -> Option<String> {
        Some(label.text())
    }

    /// Whether the time that is asked for stands behind the title.
    fn shows_its_time(&self) -> bool {
        true
    }

    /// See [`ResolvedLayer::positions_per_frame`].
    fn positions_per_frame(&self, _labels_are_filled: &dyn Fn() -> bool) -> usize {
        0
    }

    /// What is drawn in each frame on a map.
    ///
    /// # Errors
    /// It would cost more than the limits allow.
    fn pictures(&self, wanted: &Wanted<'_>) -> Result<Pictures, Refusal>;

    /// Why its pictures may be empty: its server says that it has data elsewhere.
    fn elsewhere(&self, _: &Extent) -> Option<String> {
        None
    }

    /// What of a map lies beyond its world.
    fn beyond(&self, _: &Extent) -> Option<String> {
        None
    }

    /// The run of the forecast that every request names: whether it is still offered is asked again at the end.
    fn run(&self) -> Option<&Run> {
        None
    }
}

/// The frames and the map that are planned.
pub(crate) struct Wanted<'a> {
    pub map: &'a Extent,
    /// The frames of the whole film that are planned, counted from 0.
    pub frames: &'a [usize],
    /// The time of each of them.
    pub times: &'a [Option<ValidTime>],
    pub zone: &'a Zone,
    pub limits: &'a Limits,
}

impl Wanted<'_> {
    /// Each frame and its time, or, of what is the same in all, the first alone.
    pub(super) fn distinct(&self, is_fixed: bool) -> impl ExactSizeIterator<Item = (usize, Option<&ValidTime>)> {
        let count = if is_fixed { 1 } else { self.frames.len() };
        self.frames[..count].iter().zip(self.times).map(|(frame, time)| (*frame, time.as_ref()))
    }
}

/// What is drawn for a layer.
pub(crate) struct Pictures {
    pub drawing: Drawing,
    /// The time that the source is asked for, or that of the newest feature shown.
    pub times_used: Series<Option<String>>,
}

impl Pictures {
    /// The same in every frame, without a time.
    pub(super) fn still(drawing: Drawing) -> Self {
        Self { drawing, times_used: Series::Same(None) }
    }

    /// What a server is asked for, frame by frame.
    pub(super) fn chosen(choices: impl Iterator<Item = Choice>) -> Self {
        let (mosaics, used) = choices.map(|choice| (choice.mosaic, choice.time)).unzip();
        Self { drawing: Drawing::Pictures(Series::new(mosaics)), times_used: Series::new(used) }
    }

    /// Nothing in any frame, and why.
    pub(super) fn nothing(crs: Crs, gap: crate::Gap) -> Self {
        Self::chosen(std::iter::once(Choice::nothing(crs, gap)))
    }

    /// The tiles of each frame, where they are no more in all than the limits allow; `at` is `None` for a frame of more than that.
    pub(super) fn tiles<'a>(
        wanted: &Wanted<'_>,
        crs: Crs,
        frames: impl Iterator<Item = (usize, Option<&'a ValidTime>)>,
        at: impl Fn(usize, Option<&ValidTime>) -> Option<Choice>,
    ) -> Result<Self, Refusal> {
        let mut left = wanted.limits.upstream_requests_max;
        let choice = |(frame, time): (usize, Option<&ValidTime>)| {
            let choice = at(frame, time).unwrap_or_else(|| Choice::nothing(crs, too_fine(wanted.limits)));
            left = left.checked_sub(choice.mosaic.pieces.len()).ok_or((
                "too_large",
                "too many tiles over all frames".to_owned(),
                "a smaller map, or fewer frames",
            ))?;
            Ok(choice)
        };
        Ok(Self::chosen(frames.map(choice).collect::<Result<Vec<_>, Refusal>>()?.into_iter()))
    }
}

/// What is asked for in one frame.
pub(super) struct Choice {
    pub mosaic: Mosaic,
    /// The time that is asked for, as the server writes it.
    pub time: Option<String>,
}

impl Choice {
    /// No picture, and why.
    pub(super) fn nothing(crs: Crs, gap: crate::Gap) -> Self {
        Self { mosaic: Mosaic::nothing(crs, gap), time: None }
    }
}

/// Why a layer is refused: a code, what is wrong, and what to do.
pub(crate) type Refusal = (&'static str, String, &'static str);

/// A layer that cannot be drawn, and why.
#[derive(Debug)]
pub(super) struct Gap(pub String);

impl ResolvedKind for Gap {
    fn gap(&self) -> Option<&str> {
        Some(&self.0)
    }

    fn pictures(&self, _: &Wanted<'_>) -> Result<Pictures, Refusal> {
        Ok(Pictures::still(Drawing::Missing(self.0.clone())))
    }
}

/// A layer whose server has not been asked: its times may be those of the frames, and its tiles are not known.
#[derive(Debug)]
pub(super) struct Unasked {
    pub timing: Timing,
}

impl ResolvedKind for Unasked {
    fn timing(&self) -> Option<&Timing> {
        Some(&self.timing)
    }

    fn pictures(&self, wanted: &Wanted<'_>) -> Result<Pictures, Refusal> {
        let choice = |(_, time): (usize, Option<&ValidTime>)| Choice {
            mosaic: Mosaic::nothing(wanted.map.crs, crate::Gap::missing("its server has not been asked yet")),
            time: time.map(|time| time.text().to_owned()),
        };
        Ok(Pictures::chosen(wanted.distinct(self.timing.is_fixed()).map(choice)))
    }
}

/// A server has no level that is coarse enough for a map.
pub(super) fn too_fine(limits: &Limits) -> crate::Gap {
    let max = limits.upstream_requests_max;
    crate::Gap::missing(format!("more than {max} tiles of the coarsest level that its server has would cover this map"))
}
