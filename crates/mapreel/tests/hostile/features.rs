//! GeoJSON whose shapes are expensive for the renderer, or invalid.

use super::ask::Ask;
use super::bytes::{many, noise};
use super::case::{Case, End};

fn row(name: &str, end: End, make: impl Fn() -> String + Send + Sync + 'static) -> Case {
    Case::body(name, Ask::Features, end, move || make().into_bytes())
}

fn track(name: &str, frames: u32, make: impl Fn() -> String + Send + Sync + 'static) -> Case {
    Case::body(name, Ask::Track { frames }, End::Made, move || make().into_bytes())
}

fn feature(properties: &str, geometry: &str) -> String {
    format!(r#"{{"type":"Feature","properties":{{{properties}}},"geometry":{geometry}}}"#)
}

fn geometry(kind: &str, coordinates: &str) -> String {
    format!(r#"{{"type":"{kind}","coordinates":{coordinates}}}"#)
}

fn collection(features: &str) -> String {
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.trim_end_matches(','))
}

/// A pseudo-random place on the map.
fn place(i: usize) -> String {
    let along = |n: u32, from: f64, width: f64| from + f64::from(n) / f64::from(u32::MAX) * width;
    format!("[{:.3},{:.3}]", along(noise(2 * i), -19.0, 38.0), along(noise(2 * i + 1), 31.0, 18.0))
}

fn places(count: usize) -> String {
    let list = many(count, |i| place(i) + ",");
    format!("[{}]", list.trim_end_matches(','))
}

/// A ring of random places.
fn ring(count: usize) -> String {
    let list = many(count, |i| place(i) + ",");
    format!("[{list}{}]", place(0))
}

/// A ring that goes to and fro over the whole map.
fn comb(count: usize) -> String {
    let list = many(count, |i| {
        format!("[{:.4},{}],", -19.0 + i as f64 / count as f64 * 38.0, if i % 2 == 0 { 31 } else { 49 })
    });
    format!("[{list}[-19,31]]")
}

/// A polygon over the map with this many holes.
fn holes(count: usize) -> String {
    let hole = |i: usize| {
        let (x, y) = (-19.0 + (i % 316) as f64 * 0.12, 31.0 + (i / 316) as f64 * 0.05);
        format!(",[[{x:.2},{y:.2}],[{:.2},{y:.2}],[{x:.2},{:.2}],[{x:.2},{y:.2}]]", x + 0.1, y + 0.04)
    };
    format!("[[[-19,31],[19,31],[19,49],[-19,49],[-19,31]]{}]", many(count, hole))
}

fn hours(count: usize) -> String {
    let list = many(count, |i| format!("\"2020-01-01T{:02}:{:02}:{:02}Z\",", i / 3600 % 24, i / 60 % 60, i % 60));
    format!(r#""t":[{}]"#, list.trim_end_matches(','))
}

pub fn cases() -> Vec<Case> {
    [lines_and_rings(), many_parts(), properties(), coordinates(), styles_and_kinds(), tracks()]
        .into_iter()
        .flatten()
        .collect()
}

/// Lines and rings of very many places.
#[rustfmt::skip]
fn lines_and_rings() -> Vec<Case> {
    use End::Made;
    let polygon = |ring: String| feature("", &geometry("Polygon", &format!("[{ring}]")));
    let line = |places: String| feature("", &geometry("LineString", &places));
    vec![
        row("a line of 380 000 random places", Made, move || collection(&line(places(380_000)))),
        row("a line of 900 000 random places", Made, move || collection(&line(places(900_000)))),
        row("a line of 380 000 places, 60 pixels wide", Made, || collection(&feature(r#""stroke-width":60"#, &geometry("LineString", &places(380_000))))),
        row("a line of 380 000 places, 10 000 pixels wide", Made, || collection(&feature(r#""stroke-width":10000"#, &geometry("LineString", &places(380_000))))),
        row("a line to and fro a million times", Made, move || collection(&line(comb(500_000)))),
        row("a line from edge to edge of the world, 300 000 times", Made, move || collection(&line(format!("[{}[0,0]]", "[-179,-80],[179,80],".repeat(300_000))))),
        row("a line of a million equal places", Made, move || collection(&line(format!("[{}[0,40]]", "[0,40],".repeat(1_000_000))))),
        row("a ring of 100 000 random places", Made, move || collection(&polygon(ring(100_000)))),
        row("a ring of 600 000 random places", Made, move || collection(&polygon(ring(600_000)))),
        row("a ring of 300 000 teeth", Made, move || collection(&polygon(comb(300_000)))),
        row("a ring around the world, 100 000 times", Made, move || collection(&polygon(format!("[{}[-180,-60]]", "[-180,-60],[180,-60],[180,60],[-180,60],".repeat(100_000))))),
    ]
}

/// Shapes of very many parts, and very many shapes.
#[rustfmt::skip]
fn many_parts() -> Vec<Case> {
    use End::Made;
    let polygon = |ring: String| feature("", &geometry("Polygon", &format!("[{ring}]")));
    vec![
        row("a polygon of 100 000 holes", Made, || collection(&feature("", &geometry("Polygon", &holes(100_000))))),
        row("100 000 polygons of the whole map", Made, move || collection(&(polygon("[[-20,30],[20,30],[20,50],[-20,50],[-20,30]]".into()) + ",").repeat(100_000))),
        row("10 000 polygons of 50 random places each", Made, move || collection(&(polygon(ring(50)) + ",").repeat(10_000))),
        row("a multipolygon of 100 000 parts", Made, || collection(&feature("", &geometry("MultiPolygon", &format!("[{}[[[0,40],[1,40],[1,41],[0,40]]]]", "[[[0,40],[1,40],[1,41],[0,40]]],".repeat(100_000)))))),
        row("a multiline of 200 000 parts", Made, || collection(&feature("", &geometry("MultiLineString", &format!("[{}[[0,40],[1,41]]]", "[[0,40],[1,41]],".repeat(200_000)))))),
        row("a million points in one feature", Made, || collection(&feature("", &geometry("MultiPoint", &places(900_000))))),
        row("100 000 features of a point each", Made, || collection(&many(100_000, |i| feature("", &geometry("Point", &place(i))) + ","))),
        row("20 000 large markers", Made, || collection(&many(20_000, |i| feature(r#""marker-size":"large""#, &geometry("Point", &place(i))) + ","))),
        row("200 000 features of nothing", Made, || collection(&(feature("", "null") + ",").repeat(200_000))),
    ]
}

/// Very many properties, and very deep nesting.
#[rustfmt::skip]
fn properties() -> Vec<Case> {
    use End::Made;
    vec![
        row("features of properties of 10 MB", Made, || collection(&feature(&format!(r#""a":"{}""#, "x".repeat(10 << 20)), &geometry("Point", "[0,40]")))),
        row("a feature of 300 000 properties", Made, || collection(&feature(many(300_000, |i| format!(r#""p{i}":{i},"#)).trim_end_matches(','), &geometry("Point", "[0,40]")))),
        row("geometry collections 10 000 deep", Made, || collection(&feature("", &(r#"{"type":"GeometryCollection","geometries":["#.repeat(10_000) + &geometry("Point", "[0,40]") + &"]}".repeat(10_000))))),
        row("geometry collections 30 deep", Made, || collection(&feature("", &(r#"{"type":"GeometryCollection","geometries":["#.repeat(30) + &geometry("Point", "[0,40]") + &"]}".repeat(30))))),
        row("a geometry collection of 200 000", Made, || collection(&feature("", &format!(r#"{{"type":"GeometryCollection","geometries":[{}{}]}}"#, (geometry("Point", "[0,40]") + ",").repeat(200_000), geometry("Point", "[0,40]"))))),
        row("coordinates 100 000 deep", Made, || collection(&feature("", &geometry("Polygon", &("[".repeat(100_000) + &"]".repeat(100_000)))))),
    ]
}

/// Coordinates that are invalid, or outside of the world.
#[rustfmt::skip]
fn coordinates() -> Vec<Case> {
    use End::{Lost, Made};
    let line = |places: String| feature("", &geometry("LineString", &places));
    vec![
        row("positions of 1 000 numbers", Made, || collection(&feature("", &geometry("LineString", &format!("[{}[{}0,40]]", format!("[{}0,40],", "1,".repeat(998)).repeat(1_000), "1,".repeat(998)))))),
        row("positions of one number", Lost, || collection(&feature("", &geometry("LineString", "[[1],[2]]")))),
        row("coordinates that are no numbers", Lost, || collection(&feature("", &geometry("LineString", "[[NaN,NaN],[Infinity,0]]")))),
        row("coordinates that are texts", Lost, || collection(&feature("", &geometry("LineString", r#"[["1","2"],["3","4"]]"#)))),
        row("coordinates of 1e308", Made, || collection(&feature("", &geometry("LineString", "[[-1e308,-1e308],[1e308,1e308]]")))),
        row("coordinates of 1e999", Made, || collection(&feature("", &geometry("Polygon", "[[[-1e999,0],[1e999,0],[0,1e999],[-1e999,0]]]")))),
        row("coordinates next to nothing", Made, || collection(&feature("", &geometry("LineString", "[[1e-308,1e-308],[5e-324,5e-324],[-5e-324,40]]")))),
        row("longitudes of a thousand worlds", Made, move || collection(&line("[[-360000,40],[360000,41]]".into()))),
        row("poles, there and back 100 000 times", Made, move || collection(&line(format!("[{}[0,0]]", "[0,90],[0,-90],".repeat(100_000))))),
        row("the antimeridian, 100 000 times", Made, move || collection(&line(format!("[{}[0,0]]", "[179,10],[181,10],".repeat(100_000))))),
    ]
}

/// Invalid styles, and empty shapes.
#[rustfmt::skip]
fn styles_and_kinds() -> Vec<Case> {
    use End::{Fine, Lost, Made};
    let polygon = |ring: String| feature("", &geometry("Polygon", &format!("[{ring}]")));
    let line = |places: String| feature("", &geometry("LineString", &places));
    vec![
        row("widths of 1e308", Made, || collection(&feature(r#""stroke-width":1e308"#, &geometry("LineString", "[[0,40],[1,41]]")))),
        row("widths below nothing", Made, || collection(&feature(r#""stroke-width":-5,"stroke-opacity":99,"fill-opacity":-1"#, &geometry("LineString", "[[0,40],[1,41]]")))),
        row("colours that are none", Made, || collection(&feature(r##""stroke":"#zzzzzz","fill":"url(#a)","marker-color":"rgba(NaN)""##, &geometry("LineString", "[[0,40],[1,41]]")))),
        row("a ring of two places", Made, move || collection(&polygon("[[0,40],[1,41]]".into()))),
        row("a ring of none", Made, move || collection(&polygon("[]".into()))),
        row("a line of none", Made, move || collection(&line("[]".into()))),
        row("no collection but a CRS of another planet", Made, || r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:IAU::30100"}},"features":[]}"#.into()),
        row("a topology", Lost, || r#"{"type":"Topology","objects":{},"arcs":[]}"#.into()),
        row("a feature inside a feature", Lost, || feature("", &feature("", &geometry("Point", "[0,40]")))),
        row("ids of every kind", Fine, || collection(r#"{"type":"Feature","id":{"a":[1]},"properties":null,"geometry":{"type":"Point","coordinates":[0,40]}}"#)),
    ]
}

/// Features that change with time.
#[rustfmt::skip]
fn tracks() -> Vec<Case> {
    vec![
        track("a track of 4 000 positions over 8 frames", 8, || collection(&feature(&hours(4_000), &geometry("LineString", &places(4_000))))),
        track("a track of 200 000 positions over 8 frames", 8, || collection(&feature(&hours(200_000), &geometry("LineString", &places(200_000))))),
        track("50 000 tracks of two positions over 8 frames", 8, || collection(&many(50_000, |_| feature(&hours(2), &geometry("LineString", "[[0,40],[1,41]]")) + ","))),
        track("50 000 points with a time over 24 frames", 24, || collection(&many(50_000, |i| feature(r#""t":"2020-01-01T00:00:00Z""#, &geometry("Point", &place(i))) + ","))),
        track("a ring of 50 000 places with a time over 8 frames", 8, || collection(&feature(r#""t":"2020-01-01T00:00:00Z""#, &geometry("Polygon", &format!("[{}]", ring(50_000)))))),
        track("more times than positions", 4, || collection(&feature(&hours(10_000), &geometry("LineString", &places(10))))),
        track("times that are none", 4, || collection(&feature(r#""t":["x",1,null,{}]"#, &geometry("LineString", &places(4))))),
        track("a time of 10 MB", 4, || collection(&feature(&format!(r#""t":"{}""#, "2".repeat(10 << 20)), &geometry("Point", "[0,40]")))),
        track("a time as a nested list", 4, || collection(&feature(&format!(r#""t":{}{}"#, "[".repeat(100), "]".repeat(100)), &geometry("Point", "[0,40]")))),
    ]
}
