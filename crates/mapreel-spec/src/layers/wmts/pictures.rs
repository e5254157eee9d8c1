//! The tiles of a WMTS layer, for an extent and a frame.

use crate::layers::resolved_layer::{Moments, Refusal, ResolvedKind, Wanted, tiles, times_asked_for};
use crate::pictures::matrix_set::Levels;
use crate::pictures::mosaic::Mosaic;
use crate::pictures::outside;
use crate::plan::planned_layer::LayerSource;
use crate::resolved::axes::Axes;
use crate::resolved::dimension::identifier;
use crate::resolved::gap::Gap;
use crate::resolved::series::Series;
use crate::resolved::timing::{AskedTime, ServerTimes};
use jiff::Timestamp;
use mapreel_geo::{Bbox, Extent, TimeStyle, ValidTime};
use mapreel_ogc::url::service_url::URL_BYTES_MAX;
use mapreel_ogc::url::tile_address::{self, Address};
use std::sync::Arc;

/// A layer of a WMTS, with its server's description.
#[derive(Debug, Clone)]
pub(super) struct ResolvedWmts {
    pub axes: Axes,
    pub levels: Levels,
    pub address: Address,
    /// The placeholder or parameter of the time, and the server's default time.
    pub time: Option<(String, Option<String>)>,
    /// Values of dimensions that the request leaves open. A tile's address must name them all the same.
    pub single: Vec<(String, String)>,
    /// The area of the data, in degrees.
    pub degrees: Option<Bbox>,
}

impl ResolvedKind for ResolvedWmts {
    fn axes(&self) -> Option<&Axes> {
        Some(&self.axes)
    }

    fn along(&self, dimension: &str, values: &[String], now: Timestamp) -> Option<Arc<dyn ResolvedKind>> {
        let axes = self.axes.along(dimension, values, identifier, now)?;
        let is_chosen = |name: &str| axes.dimensions.parameters().any(|chosen| chosen == name);
        let single = self.single.iter().filter(|(name, _)| !is_chosen(name)).cloned().collect();
        Some(Arc::new(Self { axes, single, ..self.clone() }))
    }

    fn times_used(&self, moments: &Moments<'_>) -> Series<Option<String>> {
        times_asked_for(Some(&self.axes).filter(|_| self.can_be_asked_for_a_time()), moments)
    }

    fn pictures(&self, wanted: &Wanted<'_>) -> Result<LayerSource, Refusal> {
        let frames = wanted.moments.distinct(self.axes.are_fixed());
        let max = wanted.limits.upstream_requests_max;
        tiles(wanted, self.levels.crs, frames, |frame, time| {
            self.at(frame, time, wanted.map, wanted.moments.style, max)
        })
    }

    fn elsewhere(&self, map: &Extent) -> Option<String> {
        outside::elsewhere(self.degrees.as_ref(), map)
    }

    fn beyond(&self, map: &Extent) -> Option<String> {
        outside::beyond_mercator(self.levels.crs, self.degrees.as_ref(), map)
    }
}

impl ResolvedWmts {
    /// Why the time of the tiles is not known where a request names none; `None` where it is known.
    pub(super) fn default_unknown(&self) -> Option<&'static str> {
        let is_matched = matches!(self.axes.timing.asked, AskedTime::Matched(_));
        let has_choice = matches!(&self.axes.timing.known, ServerTimes::Times { axis, .. } if axis.count() != Some(1));
        (is_matched && has_choice && !self.can_be_asked_for_a_time())
            .then_some("the server cannot be asked for a time, and which of its times it draws is not known")
    }

    /// The tiles for frame `frame`, from 0, and its time; `None` where they are more than `max`.
    pub(super) fn at(
        &self,
        frame: usize,
        time: Option<&ValidTime>,
        map: &Extent,
        style: &TimeStyle,
        max: usize,
    ) -> Option<Mosaic> {
        let nothing = |why: String| Mosaic::nothing(self.levels.crs, Gap::missing(why));
        let values = match self.axes.dimensions.at(frame) {
            Ok(values) => values,
            Err(gap) => return Some(Mosaic::nothing(self.levels.crs, gap)),
        };
        if let Some((name, _)) = values.iter().find(|(name, _)| !self.address.has_place_for(name)) {
            return Some(nothing(format!("the server cannot be asked for a value of {name}")));
        }
        let is_given = matches!(self.axes.timing.asked, AskedTime::Given(_));
        match self.axes.timing.at(time, style) {
            Ok(text) if self.can_be_asked_for_a_time() => self.mosaic(map, text.as_deref(), &values, max),
            Ok(Some(_)) if time.is_some() || is_given => Some(nothing("the server cannot be asked for a time".into())),
            Ok(_) => self.mosaic(map, None, &values, max),
            Err(gap) => Some(Mosaic::nothing(self.levels.crs, gap)),
        }
    }

    fn can_be_asked_for_a_time(&self) -> bool {
        self.time.as_ref().is_none_or(|(name, _)| self.address.has_place_for(name))
    }

    fn mosaic(&self, map: &Extent, time: Option<&str>, dimensions: &[(&str, &str)], max: usize) -> Option<Mosaic> {
        let crs = self.levels.crs;
        let Some(wanted) = map.in_crs(crs) else { return Some(Mosaic::nothing(crs, outside::not_in(crs))) };
        let (name, grid) = self.levels.suiting(&wanted);
        // The length of the longest URL is checked, because names and values come from the server and may be long.
        if self.url(name, i64::MIN, i64::MIN, time, dimensions).len() > URL_BYTES_MAX {
            return Some(Mosaic::nothing(crs, Gap::missing(tile_address::too_long())));
        }
        grid.mosaic(&wanted, max, |column, row| self.url(name, column, row, time, dimensions))
    }

    fn url(&self, level: &str, column: i64, row: i64, time: Option<&str>, dimensions: &[(&str, &str)]) -> String {
        let (column, row) = (column.to_string(), row.to_string());
        let mut values = vec![("TILEMATRIX", level), ("TILEROW", &row), ("TILECOL", &column)];
        values.extend(self.single.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        values.extend(dimensions);
        if let Some((name, default)) = &self.time {
            // In a URL with parameters the server applies its default itself; a placeholder of a template must be
            // filled.
            let default = default.as_deref().filter(|_| matches!(self.address, Address::Template(_)));
            values.extend(time.or(default).map(|value| (name.as_str(), value)));
        }
        self.address.url(&values)
    }
}
