//! The largest work that the limits allow, each kind a row: vectors, pictures laid on maps, encoders.

use super::looks::{Looks, cpu_ms, first_frame, geojson, line, plan, points, ring};
use mapreel_geo::{Bbox, Crs, Extent};
use mapreel_render::encode::palette::{Colours, Palette};
use mapreel_render::encode::{self, SegmentEncoder};
use mapreel_render::{Canvas, Fonts, Gathered, Painter, Placed, Raster, Scene, Stop, place};
use mapreel_spec::{Format, LayerSource, Output, Resampling};

/// The size of the work.
#[derive(Debug, Clone, Copy)]
pub struct Work {
    /// The side of a picture, in pixels.
    pub side: u32,
    /// The side of the largest film, in pixels: H.264 has no larger pictures.
    pub film_side: u32,
    /// The number of positions of the largest line.
    pub places: usize,
}

impl Work {
    /// The largest size that the limits allow.
    pub const WHOLE: Self = Self { side: 4096, film_side: 2000, places: 380_000 };
}

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

fn drawing(Work { side, places, .. }: Work) {
    let large = format!(r#""bbox": [0, 0, 20, 20], "crs": "EPSG:4326", "width": {side}, "height": {side}"#);
    let few = places * 10 / 38;
    let on_large = [0.0, 0.0, 20.0, 20.0];
    let style = r#""stroke-width": 2, "fill-opacity": 0.5"#;
    let fill = r#""stroke-width": 0, "fill-opacity": 0.5"#;
    let globe = |layers: &str| {
        format!(
            r#"{{ "map": {{ "bbox": [-18e6, -18e6, 18e6, 18e6], "bbox_crs": "EPSG:8857", "crs": "EPSG:8857", "width": {side},
                 "height": {side} }}, "layers": [{layers}] }}"#
        )
    };
    for (what, request) in [
        ("natural earth, graticule", globe(r#"{ "type": "natural-earth" }, { "type": "graticule", "step": 1 }"#)),
        ("a ring", geojson(&large, fill, &ring(few, on_large))),
        ("a line", geojson(&large, style, &line(places, on_large))),
        ("the same, dense", geojson(&large, style, &line(places, [9.0, 9.0, 9.2, 9.2]))),
        ("the same, 100 wide", geojson(&large, r#""stroke-width": 100"#, &line(places, [9.0, 9.0, 9.2, 9.2]))),
        ("points", geojson(&large, style, &points(few, on_large))),
    ] {
        let plan = plan(&request);
        row(&format!("{what}, on {side}²"), |stop| _ = first_frame(&plan, stop).expect("nobody stops it").width());
    }
}

fn laying(Work { side, .. }: Work) {
    let picture = noise(side, side);
    let world = Bbox::new([-180.0, -90.0, 180.0, 90.0]);
    for (what, crs, bbox) in [
        ("resampled", Crs::WebMercator, [-1e7, -1e7, 1e7, 1e7]),
        ("warped", Crs::parse("EPSG:3413").expect("known"), [-4e6, -4e6, 4e6, 4e6]),
        ("warped, a globe", Crs::parse("EPSG:8857").expect("known"), [-18e6, -18e6, 18e6, 18e6]),
    ] {
        let map = Extent { crs, bbox: Bbox::new(bbox), width: side, height: side };
        row(&format!("{what}: {side}² onto as much"), |stop| {
            drop(place(picture.clone(), Crs::Geographic, &world, &map, Resampling::Bilinear, stop))
        });
    }
    let map = Extent { crs: Crs::WebMercator, bbox: Bbox::new([-2e7, -1e7, 2e7, 1e7]), width: 1000, height: 500 };
    row(&format!("made smaller: {side}² to 1000 × 500"), |stop| {
        drop(place(picture.clone(), Crs::Geographic, &world, &map, Resampling::Bilinear, stop));
    });
}

fn encoding(Work { side, film_side, .. }: Work) {
    for (kind, page, small) in [
        ("flat", page(side, None), page(film_side, None)),
        ("noise", page(side, Some(noise(side, side))), page(film_side, Some(noise(film_side, film_side)))),
    ] {
        for format in [Format::Png, Format::Jpeg, Format::Webp] {
            row(&format!("{} of {side}², {kind}", format.name()), |stop| drop(encode::still(&page, format, stop)));
        }
        let mut colours = Colours::default();
        row(&format!("colours of {side}², {kind}"), |stop| colours.add(&page, stop).expect("nobody stops it"));
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

/// All kinds of work.
pub fn looks(work: Work) {
    println!("{:44} {:>8} {:>8} {:>8}", "work", "CPU ms", "looks", "longest");
    drawing(work);
    laying(work);
    encoding(work);
}
