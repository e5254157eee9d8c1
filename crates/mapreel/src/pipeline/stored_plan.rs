//! A plan as it is stored: `prepare` makes it once, and every other part of the job reads it, so that all parts draw the same
//! whatever version of the program does them.

use crate::pipeline::stored::Unreadable;
use bytes::Bytes;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use mapreel_spec::{Plan, Problem, Problems};
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};

/// The most that a plan may have in bytes before it is deflated: as many of the longest URLs as a job may ask for, and more.
const PLAN_BYTES_MAX: usize = 256 << 20;

/// A plan, as bytes that its thousands of like URLs hardly lengthen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredPlan {
    /// Postcard, deflated.
    bytes: Bytes,
}

impl StoredPlan {
    /// # Errors
    /// It is larger than any that is read.
    pub(crate) fn of(plan: &Plan) -> Result<Self, Problems> {
        let plain = plain(plan);
        if plain.len() > PLAN_BYTES_MAX {
            let detail = format!("the plan has {} MiB; the limit is {}", plain.len() >> 20, PLAN_BYTES_MAX >> 20);
            let hint = Some("fewer frames, or shorter addresses".to_owned());
            return Err(Problems(vec![Problem { pointer: String::new(), code: "too_large", detail, hint }]));
        }
        let mut deflating = DeflateEncoder::new(Vec::new(), Compression::fast());
        let bytes =
            deflating.write_all(&plain).and_then(|()| deflating.finish()).expect("memory takes all that is written");
        Ok(Self { bytes: bytes.into() })
    }

    /// The plan. What drawing it costs is yet to be found by the limits here.
    ///
    /// # Errors
    /// It is damaged.
    pub(crate) fn read(&self) -> Result<Plan, Unreadable> {
        let mut plain = Vec::new();
        let most = PLAN_BYTES_MAX as u64 + 1;
        let inflated = DeflateDecoder::new(&self.bytes[..]).take(most).read_to_end(&mut plain);
        inflated.ok().filter(|length| *length <= PLAN_BYTES_MAX).ok_or(Unreadable::Damaged)?;
        let plan: Plan = postcard::from_bytes(&plain).map_err(|_| Unreadable::Damaged)?;
        plan.is_sound().then_some(plan).ok_or(Unreadable::Damaged)
    }
}

/// By which a manifest names a plan: SHA-256 of it, in hexadecimal.
pub(crate) fn plan_sha256(plan: &Plan) -> String {
    crate::pipeline::artifact::sha256(&plain(plan))
}

/// What drawing costs is not in it: that is each worker's to find.
fn plain(plan: &Plan) -> Vec<u8> {
    postcard::to_allocvec(plan).expect("a plan is plain data")
}

#[cfg(test)]
mod tests {
    use super::*;
    use mapreel_spec::{Limits, Resolved, View, parse_request};

    fn plan(request: &str, limits: &Limits) -> Plan {
        let request = parse_request(request.as_bytes(), limits).unwrap();
        Plan::new(&Resolved::unasked(&request), View::of(&request), limits).unwrap()
    }

    #[test]
    fn a_stored_plan_is_the_plan() {
        let limits = Limits::default();
        let request = r##"{ "map": { "bbox": [-180, 50, 180, 90], "crs": "EPSG:3413", "width": 100, "height": 70 },
            "times": ["2020-01-01", "2020-01-02T12:30Z"], "header": { "title": "T", "timezone": "Europe/Berlin" },
            "layers": [{ "type": "natural-earth" }, { "type": "graticule", "step": 7.3 },
                { "type": "xyz", "url": "http://h/{z}/{x}/{y}.png", "opacity": 0.7, "on_error": "hold" },
                { "type": "image", "url": "http://h/{time:%Y}.png", "bbox": [0.1, 50.3, 10.7, 61.9] },
                { "type": "wms", "url": "http://h/wms", "layers": "a", "title": "A", "time": "unchecked", "legend": "auto" },
                { "type": "geojson", "time_property": "t", "keep": "PT36H", "title": "G", "labels": [{ "value": "{n}" }], "data":
                  { "type": "FeatureCollection", "features": [
                    { "type": "Feature", "properties": { "t": ["2020-01-01", "2020-01-02"], "n": 1 },
                      "geometry": { "type": "LineString", "coordinates": [[0, 60.1], [0.1, 60.2]] } },
                    { "type": "Feature", "properties": { "t": "2020-01-01T06:00Z", "stroke": "#ff0000" }, "geometry":
                      { "type": "GeometryCollection", "geometries": [{ "type": "Point", "coordinates": [1, 60] },
                        { "type": "Polygon", "coordinates": [[[0, 60], [1, 60], [1, 61], [0, 60]]] }] } }] } }] }"##;
        let plan = plan(request, &limits);
        let stored = StoredPlan::of(&plan).unwrap();
        assert_eq!(stored.read().unwrap().within(&limits).unwrap(), plan);
        assert_eq!(StoredPlan::of(&stored.read().unwrap()).unwrap(), stored, "byte for byte");
        let cut = StoredPlan { bytes: stored.bytes.slice(..stored.bytes.len() / 2) };
        assert_eq!(cut.read().unwrap_err(), Unreadable::Damaged);
    }

    #[test]
    fn the_longest_plan_is_small() {
        let limits = Limits { upstream_requests_max: 20_000, cost_mpx_max: u64::MAX, ..Limits::default() };
        let token = "t".repeat(7_000);
        let layer =
            format!(r#"{{ "type": "wms", "url": "http://h/wms?key={token}", "layers": "a", "time": "unchecked" }}"#);
        let times: Vec<String> =
            (0..600).map(|i| format!("\"2020-01-{:02}T{:02}:{:02}Z\"", i / 400 + 1, i / 20 % 20, i % 20)).collect();
        let request = format!(
            r#"{{ "map": {{ "bbox": [0, 0, 10, 10], "width": 100 }}, "times": [{}], "layers": [{}] }}"#,
            times.join(","),
            vec![layer; 16].join(",")
        );
        let bytes = StoredPlan::of(&plan(&request, &limits)).unwrap().bytes.len();
        assert!(bytes <= 8 << 20, "{bytes} bytes");
    }
}
