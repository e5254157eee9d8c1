//! A plan as it is stored: `prepare` makes it once, and every other part of the job reads it, so that all parts draw the same, even with
//! different versions of the program.

use super::stored::Unreadable;
use bytes::Bytes;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use mapreel_spec::{Plan, Problem, Problems};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{Error, Read, Result as Written, Write};

/// The most bytes that a plan may have before compression. Even a plan with the longest URLs that a request may have is smaller.
const PLAN_BYTES_MAX: u64 = 256 << 20;

/// A plan as compressed bytes: its thousands of similar URLs take little room.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct StoredPlan {
    /// Postcard, compressed by deflate.
    bytes: Bytes,
    /// The plan's length before compression, in bytes.
    plain_bytes: u64,
}

impl StoredPlan {
    /// # Errors
    /// The plan is larger than [`PLAN_BYTES_MAX`].
    pub(crate) fn of(plan: &Plan) -> Result<Self, Problems> {
        let mut counted = Counted { to: DeflateEncoder::new(Vec::new(), Compression::fast()), bytes: 0 };
        let too_large = || {
            let detail = format!("the plan has more than {} MiB", PLAN_BYTES_MAX >> 20);
            let hint = Some("fewer frames, or shorter addresses".to_owned());
            Problems(vec![Problem { pointer: String::new(), code: "too_large", detail, hint }])
        };
        // Writing to memory does not fail, so an error means that the limit was reached.
        postcard::to_io(plan, &mut counted).map_err(|_| too_large())?;
        let bytes = counted.to.finish().map_err(|_| too_large())?;
        Ok(Self { bytes: bytes.into(), plain_bytes: counted.bytes })
    }

    /// Reads the plan. The caller still has to compute its cost by the limits of this process.
    ///
    /// # Errors
    /// The bytes are damaged.
    pub(crate) fn read(&self) -> Result<Plan, Unreadable> {
        if self.plain_bytes > PLAN_BYTES_MAX {
            return Err(Unreadable::Damaged);
        }
        let mut plain = Vec::new();
        let inflated = DeflateDecoder::new(&self.bytes[..]).take(self.plain_bytes + 1).read_to_end(&mut plain);
        inflated.ok().filter(|length| *length as u64 == self.plain_bytes).ok_or(Unreadable::Damaged)?;
        let plan: Plan = postcard::from_bytes(&plain).map_err(|_| Unreadable::Damaged)?;
        plan.is_sound().then_some(plan).ok_or(Unreadable::Damaged)
    }

    /// The memory that reading takes besides the plan, in MiB.
    pub(crate) fn reading_mib(&self) -> u64 {
        self.plain_bytes.min(PLAN_BYTES_MAX).div_ceil(1 << 20)
    }
}

/// The hash by which a manifest refers to a plan: its SHA-256, in hexadecimal. It does not cover the cost of drawing, which each worker
/// computes for itself.
pub(crate) fn plan_sha256(plan: &Plan) -> String {
    let mut counted = Counted { to: Hashed(Sha256::new()), bytes: 0 };
    // A plan that is too large was refused when it was made.
    let _ = postcard::to_io(plan, &mut counted);
    hex::encode(counted.to.0.finalize())
}

/// A writer that counts bytes, and fails at the limit.
struct Counted<W> {
    to: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> Written<usize> {
        self.bytes += bytes.len() as u64;
        if self.bytes > PLAN_BYTES_MAX {
            return Err(Error::other("the plan is too large"));
        }
        self.to.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Written<()> {
        self.to.flush()
    }
}

struct Hashed(Sha256);

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> Written<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Written<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mapreel_spec::{Document, Limits, Resolved, View, parse_request};

    fn plan(request: &str, limits: &Limits) -> Plan {
        let request = parse_request(request.as_bytes(), limits).unwrap();
        Plan::of_map_alone(&Resolved::unasked(&request), View::of(&request), limits).unwrap()
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
        let cut = StoredPlan { bytes: stored.bytes.slice(..stored.bytes.len() / 2), ..stored.clone() };
        assert_eq!(cut.read().unwrap_err(), Unreadable::Damaged);
    }

    #[test]
    fn a_time_is_stored_though_its_text_is_a_word() {
        let request = r#"{ "map": { "bbox": [0, 0, 10, 10], "width": 100 }, "times": { "last": 2 },
            "layers": [{ "type": "wms", "url": "http://h/wms", "layers": "a" }] }"#;
        let (limits, now) = (Limits::default(), "2026-01-03T04:05:06.789Z".parse().unwrap());
        let document = br#"<WMS_Capabilities version="1.3.0"><Capability><Layer><Name>a</Name><CRS>EPSG:3857</CRS>
            <Dimension name="time" units="ISO8601">2026-01-01,2026-01-02,current</Dimension></Layer></Capability></WMS_Capabilities>"#;
        let read = mapreel_ogc::wms::reader::capabilities(document, now).unwrap();
        let request = parse_request(request.as_bytes(), &limits).unwrap();
        let resolved = Resolved::answered(&request, now, |_, _, next| next.after(Ok(Document::Wms(&read)))).unwrap();
        let plan = Plan::of_map_alone(&resolved, View::of(&request), &limits).unwrap();
        assert_eq!(plan.layers[0].caption.times_used.at(1).as_deref(), Some("current"));
        assert_eq!(StoredPlan::of(&plan).unwrap().read().unwrap().within(&limits).unwrap(), plan);
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
