//! JSON that is hostile to its parser, instead of TileJSON, descriptions of an ArcGIS service or OGC API, details of an ncWMS, and GeoJSON.

use super::ask::Ask;
use super::bytes::many;
use super::case::{Case, End};

fn row(name: &str, end: End, make: impl Fn() -> String + Send + Sync + 'static) -> Case {
    Case::body(format!("TileJSON: {name}"), Ask::TileJson, end, move || make().into_bytes())
}

/// JSON that is no valid document of any kind; every parser must survive it.
fn for_all(name: &str, make: fn() -> String) -> [Case; 5] {
    let case = |kind: &str, ask, end| Case::body(format!("{kind}: {name}"), ask, end, move || make().into_bytes());
    [
        case("TileJSON", Ask::TileJson, End::Lost),
        case("ArcGIS", Ask::ArcGis, End::Made),
        case("OGC API", Ask::OgcMaps, End::Lost),
        case("details", Ask::Details, End::Made),
        case("GeoJSON", Ask::Features, End::Made),
    ]
}

fn arcgis(name: &str, end: End, make: impl Fn() -> String + Send + Sync + 'static) -> Case {
    Case::body(format!("ArcGIS: {name}"), Ask::ArcGis, end, move || make().into_bytes())
}

/// The description of an ArcGIS service, with these further members.
fn service(further: &str) -> String {
    format!(r#"{{ "mapName": "a", "layers": [{{ "id": 0, "name": "a" }}] {further} }}"#)
}

/// A document of an OGC API.
fn api(name: &str, end: End, make: impl Fn() -> String + Send + Sync + 'static) -> Case {
    Case::body(format!("OGC API: {name}"), Ask::OgcMaps, end, move || make().into_bytes())
}

fn link(rel: &str, href: &str) -> String {
    format!(r#"{{ "rel": "{rel}", "href": "{href}" }}"#)
}

/// A collection with a map, whose times are these.
fn collection(temporal: &str) -> String {
    let map = link("map", "http://127.0.0.1:9/map");
    format!(r#"{{ "id": "a", "links": [{map}], "extent": {{ "temporal": {temporal} }} }}"#)
}

fn tiles(template: &str, further: &str) -> String {
    format!(r#"{{ "tilejson": "3.0.0", "tiles": ["http://127.0.0.1:9/{template}"] {further} }}"#)
}

pub fn cases() -> Vec<Case> {
    [of_all_documents(), of_arcgis(), of_apis(), of_tiles(), of_attributions()].into_iter().flatten().collect()
}

/// Documents that are invalid for every kind.
#[rustfmt::skip]
fn of_all_documents() -> Vec<Case> {
    [
        for_all("lists a million deep", || "[".repeat(1_000_000)),
        for_all("lists 100 deep and closed", || "[".repeat(100) + &"]".repeat(100)),
        for_all("objects 500 000 deep", || r#"{"a":"#.repeat(500_000)),
        for_all("objects 100 000 deep and closed", || r#"{"a":"#.repeat(100_000) + "1" + &"}".repeat(100_000)),
        for_all("8 million small numbers", || format!("[{}1]", "1,".repeat(8_000_000))),
        for_all("5 million empty lists", || format!("[{}1]", "[],".repeat(5_000_000))),
        for_all("a million keys", || format!("{{{}\"z\":1}}", many(1_000_000, |i| format!("\"k{i}\":1,")))),
        for_all("one key a million times", || format!("{{{}\"z\":1}}", "\"tiles\":1,".repeat(1_000_000))),
        for_all("a key of 15 MB", || format!("{{\"{}\":1}}", "k".repeat(15 << 20))),
        for_all("a text of 15 MB", || format!("{{\"attribution\":\"{}\"}}", "x".repeat(15 << 20))),
        for_all("a text of 2 million escapes", || format!("{{\"name\":\"{}\"}}", "\\u0041".repeat(2_000_000))),
        for_all("a lone surrogate", || r#"{"attribution":"\ud800","tiles":["\udfff"]}"#.into()),
        for_all("numbers beyond all numbers", || r#"{"minzoom":1e999999,"maxzoom":-1e999999,"min":1e400,"max":2e400,"coordinates":[1e999,1e999]}"#.into()),
        for_all("a number of 10 million digits", || format!("{{\"minzoom\":{}}}", "9".repeat(10_000_000))),
        for_all("a number of 10 million decimals", || format!("{{\"minzoom\":0.{}1}}", "0".repeat(10_000_000))),
        for_all("10 000 lists, each of 100 lists", || format!("[{}1]", format!("[{}1],", "[],".repeat(100)).repeat(10_000))),
        for_all("text behind its end", || r#"{"tiles":[]}{"tiles":[]}"#.into()),
        for_all("a text that does not end", || format!("{{\"a\":\"{}", "\\\\".repeat(5 << 20))),
        for_all("NUL bytes", || "{\0\"a\0\":\x001}".into()),
        for_all("all kinds of brackets, mixed", || "[{".repeat(200_000)),
    ].into_iter().flatten().collect()
}

/// Hostile descriptions of an ArcGIS service.
#[rustfmt::skip]
fn of_arcgis() -> Vec<Case> {
    use End::{Lost, Made};
    vec![
        arcgis("300 000 layers", Made, || format!(r#"{{ "layers": [{}{{}}] }}"#, many(300_000, |i| format!(r#"{{"id":{i},"name":"a"}},"#)))),
        arcgis("layers of layers, in a circle", Made, || format!(r#"{{ "layers": [{}{{}}] }}"#, many(10_000, |i| format!(r#"{{"id":{i},"name":"a","parentLayerId":{}}},"#, (i + 1) % 10_000)))),
        arcgis("numbers of layers beyond all numbers", Made, || r#"{ "layers": [{ "id": 1e300 }, { "id": -1 }, { "id": 0.5 }] }"#.into()),
        arcgis("a thousand years of milliseconds", Made, || service(r#", "timeInfo": { "timeExtent": [0, 3e13], "timeInterval": 1, "timeIntervalUnits": "esriTimeUnitsMilliseconds" }"#)),
        arcgis("times beyond all times", Made, || service(r#", "timeInfo": { "timeExtent": [-1e300, 1e300], "timeInterval": 1e-300, "timeIntervalUnits": "esriTimeUnitsCenturies" }"#)),
        arcgis("pictures of a pixel", Made, || service(r#", "maxImageWidth": 1, "maxImageHeight": 1"#)),
        arcgis("pictures of no pixel", Made, || service(r#", "maxImageWidth": 0, "maxImageHeight": -1e99"#)),
        arcgis("tiles of no pixel", Made, || service(r#", "tileInfo": { "rows": 0, "cols": 0, "lods": [], "origin": {} }"#)),
        arcgis("a box of the whole universe", Made, || service(r#", "fullExtent": { "xmin": -1e308, "ymin": -1e308, "xmax": 1e308, "ymax": 1e308, "spatialReference": { "wkid": 4326 } }"#)),
        arcgis("a credit of a million tags", Made, || service(&format!(r#", "copyrightText": "{}""#, "<a>".repeat(1_000_000)))),
        arcgis("an error of 10 MB", Lost, || format!(r#"{{ "error": {{ "code": 500, "message": "{}" }} }}"#, "x".repeat(10 << 20))),
        arcgis("two million layers", Made, || format!(r#"{{ "layers": [{}{{}}] }}"#, r#"{"id":1},"#.repeat(1_900_000))),
        arcgis("layers of different times in turn", Made, || format!(r#"{{ "timeInfo": {{}}, "layers": [{}{{}}] }}"#, many(20_000, |i| format!(r#"{{"id":{i},"name":"a","timeInfo":{{"timeExtent":[{i},{i}]}}}},"#)))),
    ]
}

/// Hostile documents of an OGC API.
#[rustfmt::skip]
fn of_apis() -> Vec<Case> {
    use End::Lost;
    vec![
        api("100 000 collections", Lost, || format!(r#"{{ "collections": [{}{{}}] }}"#, many(100_000, |i| format!(r#"{{"id":"c{i}","links":[]}},"#)))),
        api("collections that are described where they are described", Lost, || format!(r#"{{ "links": [{}] }}"#, link("data", "/api"))),
        api("collections that are described elsewhere, without end", Lost, || format!(r#"{{ "collections": [], "links": [{}] }}"#, link("next", "x/"))),
        api("300 000 links", Lost, || format!(r#"{{ "links": [{}{{}}] }}"#, many(300_000, |_| link("self", "x") + ","))),
        api("a map in a file", Lost, || format!(r#"{{ "id": "a", "links": [{}] }}"#, link("map", "file:///etc/passwd"))),
        api("a map at an address of 5 MB", Lost, || format!(r#"{{ "id": "a", "links": [{}] }}"#, link("map", &"x".repeat(5 << 20)))),
        api("a map at an address of 15 MB, of one host", Lost, || format!(r#"{{ "id": "a", "links": [{}] }}"#, link("map", &format!("http://127.0.0.1:9/{}", "x".repeat(15 << 20))))),
        api("a grid of all times", Lost, || collection(r#"{ "grid": { "cellsCount": 1e300, "firstCoordinate": "0000-01-01", "resolution": "PT0.001S" } }"#)),
        api("a repetition of all times", Lost, || collection(r#"{ "values": ["R9999999999/2020-01-01T00:00:00Z/PT1S"] }"#)),
        api("300 000 times", Lost, || collection(&format!(r#"{{ "values": [{}"2020-01-01"] }}"#, r#""2020-01-01","#.repeat(300_000)))),
    ]
}

/// Hostile templates and levels in TileJSON.
#[rustfmt::skip]
fn of_tiles() -> Vec<Case> {
    use End::{Lost, Made};
    vec![
        row("a million templates", Lost, || format!(r#"{{ "tiles": [{} "http://127.0.0.1:9/z"] }}"#, r#""http://127.0.0.1:9/{z}/{x}/{y}.png","#.repeat(300_000))),
        row("no template", Lost, || r#"{ "tiles": [] }"#.into()),
        row("a template without a place", Made, || tiles("t.png", "")),
        row("a template of 10 MB", Lost, || tiles(&format!("{}/{{z}}/{{x}}/{{y}}", "x".repeat(10 << 20)), "")),
        row("a template with a place a million times", Lost, || tiles(&"{z}/{x}/{y}/".repeat(300_000), "")),
        row("a template to a file", Lost, || r#"{ "tiles": ["file:///etc/{z}/{x}/{y}"] }"#.into()),
        row("a template of alternatives", Lost, || tiles("{s}{r}{q}{z}{x}{y}{-y}{bbox}{time}", "")),
        row("levels beyond all levels", Lost, || tiles("{z}/{x}/{y}", r#", "minzoom": 4294967296, "maxzoom": 18446744073709551616"#)),
        row("levels below nothing", Lost, || tiles("{z}/{x}/{y}", r#", "minzoom": -5, "maxzoom": -10"#)),
        row("levels that are halves", Lost, || tiles("{z}/{x}/{y}", r#", "minzoom": 1.5, "maxzoom": 0.5"#)),
        row("only levels of the finest kind", Made, || tiles("{z}/{x}/{y}", r#", "minzoom": 30, "maxzoom": 30"#)),
        row("bounds of nothing", Made, || tiles("{z}/{x}/{y}", r#", "bounds": [0, 0, 0, 0]"#)),
        row("bounds of 1e308", Lost, || tiles("{z}/{x}/{y}", r#", "bounds": [-1e308, -1e308, 1e308, 1e308]"#)),
        row("a million bounds", Lost, || tiles("{z}/{x}/{y}", &format!(r#", "bounds": [{}1]"#, "1,".repeat(1_000_000)))),
    ]
}

/// Attributions that the typesetter has to lay out.
#[rustfmt::skip]
fn of_attributions() -> Vec<Case> {
    use End::Lost;
    vec![
        row("an attribution of a million tags", Lost, || tiles("{z}/{x}/{y}", &format!(r#", "attribution": "{}""#, "<a>&amp;</a>".repeat(1_000_000)))),
        row("an attribution of marks that are laid on each other", Lost, || tiles("{z}/{x}/{y}", &format!(r#", "attribution": "a{}""#, "\u{0301}".repeat(500_000)))),
        row("an attribution of 100 000 lines", Lost, || tiles("{z}/{x}/{y}", &format!(r#", "attribution": "{}""#, "word\\n".repeat(100_000)))),
        row("an attribution of one word of 100 kB", Lost, || tiles("{z}/{x}/{y}", &format!(r#", "attribution": "{}""#, "w".repeat(100_000)))),
        row("an attribution in every script, 1 MB", Lost, || tiles("{z}/{x}/{y}", &format!(r#", "attribution": "{}""#, many(300_000, |i| char::from_u32(0x0600 + i as u32 % 0x2000).filter(|c| !c.is_control()).map(String::from).unwrap_or_default())))),
    ]
}
