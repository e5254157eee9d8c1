//! A resolved layer: its servers have answered all questions.

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

/// A layer whose servers have answered all questions.
#[derive(Debug, Clone)]
pub struct ResolvedLayer {
    /// Where the request describes it (JSON Pointer), for messages.
    pub pointer: String,
    /// Its title, if it has one. A layer with a title has a line in the header.
    pub title: Option<String>,
    /// Its name in warnings and notices.
    pub name: String,
    /// Whether the name comes from the request or the server. Otherwise it is only `layer` and a number.
    pub is_named: bool,
    pub(crate) kind: Arc<dyn ResolvedKind>,
    /// 0 (invisible) to 1.
    pub opacity: f32,
    /// Its legend.
    pub legend: Option<LegendSource>,
    /// The numbers of the legend, where the legend is a strip of colours.
    pub colour_bar: Option<ColourBar>,
    /// How its pictures are resampled where their pixels are not those of the map.
    pub resampling: Resampling,
    /// The credit that its provider asks for.
    pub attribution: Option<String>,
    /// The labels of its line in the header.
    pub labels: Series<Vec<Label>>,
    /// What it means that a tile is missing.
    pub missing_tiles: MissingTiles,
    /// What happens when the layer cannot be drawn.
    pub on_error: OnError,
    /// Warnings for all frames: where the server's documents differ from the request.
    pub warnings: Vec<Warning>,
    /// Whether its server has not been asked: the layer is an estimate.
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

    /// The number of GeoJSON positions that each frame looks at: of features with times, or of features that fill labels.
    pub(crate) fn positions_per_frame(&self) -> usize {
        let is_filled = || self.labels.iter().flatten().any(|label| label.value.contains('{'));
        self.kind.positions_per_frame(&is_filled)
    }
}

/// The part of a layer that its kind decides, after its servers have answered.
pub(crate) trait ResolvedKind: Debug + Send + Sync {
    /// The times and the values of other dimensions that each frame asks for; `None` where the layer is the same in every frame.
    fn axes(&self) -> Option<&Axes> {
        None
    }

    /// Why the layer cannot be drawn.
    fn gap(&self) -> Option<&str> {
        None
    }

    /// The layer in a film along a dimension; `None` where the film does not change it.
    fn along(&self, _dimension: &str, _values: &[String], _now: Timestamp) -> Option<Arc<dyn ResolvedKind>> {
        None
    }

    /// The text of a label at a time; `None` where the label is not shown then.
    fn label(&self, label: &Label, _: Option<&ValidTime>) -> Option<String> {
        Some(label.text())
    }

    /// Whether the header shows the layer's time after its title.
    fn shows_its_time(&self) -> bool {
        true
    }

    /// See [`ResolvedLayer::positions_per_frame`].
    fn positions_per_frame(&self, _labels_are_filled: &dyn Fn() -> bool) -> usize {
        0
    }

    /// For each frame the time that the source is asked for, as the source writes it, or the time of the newest feature shown.
    fn times_used(&self, moments: &Moments<'_>) -> Series<Option<String>> {
        times_asked_for(self.axes(), moments)
    }

    /// Whether the layer is drawn from data in the plan, without fetching pictures.
    fn is_drawn_here(&self) -> bool {
        false
    }

    /// The pictures of each frame, or the data that the renderer draws.
    ///
    /// # Errors
    /// The layer would cost more than the limits allow.
    fn pictures(&self, wanted: &Wanted<'_>) -> Result<LayerSource, Refusal>;

    /// Why the pictures may be empty: the server says that its data are elsewhere.
    fn elsewhere(&self, _: &Extent) -> Option<String> {
        None
    }

    /// What part of the map lies beyond the world of the layer's CRS.
    fn beyond(&self, _: &Extent) -> Option<String> {
        None
    }

    /// The forecast run that every request names. At the end of a job, the server is asked again whether it still offers this
    /// run.
    fn run(&self) -> Option<&Run> {
        None
    }
}

/// The frames that are planned.
pub(crate) struct Moments<'a> {
    /// The indices of the frames in the whole film, from 0.
    pub frames: &'a [usize],
    /// The time of each frame.
    pub times: &'a [Option<ValidTime>],
    pub style: &'a TimeStyle,
}

impl Moments<'_> {
    /// Each frame with its time; only the first where all frames are the same.
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

/// The time that the server is asked for in each frame; `None` where the server has no matching time or no such value of another
/// dimension.
pub(super) fn times_asked_for(axes: Option<&Axes>, moments: &Moments<'_>) -> Series<Option<String>> {
    let Some(axes) = axes else { return Series::Same(None) };
    let used = |(frame, time): (usize, Option<&ValidTime>)| axes.at(frame, time, moments.style).ok()?.1;
    Series::new(moments.distinct(axes.are_fixed()).map(used).collect())
}

/// The tiles of each frame; an error where all frames together exceed the limit. `at` returns `None` where a single frame exceeds
/// it.
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

/// Why a layer is refused: the code, the message and the hint of a problem.
pub(crate) type Refusal = (&'static str, String, &'static str);

/// A layer that cannot be drawn, and the reason.
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

/// A layer whose server has not been asked. Its times are estimated as those of the frames; its tiles are not known.
#[derive(Debug)]
pub(super) struct Unasked {
    pub axes: Axes,
}

impl ResolvedKind for Unasked {
    fn axes(&self) -> Option<&Axes> {
        Some(&self.axes)
    }

    /// Every frame's time is assumed to be a time of the server.
    fn times_used(&self, moments: &Moments<'_>) -> Series<Option<String>> {
        let used = |(_, time): (usize, Option<&ValidTime>)| time.map(|time| time.text().to_owned());
        Series::new(moments.distinct(self.axes.are_fixed()).map(used).collect())
    }

    fn pictures(&self, wanted: &Wanted<'_>) -> Result<LayerSource, Refusal> {
        let gap = Gap::missing("its server has not been asked yet");
        Ok(LayerSource::nothing(wanted.map.crs, gap))
    }
}

/// The gap of a map for which the server has no level that is coarse enough.
pub(super) fn too_fine(limits: &Limits) -> Gap {
    let max = limits.upstream_requests_max;
    Gap::missing(format!("more than {max} tiles of the coarsest level that its server has would cover this map"))
}
