//! A georeferenced picture; `{time}` or `{time:PATTERN}` in its address stands for the frame's time.

use super::layer::{Asking, LayerKind};
use super::reader::Reader;
use super::resolved_layer::{Moments, Refusal, ResolvedKind, Wanted};
use super::step::Step;
use crate::dialect::place::bbox_in_units;
use crate::pictures::mosaic::{Fit, Mosaic, Piece};
use crate::plan::planned_layer::LayerSource;
use crate::request::read::Fields;
use crate::resolved::series::Series;
use crate::schema::fields::fields;
use crate::schema::given::At;
use crate::schema::numbers::FourNumbers;
use crate::schema::texts::{CrsCode, HttpUrl};
use mapreel_geo::{Bbox, Crs, ValidTime};
use mapreel_ogc::url::service_url::with_credential;
use std::sync::Arc;

/// A picture, or one for each time.
#[derive(Debug, Clone)]
struct Picture {
    /// The address or template.
    url: String,
    /// The area between the picture's outer edges.
    bbox: Bbox,
    /// The CRS of the bbox and of the picture's rows and columns.
    crs: Crs,
}

fields! {
    /// A picture, or one for each frame.
    pub(super) struct ImageFields {
        /// The address of a PNG, JPEG, WebP or GIF; `{time}` or `{time:%Y%m%d%H%M}` stand for each frame's time.
        url: HttpUrl, required "the address of a PNG, JPEG or WebP";
        /// What the outer edges of the picture show, in the units of `crs`, x before y.
        bbox: FourNumbers, required "what the outer edges of the picture show";
        /// The CRS of the picture: rows and columns are parallel to its axes.
        crs: CrsCode, default "EPSG:4326";
    }
}

pub(super) fn read(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    let read = ImageFields::read(fields, reader.limits);
    let crs = read.crs.or(Crs::Geographic);
    let bbox = read.bbox.and_then(|node, numbers| bbox_in_units(node, numbers, crs?, crs?));
    let At { value: url, node } = read.url.at()?;
    if url.contains("{time") && !reader.timed {
        node.invalid("the URL has a {time} and the request has no `times`", "add `times`");
        return None;
    }
    Some(Arc::new(Picture { url: with_credential(&url, reader.credential), bbox: bbox.value()?, crs: crs? }))
}

impl LayerKind for Picture {
    fn resolve(self: Arc<Self>, asking: Asking) -> Step {
        Step::done(asking.resolved(self))
    }
}

impl ResolvedKind for Picture {
    /// A picture that is the same in all frames has no time.
    fn times_used(&self, moments: &Moments<'_>) -> Series<Option<String>> {
        let urls = || moments.times.iter().map(|time| fill_time(&self.url, time.as_ref()).ok());
        let is_one = moments.times.len() > 1 && matches!(Series::new(urls().collect()), Series::Same(_));
        if !self.url.contains("{time") || is_one {
            return Series::Same(None);
        }
        Series::new(moments.times.iter().map(|time| time.as_ref().map(|time| time.text().to_owned())).collect())
    }

    fn pictures(&self, wanted: &Wanted<'_>) -> Result<LayerSource, Refusal> {
        let mosaic = |time: &Option<ValidTime>| {
            let url = fill_time(&self.url, time.as_ref())?;
            let piece = Piece { url, x: 0, y: 0, width: 0, height: 0, fit: Fit::Whole, gutter: [0; 4] };
            let mosaic = Mosaic { crs: self.crs, bbox: self.bbox, size: None, pieces: vec![piece], gap: None };
            Ok(mosaic.on(wanted.map))
        };
        let mosaics = wanted.moments.times.iter().map(mosaic).collect::<Result<Vec<_>, Refusal>>()?;
        Ok(LayerSource::of_mosaics(mosaics.into_iter()))
    }
}

/// The URL with `{time}` and `{time:PATTERN}` replaced.
fn fill_time(url: &str, time: Option<&ValidTime>) -> Result<String, Refusal> {
    const HINT: &str = "patterns are strftime's: {time:%Y%m%d%H%M}";
    let mut out = String::new();
    let mut rest = url;
    while let Some((before, after)) = rest.split_once("{time") {
        let wrong = || ("invalid", "`{time` is not closed by `}`".to_owned(), HINT);
        let (pattern, after) = after.split_once('}').ok_or_else(wrong)?;
        let time =
            time.ok_or(("invalid", "the URL has a {time} and the request has no `times`".to_owned(), "add `times`"))?;
        out.push_str(before);
        match pattern.strip_prefix(':') {
            Some(pattern) => out.push_str(&time.formatted(pattern).map_err(|e| ("invalid", e.to_string(), HINT))?),
            None if pattern.is_empty() => out.push_str(time.text()),
            None => return Err(wrong()),
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_template_is_filled_in_utc() {
        let time = ValidTime::parse("2005-08-29T11:10:00+02:00").unwrap();
        let check = |url: &str, expected: &str| assert_eq!(fill_time(url, Some(&time)).unwrap(), expected);
        check("http://h/n0r_{time:%Y%m%d%H%M}.png", "http://h/n0r_200508290910.png");
        check("http://h/{time}/{time:%Y}", "http://h/2005-08-29T09:10:00Z/2005");
        assert!(fill_time("http://h/{time:%", Some(&time)).is_err());
        assert!(fill_time("http://h/{time}", None).is_err());
    }
}
