//! A layer of which everything is known that its servers were asked for.

use crate::pictures::mosaic::Mosaic;
use crate::plan::manifest::Warning;
use crate::plan::planned_layer::LayerSource;
use crate::request::appearance::{Label, MissingTiles, OnError, Resampling};
use crate::request::limits::Limits;
use crate::resolved::axes::Axes;
use crate::resolved::gap::Gap;
use crate::resolved::run::Run;
use crate::resolved::series::Series;
use crate::vector::colour_bar::ColourBar;
use jiff::Timestamp;
use mapreel_geo::{Crs, Extent, TimeStyle, ValidTime};
use mapreel_ogc::LegendSource;
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
    /// Whether the request or its server calls it so; otherwise the name says only which of the request's layers it is.
    pub is_named: bool,
    pub(crate) kind: Arc<dyn ResolvedKind>,
    /// 0 (invisible) to 1.
    pub opacity: f32,
    /// Its legend.
    pub legend: Option<LegendSource>,
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

    /// The layer with the legend that its server has, where the request names no other.
    pub(super) fn with_legend(mut self, legend: Option<LegendSource>) -> Self {
        self.legend = self.legend.or(legend);
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
    /// Which of its server's times stand for those of frames, and which values of other dimensions are asked for; `None`: it does
    /// not change with them.
    fn axes(&self) -> Option<&Axes> {
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

    /// The time that the source is asked for in each frame, as it writes it, or that of the newest feature shown.
    fn times_used(&self, moments: &Moments<'_>) -> Series<Option<String>> {
        times_asked_for(self.axes(), moments)
    }

    /// Whether it is drawn from what the plan has, and not from pictures that are fetched.
    fn is_drawn_here(&self) -> bool {
        false
    }

    /// What is drawn in each frame on a map.
    ///
    /// # Errors
    /// It would cost more than the limits allow.
    fn pictures(&self, wanted: &Wanted<'_>) -> Result<LayerSource, Refusal>;

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

/// The frames that are planned.
pub(crate) struct Moments<'a> {
    /// Which of the whole film, counted from 0.
    pub frames: &'a [usize],
    /// The time of each of them.
    pub times: &'a [Option<ValidTime>],
    pub style: &'a TimeStyle,
}

impl Moments<'_> {
    /// Each frame and its time, or, of what is the same in all, the first alone.
    pub(super) fn distinct(&self, is_fixed: bool) -> impl ExactSizeIterator<Item = (usize, Option<&ValidTime>)> {
        let count = if is_fixed { 1 } else { self.frames.len() };
        self.frames[..count].iter().zip(self.times).map(|(frame, time)| (*frame, time.as_ref()))
    }
}

/// The frames and the map that are planned.
pub(crate) struct Wanted<'a> {
    pub map: &'a Extent,
    pub moments: &'a Moments<'a>,
    pub limits: &'a Limits,
}

/// The times of a server that each frame is asked for; none where the server has none that suits, nor another dimension's value.
pub(super) fn times_asked_for(axes: Option<&Axes>, moments: &Moments<'_>) -> Series<Option<String>> {
    let Some(axes) = axes else { return Series::Same(None) };
    let used = |(frame, time): (usize, Option<&ValidTime>)| axes.at(frame, time, moments.style).ok()?.1;
    Series::new(moments.distinct(axes.are_fixed()).map(used).collect())
}

/// The tiles of each frame, where they are no more in all than the limits allow; `at` is `None` for a frame of more than that.
pub(super) fn tiles<'a>(
    wanted: &Wanted<'_>,
    crs: Crs,
    frames: impl Iterator<Item = (usize, Option<&'a ValidTime>)>,
    at: impl Fn(usize, Option<&ValidTime>) -> Option<Mosaic>,
) -> Result<LayerSource, Refusal> {
    let mut left = wanted.limits.upstream_requests_max;
    let mosaic = |(frame, time): (usize, Option<&ValidTime>)| {
        let mosaic = at(frame, time).unwrap_or_else(|| Mosaic::nothing(crs, too_fine(wanted.limits)));
        left = left.checked_sub(mosaic.pieces.len()).ok_or((
            "too_large",
            "too many tiles over all frames".to_owned(),
            "a smaller map, or fewer frames",
        ))?;
        Ok(mosaic)
    };
    Ok(LayerSource::Pictures(Series::new(frames.map(mosaic).collect::<Result<Vec<_>, Refusal>>()?)))
}

/// Why a layer is refused: a code, what is wrong, and what to do.
pub(crate) type Refusal = (&'static str, String, &'static str);

/// A layer that cannot be drawn, and why.
#[derive(Debug)]
pub(super) struct Undrawable(pub String);

impl ResolvedKind for Undrawable {
    fn gap(&self) -> Option<&str> {
        Some(&self.0)
    }

    fn pictures(&self, _: &Wanted<'_>) -> Result<LayerSource, Refusal> {
        Ok(LayerSource::Missing(self.0.clone()))
    }
}

/// A layer whose server has not been asked: its times may be those of the frames, and its tiles are not known.
#[derive(Debug)]
pub(super) struct Unasked {
    pub axes: Axes,
}

impl ResolvedKind for Unasked {
    fn axes(&self) -> Option<&Axes> {
        Some(&self.axes)
    }

    /// Any time that a frame has may be one of its server's.
    fn times_used(&self, moments: &Moments<'_>) -> Series<Option<String>> {
        let used = |(_, time): (usize, Option<&ValidTime>)| time.map(|time| time.text().to_owned());
        Series::new(moments.distinct(self.axes.are_fixed()).map(used).collect())
    }

    fn pictures(&self, wanted: &Wanted<'_>) -> Result<LayerSource, Refusal> {
        let gap = Gap::missing("its server has not been asked yet");
        Ok(LayerSource::nothing(wanted.map.crs, gap))
    }
}

/// A server has no level that is coarse enough for a map.
pub(super) fn too_fine(limits: &Limits) -> Gap {
    let max = limits.upstream_requests_max;
    Gap::missing(format!("more than {max} tiles of the coarsest level that its server has would cover this map"))
}
