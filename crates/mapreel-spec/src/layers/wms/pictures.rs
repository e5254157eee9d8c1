//! The pictures of a WMS layer, for an extent and a frame.

use crate::layers::resolved_layer::{Refusal, ResolvedKind, Wanted};
use crate::pictures::cell::Cell;
use crate::pictures::map_service::Service;
use crate::pictures::mosaic::Mosaic;
use crate::plan::planned_layer::LayerSource;
use crate::resolved::axes::Axes;
use crate::resolved::gap::Gap;
use crate::resolved::run::Run;
use jiff::Timestamp;
use mapreel_geo::{Extent, TimeStyle, ValidTime};
use mapreel_ogc::wms::capabilities::{Dialect, Dimension};
use std::sync::Arc;

/// The size of pictures where the server names no maximum, in pixels.
pub(super) const NO_LIMIT: [u32; 2] = [u32::MAX; 2];

/// A layer of a WMS, with its server's description.
#[derive(Debug, Clone)]
pub(super) struct ResolvedWms {
    pub service: Service,
    pub axes: Axes,
    pub run: Option<Run>,
    /// The vendor parameters that the server understands.
    pub dialect: Dialect,
    /// The largest width and height of the server's pictures, in pixels.
    pub side_px_max: [u32; 2],
    /// Whether the server was asked for its description; only the server knows the size of its largest picture.
    pub is_described: bool,
    /// Why the pictures may be empty: the server says that its data are elsewhere.
    pub elsewhere: Option<String>,
}

impl ResolvedKind for ResolvedWms {
    fn axes(&self) -> Option<&Axes> {
        Some(&self.axes)
    }

    fn along(&self, dimension: &str, values: &[String], now: Timestamp) -> Option<Arc<dyn ResolvedKind>> {
        let axes = self.axes.along(dimension, values, Dimension::parameter, now)?;
        // A film along the runs has no single run that the server could drop.
        let run = self.run.clone().filter(|_| axes.dimensions.run().is_some());
        Some(Arc::new(Self { axes, run, ..self.clone() }))
    }

    fn pictures(&self, wanted: &Wanted<'_>) -> Result<LayerSource, Refusal> {
        let (service, map, max) =
            (self.service_for(wanted.map), wanted.map, wanted.limits.upstream_requests_max as u64);
        let pieces = service.pieces(map);
        if let Some(why) = self.too_many_pieces(&service, pieces, max) {
            return Ok(LayerSource::nothing(self.service.crs, Gap::missing(why)));
        }
        let frames = wanted.moments.distinct(self.axes.are_fixed());
        if pieces.saturating_mul(frames.len() as u64) > max {
            let hint = match self.is_described {
                false => "a larger `width` and `height` in `params`",
                true => "fewer frames, or a smaller map: the server draws no larger pictures",
            };
            return Err(("too_large", "too many pictures of this size cover the map".into(), hint));
        }
        Ok(LayerSource::of_mosaics(
            frames.map(|(frame, time)| self.at(&service, frame, time, map, wanted.moments.style)),
        ))
    }

    fn elsewhere(&self, _: &Extent) -> Option<String> {
        self.elsewhere.clone()
    }

    fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }
}

impl ResolvedWms {
    /// The service, with the map cut into cells where the server cannot draw it as one picture.
    fn service_for(&self, map: &Extent) -> Service {
        let mut service = self.service.clone();
        let [width, height] = self.side_px_max;
        if let (None, Some(extent)) = (service.cell, map.asked_in(service.crs))
            && (extent.width > width || extent.height > height)
        {
            service.cell = Some(Cell::within(width.min(8192), height.min(8192)));
        }
        service
    }

    /// Why the server cannot draw the map: a single frame would take more pictures than a job may ask for. This is a gap of the
    /// layer, not a problem of the request.
    fn too_many_pieces(&self, service: &Service, pieces: u64, max: u64) -> Option<String> {
        let cell = service.cell.filter(|_| self.is_described)?;
        let gutters = 2 * cell.gutter;
        (pieces > max).then(|| {
            let (width, height) = (cell.width + gutters, cell.height + gutters);
            format!("the server draws at most {width} × {height} pixels at once, and the map would take {pieces} such pictures")
        })
    }

    /// The pictures for frame `frame`, from 0, and its time.
    fn at(&self, service: &Service, frame: usize, time: Option<&ValidTime>, map: &Extent, style: &TimeStyle) -> Mosaic {
        match self.axes.at(frame, time, style) {
            Ok((values, time)) => service.mosaic(map, time.as_deref(), &values),
            Err(gap) => Mosaic::nothing(self.service.crs, gap),
        }
    }
}
