//! GeoJSON of upstreams, from parsing to drawing.

use super::now;
use mapreel_render::{Fonts, Painter, Scene, Stop};
use mapreel_spec::{Document, Limits, Next, Plan, Resolved, View, parse_request};
use std::sync::{Arc, LazyLock};

pub(super) const WORDS: &[&str] = &[
    "\"type\"",
    "\"coordinates\"",
    "\"Point\"",
    "\"MultiPoint\"",
    "\"LineString\"",
    "\"MultiLineString\"",
    "\"Polygon\"",
    "\"MultiPolygon\"",
    "\"GeometryCollection\"",
    "\"geometries\"",
    "\"Feature\"",
    "\"FeatureCollection\"",
    "\"features\"",
    "\"properties\"",
    "\"geometry\"",
    "\"time\"",
    "\"2020-01-01\"",
    "\"stroke\"",
    "\"stroke-width\"",
    "\"fill\"",
    "\"marker-color\"",
    "\"#ff0000\"",
    "[10,40]",
    "[180,0]",
    "[-180,0]",
    "[0,90]",
    "[1e9,-1e9]",
    "null",
    "[]",
    "{}",
];

static FONTS: LazyLock<Fonts> = LazyLock::new(Fonts::bundled);

/// Three maps: one is chosen by the input's length.
const MAPS: [&str; 3] = [
    r#""bbox": [-20, 30, 20, 60], "width": 64, "height": 48"#,
    r#""bbox": [-180, 50, 180, 90], "crs": "EPSG:3413", "width": 48, "height": 48"#,
    r#""bbox": [0, -90, 360, 90], "crs": "EPSG:4326", "width": 64, "height": 32"#,
];

pub(super) mod seeds {
    use crate::seeds::{files, texts};

    pub fn geojson() -> Vec<Vec<u8>> {
        let golden = files("crates/mapreel/tests/golden", &[".json"]);
        let data = golden.iter().flat_map(|request| {
            let request: serde_json::Value = serde_json::from_slice(request).expect("golden requests are JSON");
            let layers = request["layers"].as_array().cloned().unwrap_or_default();
            layers.into_iter().filter_map(|layer| layer.get("data").map(|data| data.to_string().into_bytes()))
        });
        let further = texts(&[
            r#"{"type":"Polygon","coordinates":[[[170,-10],[190,-10],[190,10],[170,10],[170,-10]],[[175,-5],[185,-5],[185,5],[175,-5]]]}"#,
            r##"{"type":"Feature","properties":{"time":["2020-01-01","2020-01-02"],"stroke":"#ff0000","stroke-width":3},"geometry":{"type":"LineString","coordinates":[[-170,60],[170,70]]}}"##,
            r#"{"type":"GeometryCollection","geometries":[{"type":"MultiPoint","coordinates":[[0,50],[10,89.9,5]]},{"type":"MultiLineString","coordinates":[[[0,0],[180,0]],[[-180,90],[180,-90]]]}]}"#,
            r#"{"type":"MultiPolygon","coordinates":[[[[-180,-90],[180,-90],[180,90],[-180,90],[-180,-90]]]]}"#,
        ]);
        data.chain(further).collect()
    }
}

/// Features are drawn, or refused with a reason; twice with the same result.
pub(super) fn geojson(input: &[u8]) {
    let request = format!(
        r#"{{ "map": {{ {} }}, "times": ["2020-01-01T12:00Z", "2020-01-02T12:00Z"], "output": {{ "format": "gif" }},
             "layers": [{{ "type": "geojson", "url": "http://h/g.json", "time_property": "time", "labels": [{{ "key": "k", "value": "{{time}}" }}] }}] }}"#,
        MAPS[input.len() % 3]
    );
    let request = parse_request(request.as_bytes(), &Limits::default()).expect("it is valid");
    let answered = |_, _, next: Next| next.after(Ok(Document::Bytes(input)));
    let resolved = Resolved::answered(&request, now(), answered).expect("its times are given");
    let Ok(plan) = Plan::of_map_alone(&resolved, View::of(&request), &Limits::default()) else { return };
    let drawn = |plan: &Plan| {
        let scene =
            Scene::new(Arc::new(plan.clone()), vec![None], &[], &FONTS, &Stop::never()).expect("nobody stops it");
        let mut painter = Painter::new(&scene, Stop::never());
        [0, 1].map(|frame| painter.draw(frame, &vec![None]).expect("nobody stops it").pixels().to_vec())
    };
    let pages = drawn(&plan);
    if input.len() < 500 {
        assert!(pages == drawn(&plan), "drawn twice, it differs");
    }
}
