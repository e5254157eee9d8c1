//! Draws pictures of the demo and says how long each took:
//! `cargo run --release -p mapreel-demo --example draw -- FOLDER` writes them there; without a folder it only measures.

use mapreel_demo::Demo;
use std::time::Instant;

const LAND: &[u8] = include_bytes!("../../mapreel-render/geography/50m.bin");
const MAP: &str = "SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&FORMAT=image/png&TRANSPARENT=TRUE";
const WORLD: &str = "SRS=EPSG:4326&BBOX=-180,-90,180,90&WIDTH=800&HEIGHT=400";

fn main() {
    let begin = Instant::now();
    let demo = Demo::new(LAND).expect("the outlines of this repository");
    println!("{:>9.1} ms  unpacked", begin.elapsed().as_secs_f64() * 1e3);
    let folder = std::env::args().nth(1);
    for (name, query) in pictures() {
        let (mut best, mut answer) = (f64::INFINITY, None);
        for _ in 0..5 {
            let begin = Instant::now();
            answer = Some(demo.answer("/demo/wms", &query, None));
            best = best.min(begin.elapsed().as_secs_f64() * 1e3);
        }
        let answer = answer.expect("drawn five times");
        println!("{best:>9.1} ms {:>9} bytes  {name}", answer.body.len());
        if let Some(folder) = &folder {
            let extension = if answer.media_type == "image/png" { "png" } else { "txt" };
            std::fs::write(format!("{folder}/{name}.{extension}"), &answer.body)
                .expect("a folder that can be written to");
        }
    }
}

/// The pictures: a name, and the query of the request.
fn pictures() -> Vec<(&'static str, String)> {
    let map = |rest: &str| format!("{MAP}&{rest}");
    let legend = |rest: &str| format!("SERVICE=WMS&VERSION=1.1.1&REQUEST=GetLegendGraphic&{rest}");
    vec![
        ("world", map(&format!("LAYERS=sst&STYLES=&{WORLD}&TIME=2018-02"))),
        ("world-classes", map(&format!("LAYERS=sst&STYLES=classes&{WORLD}&TIME=2018-08"))),
        ("departure", map(&format!("LAYERS=sst_departure&STYLES=&{WORLD}&TIME=2018-08"))),
        ("departure-classes", map(&format!("LAYERS=sst_departure&STYLES=classes&{WORLD}&TIME=2019-02"))),
        ("opaque", format!("LAYERS=sst&STYLES=&{WORLD}&BGCOLOR=0xe8e4da&{MAP}").replace("&TRANSPARENT=TRUE", "")),
        ("mercator", map("LAYERS=sst&SRS=EPSG:3857&BBOX=-20037508,-20037508,20037508,20037508&WIDTH=800&HEIGHT=800")),
        ("pacific", map("LAYERS=sst&STYLES=&SRS=EPSG:4326&BBOX=100,-60,300,60&WIDTH=1000&HEIGHT=600")),
        ("europe", map("LAYERS=sst&STYLES=&SRS=EPSG:4326&BBOX=-12,30,36,62&WIDTH=960&HEIGHT=640&TIME=2019-07")),
        (
            "europe-classes",
            map("LAYERS=sst&STYLES=classes&SRS=EPSG:4326&BBOX=-12,30,36,62&WIDTH=960&HEIGHT=640&TIME=2019-07"),
        ),
        ("close", map("LAYERS=sst&STYLES=&SRS=EPSG:4326&BBOX=8,54,14,58&WIDTH=900&HEIGHT=600")),
        ("south", map("LAYERS=sst&STYLES=&SRS=EPSG:4326&BBOX=-180,-90,180,-50&WIDTH=1440&HEIGHT=320")),
        ("uhd", map("LAYERS=sst&STYLES=&SRS=EPSG:4326&BBOX=-180,-90,180,90&WIDTH=3840&HEIGHT=2160")),
        ("largest", map("LAYERS=sst&STYLES=classes&SRS=EPSG:4326&BBOX=-180,-90,180,90&WIDTH=2048&HEIGHT=2048")),
        ("legend", legend("LAYER=sst&STYLE=thermal")),
        ("legend-classes", legend("LAYER=sst&STYLE=classes")),
        ("legend-departure", legend("LAYER=sst_departure&STYLE=balance")),
        ("legend-departure-classes", legend("LAYER=sst_departure&STYLE=classes")),
        ("legend-json", legend("LAYER=sst_departure&STYLE=classes&FORMAT=application/json")),
    ]
}
