//! The pictures of an OGC API layer, for an extent and a frame.

use crate::layers::resolved_layer::{Refusal, ResolvedKind, Wanted, tiles};
use crate::pictures::cell::Cell;
use crate::pictures::matrix_set::Levels;
use crate::pictures::mosaic::Mosaic;
use crate::pictures::{cut, outside};
use crate::plan::planned_layer::LayerSource;
use crate::resolved::axes::Axes;
use crate::resolved::dimension::identifier;
use crate::resolved::gap::Gap;
use jiff::Timestamp;
use mapreel_geo::{AxisOrder, Bbox, Crs, Extent, TimeStyle, ValidTime};
use mapreel_ogc::ServiceUrl;
use mapreel_ogc::url::service_url::URL_BYTES_MAX;
use mapreel_ogc::url::tile_address::{self, Address};
use std::sync::Arc;

/// The largest width and height of a picture, in pixels.
const SIDE_PX_MAX: u32 = 2048;

/// The values of dimensions as one parameter: `elevation(-10),member("a")`.
pub(super) fn subset(values: &[(&str, &str)]) -> Option<String> {
    let one = |(name, value): &(&str, &str)| match value.parse::<f64>() {
        Ok(_) => format!("{name}({value})"),
        Err(_) => format!("{name}(\"{value}\")"),
    };
    let all: Vec<String> = values.iter().map(one).collect();
    (!all.is_empty()).then(|| all.join(","))
}

/// Sets the parameters for a time and for values of other dimensions.
pub(super) fn set_time_and_values(request: &mut ServiceUrl, time: Option<&str>, values: &[(&str, &str)]) {
    time.into_iter().for_each(|time| request.set("datetime", time));
    subset(values).into_iter().for_each(|subset| request.set("subset", subset));
}

/// A map that the server draws.
#[derive(Debug, Clone)]
pub(super) struct Map {
    /// The request for a picture, without the parameters that change with place, size and time.
    pub request: ServiceUrl,
    pub crs: Crs,
    /// The axis order of a box.
    pub order: AxisOrder,
    pub axes: Axes,
    /// The area of the data, in degrees.
    pub degrees: Option<Bbox>,
}

impl ResolvedKind for Map {
    fn axes(&self) -> Option<&Axes> {
        Some(&self.axes)
    }

    fn along(&self, dimension: &str, values: &[String], now: Timestamp) -> Option<Arc<dyn ResolvedKind>> {
        let axes = self.axes.along(dimension, values, identifier, now)?;
        Some(Arc::new(Self { axes, ..self.clone() }))
    }

    fn pictures(&self, wanted: &Wanted<'_>) -> Result<LayerSource, Refusal> {
        let (map, max) = (wanted.map, wanted.limits.upstream_requests_max as u64);
        let Some(extent) = map.asked_in(self.crs) else {
            return Ok(LayerSource::nothing(self.crs, outside::not_in(self.crs)));
        };
        // No document that is asked for names the largest picture. Nearly all servers draw pictures of `SIDE_PX_MAX`.
        let is_large = extent.width.max(extent.height) > SIDE_PX_MAX;
        let cell = Cell::of(&extent, is_large.then(|| Cell::within(SIDE_PX_MAX, SIDE_PX_MAX)));
        let frames = wanted.moments.distinct(self.axes.are_fixed());
        if cell.count(&extent).saturating_mul(frames.len() as u64) > max {
            let hint = "fewer frames, or a smaller map";
            return Err(("too_large", "too many pictures cover the map over all frames".into(), hint));
        }
        let choice =
            |(frame, time): (usize, Option<&ValidTime>)| self.at(&extent, cell, frame, time, wanted.moments.style);
        Ok(LayerSource::of_mosaics(frames.map(choice)))
    }

    fn elsewhere(&self, map: &Extent) -> Option<String> {
        outside::elsewhere(self.degrees.as_ref(), map)
    }
}

impl Map {
    /// The pictures for frame `frame`, from 0, and its time.
    fn at(&self, extent: &Extent, cell: Cell, frame: usize, time: Option<&ValidTime>, style: &TimeStyle) -> Mosaic {
        let (values, time) = match self.axes.at(frame, time, style) {
            Ok(asked) => asked,
            Err(gap) => return Mosaic::nothing(self.crs, gap),
        };
        let mut request = self.request.clone();
        set_time_and_values(&mut request, time.as_deref(), &values);
        if request.is_too_long() {
            return Mosaic::nothing(self.crs, Gap::missing(tile_address::too_long()));
        }
        cut::mosaic(extent, cell, |part| {
            let mut request = request.clone();
            request.set("bbox", part.bbox.parameter(self.order));
            request.set("width", part.width.to_string());
            request.set("height", part.height.to_string());
            request.url()
        })
    }
}

/// Tiles of a map.
#[derive(Debug, Clone)]
pub(super) struct MapTiles {
    pub address: Address,
    pub matrix_set: String,
    /// The author's parameters.
    pub params: Vec<(String, String)>,
    pub levels: Levels,
    pub axes: Axes,
    /// The area of the data, in degrees.
    pub degrees: Option<Bbox>,
}

impl ResolvedKind for MapTiles {
    fn axes(&self) -> Option<&Axes> {
        Some(&self.axes)
    }

    fn along(&self, dimension: &str, values: &[String], now: Timestamp) -> Option<Arc<dyn ResolvedKind>> {
        let axes = self.axes.along(dimension, values, identifier, now)?;
        Some(Arc::new(Self { axes, ..self.clone() }))
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

impl MapTiles {
    /// The tiles for frame `frame`, from 0, and its time; `None` where they are more than `max`.
    fn at(
        &self,
        frame: usize,
        time: Option<&ValidTime>,
        map: &Extent,
        style: &TimeStyle,
        max: usize,
    ) -> Option<Mosaic> {
        let (values, time) = match self.axes.at(frame, time, style) {
            Ok(asked) => asked,
            Err(gap) => return Some(Mosaic::nothing(self.levels.crs, gap)),
        };
        let crs = self.levels.crs;
        let Some(wanted) = map.in_crs(crs) else { return Some(Mosaic::nothing(crs, outside::not_in(crs))) };
        let (level, grid) = self.levels.suiting(&wanted);
        let url = |column, row| self.url(level, column, row, time.as_deref(), &values);
        // The length of the longest URL is checked, because names and values come from the server and may be long.
        if url(i64::MIN, i64::MIN).len() > URL_BYTES_MAX {
            return Some(Mosaic::nothing(self.levels.crs, Gap::missing(tile_address::too_long())));
        }
        grid.mosaic(&wanted, max, url)
    }

    fn url(&self, level: &str, column: i64, row: i64, time: Option<&str>, values: &[(&str, &str)]) -> String {
        let (column, row) = (column.to_string(), row.to_string());
        let url = self.address.url(&[
            ("tileMatrix", level),
            ("tileRow", &row),
            ("tileCol", &column),
            ("tileMatrixSetId", &self.matrix_set),
            ("z", level),
            ("x", &column),
            ("y", &row),
        ]);
        // A template that does not become a URL is asked for as it is; the fetch then reports the error.
        let Ok(mut request) = ServiceUrl::parse(&url) else { return url };
        self.params.iter().for_each(|(name, value)| request.set(name, value.as_str()));
        set_time_and_values(&mut request, time, values);
        request.url()
    }
}
