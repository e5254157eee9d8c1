//! `cargo bench --bench looks`: the longest processor time between two looks at the stop token, of the largest work that there
//! is. Drawing means 50 ms; the calls of libraries that take longer stand in ARCHITECTURE.md.

#[allow(dead_code, reason = "shared with the tests")]
#[path = "../tests/support/looks.rs"]
mod looks;

use looks::{Looks, cpu_ms, first_frame, geojson, line, plan, points, ring};
use mapreel_geo::{Bbox, Crs, Extent};
use mapreel_render::encode::palette::{Colours, Palette};
use mapreel_render::encode::{self, SegmentEncoder};
use mapreel_render::{Canvas, Fonts, Gathered, Painter, Placed, Raster, Scene, Stop, place};
use mapreel_spec::{Format, LayerSource, Output, Resampling};

const SIDE: u32 = 4096;

fn row(what: &str, work: impl FnOnce(&Stop)) {
    let looks = Looks::watching();
    let before = cpu_ms();
    work(&looks.stop());
    looks.pause();
    println!("{what:44} {:8.0} {:8} {:8.1}", cpu_ms() - before, looks.count(), looks.longest_ms());
}

/// A picture of as many colours as pixels: the worst for encoders and palettes.
fn noise(width: u32, height: u32) -> Raster {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        [(state >> 33) as u8, (state >> 41) as u8, (state >> 49) as u8, 255]
    };
    let pixels = (0..width * height).flat_map(|_| next()).collect();
    Raster::straight(width, height, pixels)
}

/// A page that shows a picture.
fn page(side: u32, picture: Option<Raster>) -> Canvas {
    let request = format!(
        r#"{{ "map": {{ "bbox": [0, 0, 20, 20], "crs": "EPSG:4326", "width": {side}, "height": {side} }},
             "layers": [{{ "type": "wms", "url": "http://recorded.invalid/wms", "layers": "a" }}] }}"#
    );
    let mut plan = plan(&request);
    let layer = &mut std::sync::Arc::make_mut(&mut plan).layers[0];
    if let LayerSource::Missing(_) = layer.drawing {
        layer.drawing = LayerSource::Pictures(mapreel_spec::Series::PerFrame(Vec::new()));
    }
    let scene = Scene::new(plan, vec![None], &[], &Fonts::bundled(), &Stop::never()).expect("nobody stops it");
    let placed = picture.map(|raster| Placed { raster, x: 0, y: 0 }).into_iter().collect();
    let mut painter = Painter::new(&scene, Stop::never());
    painter.draw(0, &vec![Some(Gathered { placed, gap: None })]).expect("nobody stops it").clone()
}

fn drawing() {
    let large = r#""bbox": [0, 0, 20, 20], "crs": "EPSG:4326", "width": 4096, "height": 4096"#;
    let on_large = [0.0, 0.0, 20.0, 20.0];
    let style = r#""stroke-width": 2, "fill-opacity": 0.5"#;
    let fill = r#""stroke-width": 0, "fill-opacity": 0.5"#;
    let globe = |layers: &str| {
        format!(
            r#"{{ "map": {{ "bbox": [-18e6, -18e6, 18e6, 18e6], "bbox_crs": "EPSG:8857", "crs": "EPSG:8857", "width": 4096,
                 "height": 4096 }}, "layers": [{layers}] }}"#
        )
    };
    for (what, request) in [
        (
            "natural earth, graticule: 4096²",
            globe(r#"{ "type": "natural-earth" }, { "type": "graticule", "step": 1 }"#),
        ),
        ("a ring of 100 000 places: 4096²", geojson(large, fill, &ring(100_000, on_large))),
        ("a line of 380 000 places: 4096²", geojson(large, style, &line(380_000, on_large))),
        ("the same, dense", geojson(large, style, &line(380_000, [9.0, 9.0, 9.2, 9.2]))),
        ("the same, 100 wide", geojson(large, r#""stroke-width": 100"#, &line(380_000, [9.0, 9.0, 9.2, 9.2]))),
        ("100 000 points: 4096²", geojson(large, style, &points(100_000, on_large))),
    ] {
        let plan = plan(&request);
        row(what, |stop| _ = first_frame(&plan, stop).expect("nobody stops it").width());
    }
}

fn laying() {
    let picture = noise(SIDE, SIDE);
    let world = Bbox::new([-180.0, -90.0, 180.0, 90.0]);
    for (what, crs, bbox) in [
        ("resampled: 4096² onto 4096²", Crs::WebMercator, [-1e7, -1e7, 1e7, 1e7]),
        ("warped: 4096² onto 4096²", Crs::parse("EPSG:3413").expect("known"), [-4e6, -4e6, 4e6, 4e6]),
        ("warped, a globe", Crs::parse("EPSG:8857").expect("known"), [-18e6, -18e6, 18e6, 18e6]),
    ] {
        let map = Extent { crs, bbox: Bbox::new(bbox), width: SIDE, height: SIDE };
        row(what, |stop| drop(place(picture.clone(), Crs::Geographic, &world, &map, Resampling::Bilinear, stop)));
    }
    let map = Extent { crs: Crs::WebMercator, bbox: Bbox::new([-2e7, -1e7, 2e7, 1e7]), width: 1000, height: 500 };
    row("made smaller: 4096² to 1000 × 500", |stop| {
        drop(place(picture.clone(), Crs::Geographic, &world, &map, Resampling::Bilinear, stop));
    });
}

fn encoding() {
    for (kind, page, small) in [
        ("flat", page(SIDE, None), page(2000, None)),
        ("noise", page(SIDE, Some(noise(SIDE, SIDE))), page(2000, Some(noise(2000, 2000)))),
    ] {
        for format in [Format::Png, Format::Jpeg, Format::Webp] {
            row(&format!("{} of 4096², {kind}", format.name()), |stop| drop(encode::still(&page, format, stop)));
        }
        let mut colours = Colours::default();
        row(&format!("colours of 4096², {kind}"), |stop| colours.add(&page, stop).expect("nobody stops it"));
        let mut palette = Palette::default();
        row(&format!("palette of them, {kind}"), |_| palette = colours.palette(std::iter::empty()));
        for (format, page) in [(Format::Gif, &page), (Format::Mp4, &small)] {
            let output = Output { format, frame_rate_fps: 5.0, hold_last_s: 0.0, repeat: true };
            let (width, height) = (page.width(), page.height());
            let animation = encode::Animation { width, height, frames: 1, output, palette: palette.clone() };
            row(&format!("{} of {width} × {height}, {kind}", format.name()), |stop| {
                let mut encoder = SegmentEncoder::new(&animation, &(0..1)).expect("it encodes");
                encoder.add(page, stop).expect("it encodes");
            });
        }
    }
}

fn main() {
    println!("{:44} {:>8} {:>8} {:>8}", "work", "CPU ms", "looks", "longest");
    drawing();
    laying();
    encoding();
}
