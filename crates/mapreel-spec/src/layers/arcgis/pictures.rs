//! Pictures that the server draws.

use crate::layers::resolved_layer::{Refusal, ResolvedKind, Wanted};
use crate::pictures::cell::Cell;
use crate::pictures::mosaic::Mosaic;
use crate::pictures::{cut, outside};
use crate::plan::planned_layer::LayerSource;
use crate::resolved::axes::Axes;
use crate::resolved::gap::Gap;
use mapreel_geo::{AxisOrder, Bbox, Crs, Extent, TimeStyle, ValidTime};
use mapreel_ogc::ServiceUrl;
use mapreel_ogc::url::tile_address;

/// A time in the form of ArcGIS: a moment, or the start and end of a span, in milliseconds.
pub(super) fn as_milliseconds(time: &str) -> String {
    let moment = |time: &str| ValidTime::parse_kept(time).map(|time| time.instant().as_millisecond().to_string());
    let span =
        || time.split_once('/').and_then(|(from, to)| Some(format!("{},{}", moment(from).ok()?, moment(to).ok()?)));
    moment(time).ok().or_else(span).unwrap_or_else(|| time.to_owned())
}

/// A layer of ArcGIS that the server draws.
#[derive(Debug, Clone)]
pub(super) struct Export {
    /// The request for a picture, without the parameters that change with place, size and time.
    pub request: ServiceUrl,
    pub crs: Crs,
    /// The server's number of the CRS.
    pub number: String,
    pub axes: Axes,
    /// The largest width and height of the server's pictures, in pixels.
    pub side_px_max: [u32; 2],
    /// The area of the data, in degrees.
    pub degrees: Option<Bbox>,
}

impl ResolvedKind for Export {
    fn axes(&self) -> Option<&Axes> {
        Some(&self.axes)
    }

    fn pictures(&self, wanted: &Wanted<'_>) -> Result<LayerSource, Refusal> {
        let (map, max) = (wanted.map, wanted.limits.upstream_requests_max as u64);
        let Some(extent) = map.asked_in(self.crs) else {
            return Ok(LayerSource::nothing(self.crs, outside::not_in(self.crs)));
        };
        let cell = Cell::of(&extent, self.cell(&extent));
        let pieces = cell.count(&extent);
        if pieces > max {
            let [width, height] = self.side_px_max;
            let why = format!(
                "the server draws at most {width} × {height} pixels at once, and the map would take {pieces} such pictures"
            );
            return Ok(LayerSource::nothing(self.crs, Gap::missing(why)));
        }
        let frames = wanted.moments.distinct(self.axes.are_fixed());
        if pieces.saturating_mul(frames.len() as u64) > max {
            let hint = "fewer frames, or a smaller map: the server draws no larger pictures";
            return Err(("too_large", "too many pictures of this size cover the map".into(), hint));
        }
        Ok(LayerSource::of_mosaics(frames.map(|(_, time)| self.at(&extent, cell, time, wanted.moments.style))))
    }

    fn elsewhere(&self, map: &Extent) -> Option<String> {
        outside::elsewhere(self.degrees.as_ref(), map)
    }
}

impl Export {
    /// The size of the server's largest picture, where the map is larger.
    fn cell(&self, extent: &Extent) -> Option<Cell> {
        let [width, height] = self.side_px_max;
        let is_larger = extent.width > width || extent.height > height;
        is_larger.then(|| Cell::within(width.min(8192), height.min(8192)))
    }

    /// The pictures for a frame's time.
    fn at(&self, extent: &Extent, cell: Cell, time: Option<&ValidTime>, style: &TimeStyle) -> Mosaic {
        let time = match self.axes.timing.at(time, style) {
            Ok(time) => time,
            Err(gap) => return Mosaic::nothing(self.crs, gap),
        };
        let mut request = self.request.clone();
        request.set("bboxSR", self.number.as_str());
        request.set("imageSR", self.number.as_str());
        if let Some(time) = &time {
            request.set("time", as_milliseconds(time));
        }
        if request.is_too_long() {
            return Mosaic::nothing(self.crs, Gap::missing(tile_address::too_long()));
        }
        cut::mosaic(extent, cell, |part| {
            let mut request = request.clone();
            request.set("bbox", part.bbox.parameter(AxisOrder::XThenY));
            request.set("size", format!("{},{}", part.width, part.height));
            request.url()
        })
    }
}
