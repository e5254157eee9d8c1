//! The memory of the largest jobs: `cargo bench --bench memory`.
//!
//! For 1, 2 and 8 slots: as many jobs as slots, each as large as the limits allow, under one budget. The benchmark prints
//! the largest memory of the process beside the budget; it asserts only that every job is done.

#![allow(dead_code, clippy::unwrap_used, reason = "a benchmark uses a part of the tests' support")]

#[path = "../tests/support/mod.rs"]
mod support;

use mapreel_testkit::pictures::Picture;
use mapreel_testkit::upstreams;
use std::time::{Duration, Instant};
use support::service::{Process, Site};

/// The budget of every run, in MiB.
const MEMORY_MIB: u64 = 2048;

fn main() {
    println!("{:52} {:>9} {:>9} {:>9}", "jobs", "peak MiB", "budget", "seconds");
    for slots in [1, 2, 8] {
        run("PNG of 4096², 3 969 tiles of 64 pixels", slots, "image", |url, i| tiles(url, i, 64));
        run("PNG of 4096², 3 969 tiles of 256 pixels", slots, "image", |url, i| tiles(url, i, 256));
        run("GIF of 4096², 12 frames, two layers of a WMS", slots, "animation", |url, i| film(url, i, 4096, "gif"));
        run("MP4 of 3000², 12 frames, two layers of a WMS", slots, "animation", |url, i| film(url, i, 3000, "mp4"));
    }
}

fn run(name: &str, slots: usize, service: &str, request: impl Fn(&str, usize) -> String) {
    let url = upstreams::serve(|path| ("200 OK", "", noise(path)));
    let site = Site::new("bench-memory");
    let (count, memory) = (slots.to_string(), format!("{MEMORY_MIB}MiB"));
    let process =
        site.serve(&["--workers", &count, "--image-workers", &count, "--memory", &memory, "--log", "warn"], "");
    let began = Instant::now();
    let ids: Vec<String> = (0..slots).map(|i| process.submit(service, &request(&url, i))).collect();
    ids.iter().for_each(|id| is_done(&process, id));
    let peak = process.memory_peak_bytes() >> 20;
    let name = format!("{slots} × {name}");
    println!("{name:52} {peak:>9} {MEMORY_MIB:>9} {:>9.1}", began.elapsed().as_secs_f64());
}

fn is_done(process: &Process, id: &str) {
    let job = process.ended(id, Duration::from_secs(1200));
    assert_eq!(job["status"], "SUCCESS", "{job}");
}

/// 63 × 63 tiles of a level that is four times as fine as the map; small tiles are of a level as fine as the map.
fn tiles(url: &str, number: usize, tile: u32) -> String {
    format!(
        r#"{{ "map": {{ "bbox": [-167, -80, 167, 80], "crs": "EPSG:3857", "width": 4096, "height": 4096 }},
             "layers": [{{ "type": "xyz", "url": "{url}/{number}/{{z}}/{{x}}/{{y}}.png", "min_zoom": 6, "max_zoom": 6,
                           "tile_size": {tile} }}] }}"#
    )
}

fn film(url: &str, number: usize, side: u32, format: &str) -> String {
    let days: Vec<String> = (1..=12).map(|day| format!("\"2020-01-{day:02}\"")).collect();
    let layer = |name| format!(r#"{{ "type": "wms", "url": "{url}/{number}{name}", "layers": "a", "opacity": 0.5 }}"#);
    format!(
        r#"{{ "map": {{ "bbox": [0, 0, 20, 20], "width": {side}, "height": {side} }}, "times": [{}],
             "layers": [{}, {}], "output": {{ "format": "{format}" }} }}"#,
        days.join(","),
        layer("a"),
        layer("b")
    )
}

/// A picture in the size that the URL names, with distinct rows; a tile has 256 pixels a side.
fn noise(path: &str) -> Vec<u8> {
    let [width, height] = upstreams::size(path).unwrap_or([256; 2]);
    let mut picture = Picture::of(width, height, [0; 3]);
    let mut state = path.len() as u32 + 1;
    for row in picture.rgb.chunks_exact_mut(width as usize * 3) {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        row.fill((state >> 24) as u8);
    }
    picture.to_png()
}
