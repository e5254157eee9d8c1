//! Capabilities with very many times, and pictures on maps of other CRSs.

use super::bench::Bench;
use mapreel_render::{Raster, Stop, place};
use mapreel_spec::{Limits, Resampling, parse_request};

/// The capabilities of a WMS with `layers` layers, each with styles and a list of `times` times.
fn capabilities(layers: usize, times: usize) -> String {
    let hour = |i: usize| {
        format!("{}-{:02}-{:02}T{:02}:00:00.000Z", 1950 + i / 8064, i / 672 % 12 + 1, i / 24 % 28 + 1, i % 24)
    };
    let times: Vec<String> = (0..times).map(hour).collect();
    let style = r#"<Style><Name>boxfill/rainbow</Name><LegendURL><OnlineResource xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="http://h/l"/></LegendURL></Style>"#;
    let layer = |i: usize| {
        format!(
            r#"<Layer><Name>l{i}</Name><Title>Layer {i}</Title>{}<Dimension name="time" units="ISO8601">{}</Dimension></Layer>"#,
            style.repeat(8),
            times.join(",")
        )
    };
    let layers: String = (0..layers).map(layer).collect();
    format!(
        r#"<WMS_Capabilities version="1.3.0"><Capability><Layer><CRS>EPSG:3857</CRS>{layers}</Layer></Capability></WMS_Capabilities>"#
    )
}

/// The processor time to read the times of a server, and to lay a picture on a map of another CRS.
pub fn time_and_place(bench: Bench) {
    println!("\n{:44} {:>8}   limit", "time and place, CPU ms", "here");
    documents(bench);
    maps(bench);
}

fn documents(bench: Bench) {
    for (name, layers, times) in [
        ("capabilities of 50 layers, 100 times each", 50, 100),
        ("capabilities of 500 layers, 1000 times each", 500, 1000),
    ] {
        let document = capabilities(layers, times);
        let limit = format!("50 ({:.1} MB)", document.len() as f64 / 1e6);
        bench.row(name, 1, &limit, || {
            let read = mapreel_ogc::wms::reader::capabilities(document.as_bytes(), jiff::Timestamp::now());
            drop(read.expect("it is whole"));
        });
    }
}

fn maps(bench: Bench) {
    for (crs, bbox) in [("EPSG:3413", [-180.0, 50.0, 180.0, 90.0]), ("EPSG:32633", [0.0, 40.0, 30.0, 70.0])] {
        let request = format!(
            r#"{{ "map": {{ "bbox": {bbox:?}, "crs": "{crs}", "width": 800, "height": 800 }}, "layers": [{{ "type": "graticule" }}] }}"#
        );
        let map = parse_request(request.as_bytes(), &Limits::default()).expect("valid").map();
        let world = mapreel_geo::Bbox::new([-180.0, -90.0, 180.0, 90.0]);
        let raster = || Raster::straight(2048, 1024, vec![200; 2048 * 1024 * 4]);
        for (word, resampling) in [("bilinear", Resampling::Bilinear), ("nearest", Resampling::Nearest)] {
            bench.row(&format!("2048 × 1024 laid on {crs}, 800², {word}"), 1, "-", || {
                drop(place(raster(), mapreel_geo::Crs::Geographic, &world, &map, resampling, &Stop::never()))
            });
        }
    }
}
