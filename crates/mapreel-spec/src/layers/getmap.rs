//! Whole GetMap requests, written by the client: the overlays of the first dialect.

use super::layer::{Asking, LayerKind};
use super::resolved_layer::{Moments, Refusal, ResolvedKind, Wanted};
use super::step::Step;
use crate::pictures::cell::Cell;
use crate::pictures::map_service::{NotABox, mosaic, read_bbox, refuse_pictures_of_errors};
use crate::pictures::mosaic::Mosaic;
use crate::plan::planned_layer::LayerSource;
use crate::resolved::series::Series;
use mapreel_geo::{Crs, Extent};
use mapreel_ogc::ServiceUrl;
use std::sync::Arc;

/// One GetMap request for all frames, or one for each frame.
#[derive(Debug)]
pub(crate) struct GetMaps(pub Series<GetMap>);

impl LayerKind for GetMaps {
    fn resolve(self: Arc<Self>, asking: Asking) -> Step {
        Step::done(asking.resolved(self))
    }
}

impl ResolvedKind for GetMaps {
    /// The first dialect has labels of its own for the valid time.
    fn shows_its_time(&self) -> bool {
        false
    }

    fn times_used(&self, moments: &Moments<'_>) -> Series<Option<String>> {
        let requests = self.0.narrowed(moments.frames);
        Series::new(requests.iter().map(|request| request.time().map(str::to_owned)).collect())
    }

    fn pictures(&self, wanted: &Wanted<'_>) -> Result<LayerSource, Refusal> {
        let requests = self.0.narrowed(wanted.moments.frames);
        Ok(LayerSource::of_mosaics(requests.iter().map(|request| request.mosaic().on(wanted.map))))
    }
}

/// A whole GetMap request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GetMap {
    request: ServiceUrl,
    crs_code: String,
    /// The area and size of the picture. The bbox runs past ±180° where it crosses the date line.
    pub(crate) extent: Extent,
}

/// Why a URL is not a GetMap request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotGetMap {
    #[error("not a URL: {0}")]
    NotAUrl(#[from] url::ParseError),
    #[error("the URL has no `{0}` parameter")]
    Without(&'static str),
    #[error("the URL has no `srs` or `crs` parameter")]
    WithoutCrs,
    #[error("{0}")]
    Crs(String),
    #[error("`{name}={text}` is not a size in pixels")]
    Side { name: &'static str, text: String },
    #[error(transparent)]
    Bbox(#[from] NotABox),
}

impl GetMap {
    /// Reads a GetMap URL.
    ///
    /// # Errors
    /// Which parameter is missing or wrong.
    pub(crate) fn parse(url: &str) -> Result<Self, NotGetMap> {
        let request = ServiceUrl::parse(url)?;
        let need = |name: &'static str| request.get(name).filter(|v| !v.is_empty()).ok_or(NotGetMap::Without(name));
        let side = |name: &'static str| {
            let text = need(name)?;
            let side = text.parse::<u32>().ok().filter(|n| (1..=8192).contains(n));
            side.ok_or_else(|| NotGetMap::Side { name, text: text.to_owned() })
        };
        let crs_code = request.get("CRS").or(request.get("SRS")).ok_or(NotGetMap::WithoutCrs)?.to_owned();
        let crs = Crs::parse(&crs_code).ok_or_else(|| NotGetMap::Crs(Crs::why_not(&crs_code)))?;
        let (width, height) = (side("width")?, side("height")?);
        let version = request.get("version").unwrap_or("1.1.1").to_owned();
        let bbox = read_bbox(need("bbox")?, &version, &crs_code, crs)?;
        let mut request = request;
        if request.get("exceptions").is_some_and(|e| !e.to_ascii_lowercase().contains("xml")) {
            refuse_pictures_of_errors(&mut request);
        }
        Ok(Self { request, crs_code, extent: Extent { crs, bbox, width, height } })
    }

    /// The value of `TIME`, which the server is asked for.
    pub(crate) fn time(&self) -> Option<&str> {
        self.request.get("time").filter(|t| !t.is_empty())
    }

    pub(crate) fn mosaic(&self) -> Mosaic {
        mosaic(&self.extent, Cell::of(&self.extent, None), &self.request, &self.crs_code, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlay_whose_bbox_runs_backwards_crosses_the_date_line_in_two_halves() {
        let url = "http://h/wms?request=GetMap&version=1.1.1&srs=EPSG:3857&width=400&height=200\
                   &bbox=18924313.43,-1118889.97,-18924313.43,1118889.97&exceptions=inimage";
        let get_map = GetMap::parse(url).unwrap();
        let mosaic = get_map.mosaic();
        assert_eq!(mosaic.pieces.len(), 2);
        assert!(mosaic.pieces[0].url.contains("width=200") && mosaic.pieces[1].x == 200);
        assert!(mosaic.pieces[0].url.contains("exceptions=application/vnd.ogc.se_xml"));
        let second = ServiceUrl::parse(&mosaic.pieces[1].url).unwrap();
        assert!(second.get("BBOX").unwrap().starts_with("-20037508.3"), "{second:?}");
    }

    #[test]
    fn what_is_missing_in_an_overlay_is_named() {
        let check = |url: &str, word: &str| {
            let error = GetMap::parse(url).unwrap_err();
            assert!(error.to_string().contains(word), "{error}");
        };
        check("http://h/?srs=EPSG:3857&width=10&height=10", "bbox");
        check("http://h/?srs=EPSG:3857&width=0&height=10&bbox=0,0,1,1", "width");
        check("http://h/?width=1&height=10&bbox=0,0,1,1", "srs");
        check("http://h/?srs=EPSG:1&width=1&height=10&bbox=0,0,1,1", "EPSG:1");
        check("http://h/?srs=EPSG:3857&width=1&height=10&bbox=0,1,1,0", "bbox");
        check("http://h/?srs=EPSG:3857&width=1&height=10&bbox=0,0,NaN,1", "bbox");
        check("http://h/?srs=EPSG:3857&width=400&height=200&bbox=3.7e23,0,3.7000000000000007e23,1", "bbox");
    }
}
