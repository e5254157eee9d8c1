//! Hostile requests, which need no upstream.

use super::ask::Ask;
use super::bytes::{many, noise};
use super::case::{Answer, Case, End};

fn row(name: &str, end: End, json: String) -> Case {
    Case::new(name, Ask::Request { animation: false, json }, end, Answer::None)
}

fn film(name: &str, end: End, json: String) -> Case {
    Case::new(name, Ask::Request { animation: true, json }, end, Answer::None)
}

const MAP: &str = r#""map": { "bbox": [-20, 30, 20, 50], "width": 256 }"#;
const LAND: &str = r#"{ "type": "natural-earth" }"#;

fn map(further: &str) -> String {
    format!(r#"{{ {MAP}, "layers": [{LAND}] {further} }}"#)
}

fn layer(layer: &str) -> String {
    format!(r#"{{ {MAP}, "layers": [{layer}] }}"#)
}

fn geojson(geometry: &str, further: &str) -> String {
    layer(&format!(r#"{{ "type": "geojson", "data": {geometry} {further} }}"#))
}

fn places(count: usize) -> String {
    let list = many(count, |i| format!("[{},{}],", noise(2 * i) % 40, 30 + noise(2 * i + 1) % 20));
    list.trim_end_matches(',').to_owned()
}

#[rustfmt::skip]
pub fn cases() -> Vec<Case> {
    use End::{Failed, Made, Refused};
    let times = |times: &str| map(&format!(r#", "times": {times}"#));
    vec![
        row("a line of 30 000 random places", Made, geojson(&format!(r#"{{"type":"LineString","coordinates":[{}]}}"#, places(30_000)), "")),
        row("a ring of 70 000 random places", Made, geojson(&format!(r#"{{"type":"Polygon","coordinates":[[{},[{},{}]]]}}"#, places(70_000), noise(0) % 40, 30 + noise(1) % 20), "")),
        film("a period of 10^20 days", Refused, times(r#""2000-01-01/2000-01-02/P99999999999999999999D""#)),
        film("a period of 10^9 years", Refused, times(r#""2000-01-01/2000-01-02/P9999999999Y""#)),
        film("every nanosecond of a century", Refused, times(r#""2000-01-01/2100-01-01/PT0.000000001S""#)),
        film("a period of nothing", Refused, times(r#""2000-01-01/2000-01-02/PT0S""#)),
        film("a period below nothing", Refused, times(r#""2000-01-01/2000-01-02/-P1D""#)),
        film("a repetition of 10^18", Refused, times(r#""R999999999999999999/2000-01-01/P1D""#)),
        film("the last 10^18 times", Refused, layer(r#"{ "type": "wms", "url": "http://127.0.0.1:9/", "layers": "a" }"#).replacen('{', r#"{ "times": { "last": 999999999999999999 },"#, 1)),
        film("100 000 intervals", Refused, times(&format!(r#"[{}"2000-01-01"]"#, r#""2000-01-01/2000-12-31/PT1H","#.repeat(30_000)))),
        row("a duration of 10^20 days to keep", Refused, geojson(r#"{"type":"Point","coordinates":[0,40]}"#, r#", "time_property": "t", "keep": "P99999999999999999999D""#)),
        row("within 10^20 days", Refused, layer(r#"{ "type": "wms", "url": "http://127.0.0.1:9/", "layers": "a", "time": "nearest", "within": "P99999999999999999999D" }"#)),
        row("a map of 10^18 pixels", Refused, format!(r#"{{ "map": {{ "bbox": [0, 0, 1, 1], "width": 1000000000, "height": 1000000000 }}, "layers": [{LAND}] }}"#)),
        row("a zoom of 10^9", Refused, format!(r#"{{ "map": {{ "bbox": [0, 0, 1, 1], "zoom": 1000000000 }}, "layers": [{LAND}] }}"#)),
        row("a zoom of 1e308", Refused, format!(r#"{{ "map": {{ "bbox": [0, 0, 1, 1], "zoom": 1e308 }}, "layers": [{LAND}] }}"#)),
        row("a box of 1e308 degrees", Refused, format!(r#"{{ "map": {{ "bbox": [-1e308, -1e308, 1e308, 1e308], "width": 256 }}, "layers": [{LAND}] }}"#)),
        row("a box of next to nothing", Made, format!(r#"{{ "map": {{ "bbox": [0, 0, 1e-12, 1e-12], "width": 256 }}, "layers": [{LAND}, {{ "type": "graticule" }}] }}"#)),
        row("a box of 5e-324 degrees", Made, format!(r#"{{ "map": {{ "bbox": [0, 0, 5e-324, 5e-324], "width": 256 }}, "layers": [{LAND}, {{ "type": "graticule" }}] }}"#)),
        row("a graticule of 10^-12 degrees", Refused, layer(r#"{ "type": "graticule", "step": 1e-12 }"#)),
        row("a graticule of 0.01 degrees over the world", Made, r#"{ "map": { "bbox": [-180, -85, 180, 85], "width": 4096 }, "layers": [{ "type": "graticule", "step": 0.01 }] }"#.into()),
        row("a map of 4096 pixels wide and high", Made, format!(r#"{{ "map": {{ "bbox": [-180, -85, 180, 85], "width": 4096, "height": 4096 }}, "layers": [{LAND}] }}"#)),
        row("a million layers", Refused, format!(r#"{{ {MAP}, "layers": [{}{LAND}] }}"#, format!("{LAND},").repeat(30_000))),
        row("a title of 900 kB", Refused, map(&format!(r#", "header": {{ "title": "{}" }}"#, "word ".repeat(180_000)))),
        row("a title of marks that are laid on each other", Refused, map(&format!(r#", "header": {{ "title": "a{}" }}"#, "\u{0301}".repeat(100_000)))),
        row("lists a million deep", Refused, "[".repeat(1_000_000)),
        row("objects 100 000 deep", Refused, r#"{"map":"#.repeat(100_000)),
        row("900 kB of numbers", Refused, format!(r#"{{ "map": {{ "bbox": [{}1] }} }}"#, "1,".repeat(450_000))),
        row("100 000 unknown fields", Refused, format!("{{{}\"z\":1}}", many(60_000, |i| format!("\"f{i}\":{i},")))),
        row("a template of 10 000 places", Refused, layer(&format!(r#"{{ "type": "xyz", "url": "http://127.0.0.1:9/{}" }}"#, "{z}{x}{y}{s}{r}".repeat(10_000)))),
        row("a tile size of 2^31", Refused, layer(r#"{ "type": "xyz", "url": "http://127.0.0.1:9/{z}/{x}/{y}", "tile_size": 2147483648 }"#)),
        row("a tile size of 4096 pixels", Refused, layer(r#"{ "type": "xyz", "url": "http://127.0.0.1:9/{z}/{x}/{y}", "tile_size": 4096 }"#)),
        row("a tile size of one pixel", Refused, layer(r#"{ "type": "xyz", "url": "http://127.0.0.1:9/{z}/{x}/{y}", "tile_size": 1, "min_zoom": 19 }"#)),
        row("tiles of the finest kind for a whole world", Refused, r#"{ "map": { "bbox": [-180, -85, 180, 85], "width": 256 }, "layers": [{ "type": "xyz", "url": "http://127.0.0.1:9/{z}/{x}/{y}", "min_zoom": 19 }] }"#.into()),
        film("4 000 large tiles for each of 600 frames", Refused, r#"{ "map": { "bbox": [0, 0, 5.6, 5.6], "width": 256 }, "times": "2020-01-01/P600D/P1D", "layers": [{ "type": "image", "url": "http://127.0.0.1:9/{time}", "bbox": [0, 0, 5, 5] }, { "type": "xyz", "url": "http://127.0.0.1:9/{z}/{x}/{y}", "min_zoom": 12, "tile_size": 4096 }], "output": { "format": "mp4" } }"#.into()),
        film("a film along 10^9 values", Refused, format!(r#"{{ {MAP}, "animate": {{ "dimension": "elevation", "values": [{}1] }}, "layers": [{{ "type": "wms", "url": "http://127.0.0.1:9/", "layers": "a" }}] }}"#, many(100_000, |i| format!("{i},")))),
        row("an upstream that must not be missing, and is", Failed("layer_unavailable"), layer(r#"{ "type": "image", "url": "http://127.0.0.1:9/a.png", "bbox": [-20, 30, 20, 50], "on_error": "fail" }"#)),
    ]
}
