//! Memory and the time of a preparation stay within their limits, whatever the pictures, tiles or the map.

use crate::support::service::{Site, film};
use mapreel_testkit::pictures::Picture;
use mapreel_testkit::upstreams;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A picture in a single grey, which compresses to a few bytes.
fn grey(side: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&vec![128; (side * side) as usize]).unwrap();
    out
}

/// An image of `side` pixels, of tiles of `tile` pixels from level 5 on: 6 × 6 of them.
fn tiles(url: &str, side: u32, tile: u32) -> String {
    format!(
        r#"{{ "map": {{ "bbox": [0.1, 0.1, 67.4, 55.7], "crs": "EPSG:3857", "width": {side} }},
             "layers": [{{ "type": "xyz", "url": "{url}/{{z}}/{{x}}/{{y}}.png", "min_zoom": 5, "tile_size": {tile} }}] }}"#
    )
}

#[test]
fn the_memory_of_a_map_does_not_grow_with_its_tiles() {
    const MIB: u64 = 1 << 20;
    // The memory is that of the map's own size and one tile. All 36 tiles would take 576 MiB, and so would their mosaic
    // at full size.
    for (name, tile, answered, code) in [
        ("tiles-that-are-large", 2048, 2048, 0),
        ("tiles-larger-than-said", 256, 1024, 0),
        ("tiles-much-larger-than-said", 256, 4096, 1),
    ] {
        let picture = grey(answered);
        let url = upstreams::serve_all(move |_| ("200 OK", "", picture.clone()));
        let site = Site::new(name);
        let process = site.serve(&["--workers", "1"], "");
        let before = process.memory_peak_bytes();
        let id = process.submit("image", &tiles(&url, 256, tile));
        let job = process.ended(&id, Duration::from_secs(120));
        let warnings = job["warnings"].as_array().map_or(0, Vec::len);
        assert_eq!((job["status"].as_str(), warnings), (Some("SUCCESS"), code), "{name}: {job}");
        let grown = (process.memory_peak_bytes() - before) / MIB;
        println!("{name}: {grown} MiB");
        assert!(grown < 300, "{name}: {grown} MiB");
    }
}

#[test]
fn a_map_that_does_not_fit_into_memory_is_refused_with_what_fits() {
    let site = Site::new("no-room");
    let process = site.serve(&["--memory", "512MiB"], "");
    let layer = |i| format!(r#"{{ "type": "xyz", "url": "http://127.0.0.1:9/{i}/{{z}}/{{x}}/{{y}}.png" }}"#);
    let layers: Vec<String> = (0..10).map(layer).collect();
    let request = |side: u32| {
        let layers = layers.join(",");
        format!(r#"{{ "map": {{ "bbox": [0, 0, 20, 20], "width": {side}, "height": {side} }}, "layers": [{layers}] }}"#)
    };
    let answer = process.post("/api/service/image", &request(4000));
    let problem = answer.json();
    assert_eq!(answer.status, 422, "{problem}");
    let error = &problem["errors"][0];
    let (detail, hint) = (error["detail"].as_str().unwrap(), error["hint"].as_str().unwrap());
    assert_eq!((error["pointer"].as_str(), error["code"].as_str()), (Some("/map"), Some("too_large")));
    assert!(
        detail.starts_with("drawing a frame takes up to ") && detail.ends_with("there are 336 MiB for it"),
        "{detail}"
    );
    let side: u32 = hint.strip_prefix("a map of ").and_then(|rest| rest.split(' ').next()).unwrap().parse().unwrap();
    assert!(process.post("/api/service/image", &request(side)).status == 202, "{hint}");
    assert!(process.post("/api/service/image", &request(2 * side)).status == 422, "{hint}");
}

#[test]
fn the_colours_of_a_gif_are_found_in_pictures_that_are_fetched_side_by_side() {
    let (under_way, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (now, seen) = (under_way.clone(), most.clone());
    let url = upstreams::serve(move |path| {
        seen.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(150));
        now.fetch_sub(1, Ordering::SeqCst);
        let [width, height] = upstreams::size(path).unwrap();
        ("200 OK", "", Picture::of(width, height, [10, 20, 30]).to_png())
    });
    // One segment: only the search for the colours of the GIF fetches so many pictures at once.
    let request = film("side by side", &url, 4, "gif");
    let file = crate::support::folder("bounded").join("side-by-side.json");
    std::fs::write(&file, request).unwrap();
    let out = file.with_extension("gif");
    let arguments = ["render", file.to_str().unwrap(), "-o", out.to_str().unwrap(), "--threads", "1"];
    assert!(crate::support::mapreel(&arguments).status.success());
    assert_eq!(most.load(Ordering::SeqCst), 4, "all four at once");
}

#[test]
fn a_gif_whose_pictures_take_longer_than_a_stall_altogether_is_drawn() {
    let url = upstreams::serve(|path| {
        std::thread::sleep(Duration::from_millis(1500));
        let [width, height] = upstreams::size(path).unwrap();
        ("200 OK", "", Picture::of(width, height, [10, 20, 30]).to_png())
    });
    let site = Site::new("slow-gif");
    let process = site.serve(&["--workers", "1", "--stall-s", "4"], "");
    let id = process.submit("animation", &film("slow", &url, 30, "gif"));
    let job = process.ended(&id, Duration::from_secs(120));
    assert_eq!(job["status"], "SUCCESS", "{job}");
}
