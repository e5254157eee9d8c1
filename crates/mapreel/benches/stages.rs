//! `cargo bench`: what a frame costs, stage by stage, and what whole jobs cost, over recorded answers of a real WMS.
//!
//! Prints milliseconds of processor time (user and system) beside the limits that were measured with the same libraries
//! by hand. Nothing here asserts a time: machines differ. `MAPREEL_RECORD=http://…/wms cargo bench` records the answers anew.

use bytes::Bytes;
use mapreel::config::fonts::FontSource;
use mapreel::pipeline::produce::{Destination, Job, produce};
use mapreel::pipeline::progress::NoProgress;
use mapreel_render::encode::palette::Palette;
use mapreel_render::encode::{self, SegmentEncoder};
use mapreel_render::measure;
use mapreel_render::{Fonts, Gathered, LegendArt, LegendPicture, MosaicSheet, Painter, Raster, Scene, Stop, place};
use mapreel_sources::decode;
use mapreel_sources::{Client, Config, Error, Upstreams, Wanted};
use mapreel_spec::{
    Caption, Format, LayerSource, Limits, Mosaic, PageContent, Plan, Request, Resampling, Resolved, Series, View,
    parse_request,
};
use mapreel_testkit::processes::memory_peak_bytes;
use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/recorded")
}

/// Answers from files, by URL. Recorded: NOAA ERSSTv5 sea surface temperature, ETOPO5 relief, Natural Earth coastlines,
/// all public domain, drawn by MapServer.
struct Recorded(HashMap<String, Bytes>);

/// The name of a URL's file: a hash of it, whatever the order of its parameters, which depends on how JSON is read.
fn file_name(url: &str) -> String {
    let (address, query) = url.split_once('?').expect("recorded of a WMS");
    let mut parameters: Vec<&str> = query.split('&').collect();
    parameters.sort_unstable();
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    format!("{address}?{}", parameters.join("&"))
        .bytes()
        .for_each(|byte| hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    format!("{hash:016x}.png")
}

impl Recorded {
    fn load(plan: &Plan) -> Self {
        let read = |url: &str| (url.to_owned(), std::fs::read(folder().join(file_name(url))).expect("recorded").into());
        Self(plan.upstream_urls().into_iter().map(read).collect())
    }
}

impl Upstreams for Recorded {
    fn get<'a>(&'a self, url: &'a str, _: Wanted) -> Pin<Box<dyn Future<Output = Result<Bytes, Error>> + Send + 'a>> {
        Box::pin(async { Ok(self.0[url].clone()) })
    }
}

/// The recorded request with so many frames, repeating its own 24; one frame makes an image.
fn document(frames: usize) -> Vec<u8> {
    let recorded = std::fs::read(folder().join("request.json")).expect("recorded");
    let mut request: Value = serde_json::from_slice(&recorded).expect("JSON");
    let repeat = |list: &mut Value| {
        let values = list.as_array().expect("a list");
        *list = (0..frames).map(|i| values[i % values.len()].clone()).collect();
    };
    repeat(&mut request["basemap"]["map_time"]);
    for overlay in request["overlays"].as_array_mut().expect("a list") {
        for name in ["url", "labels"] {
            if overlay[name].is_array() && (name == "url" || overlay[name][0].is_array()) {
                repeat(&mut overlay[name]);
            }
        }
    }
    if frames == 1 {
        request["general"]["format"] = "png".into();
    }
    serde_json::to_vec(&request).expect("JSON")
}

fn request(frames: usize) -> Request {
    parse_request(&document(frames), &Limits::default()).expect("valid")
}

fn planned(frames: usize, limits: &Limits) -> Plan {
    let request = request(frames);
    let (resolved, view) = (Resolved::unasked(&request), View::of(&request));
    Plan::of_map_alone(&resolved, view, limits).expect("valid")
}

/// The same, on a page on which header and legends have been measured.
fn planned_on_a_page(frames: usize, recorded: &Recorded) -> Plan {
    let (request, limits) = (request(frames), Limits::default());
    let (resolved, view) = (Resolved::unasked(&request), View::of(&request));
    let content = PageContent::of(&resolved, view, &limits).expect("valid");
    let (map, legends) = (view.map_of(&resolved), legends(content.captions.iter(), recorded));
    let layout = measure(&content, [map.width, map.height], &legends, &Fonts::bundled(), &Stop::never());
    Plan::new(&resolved, view, content, layout.expect("nobody stops it"), &limits).expect("valid")
}

fn legends<'a>(mut captions: impl Iterator<Item = &'a Caption>, recorded: &Recorded) -> Vec<LegendPicture> {
    let url = captions.nth(1).and_then(|caption| caption.legend.as_ref()?.url()).expect("recorded");
    vec![LegendPicture { layer: 1, art: Ok(LegendArt::Whole(decoded(url, recorded))) }]
}

/// Processor time of this process so far, user and system, in milliseconds.
fn cpu_ms() -> f64 {
    // SAFETY: an all-zero rusage is valid, and getrusage fills it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    let ms = |t: libc::timeval| t.tv_sec as f64 * 1e3 + t.tv_usec as f64 / 1e3;
    ms(usage.ru_utime) + ms(usage.ru_stime)
}

fn row(stage: &str, per: usize, limit: &str, mut work: impl FnMut()) {
    work();
    let before = cpu_ms();
    let rounds = 5;
    (0..rounds).for_each(|_| work());
    println!("{stage:44} {:8.2}   {limit}", (cpu_ms() - before) / (rounds * per) as f64);
}

fn decoded(url: &str, recorded: &Recorded) -> Raster {
    let picture = decode(&recorded.0[url]).expect("recorded");
    Raster::straight(picture.width, picture.height, picture.rgba)
}

fn gathered(mosaic: &Mosaic, plan: &Plan, recorded: &Recorded) -> Gathered {
    let stop = Stop::never();
    let mut sheet = MosaicSheet::new(mosaic, Vec::new());
    for piece in &mosaic.pieces {
        sheet.lay(piece, decoded(&piece.url, recorded), &stop).expect("nobody stops it");
    }
    let raster = sheet.finish().expect("recorded");
    let placed = place(raster, mosaic.crs, &mosaic.bbox, &plan.map, Resampling::Bilinear, &stop);
    Gathered { placed: placed.expect("nobody stops it"), gap: None }
}

fn layer(plan: &Plan, index: usize) -> &Series<Mosaic> {
    match &plan.layers[index].drawing {
        LayerSource::Pictures(series) => series,
        _ => unreachable!("both layers are pictures"),
    }
}

fn stages() {
    let recorded = Recorded::load(&planned(24, &Limits::default()));
    let plan = Arc::new(planned_on_a_page(24, &recorded));
    let legends = || legends(plan.layers.iter().map(|layer| &layer.caption), &recorded);
    let scene = || {
        let still = vec![Some(gathered(layer(&plan, 0).at(0), &plan, &recorded)), None];
        Scene::new(plan.clone(), still, &legends(), &Fonts::bundled(), &Stop::never()).expect("nobody stops it")
    };
    println!("{:44} {:>8}   limit", "stage, CPU ms", "here");
    row("request read, measured and planned, once", 1, "-", || drop(planned_on_a_page(24, &recorded)));
    row("static layer: 12 tiles, legend, text, once", 1, "12-14 (20 tiles)", || drop(scene()));
    let scene = scene();
    let frames: Vec<_> = (0..24).map(|i| vec![None, Some(gathered(layer(&plan, 1).at(i), &plan, &recorded))]).collect();
    row("PNG decode, a frame", 24, "2.2-2.7", || {
        (0..24).for_each(|i| drop(decode(&recorded.0[&layer(&plan, 1).at(i).pieces[0].url])));
    });
    let mut painter = Painter::new(&scene, Stop::never());
    row("restore, blend, text, a frame", 24, "0.73 (0.24 + 0.46 + 0.03)", || {
        (0..24).for_each(|i| _ = painter.draw(i, &frames[i]).map(mapreel_render::Canvas::width))
    });
    let output = plan.output.clone();
    let film = encode::Animation {
        width: plan.layout.width,
        height: plan.layout.height,
        frames: 24,
        output,
        palette: Palette::default(),
    };
    let pages: Vec<_> = (0..24).map(|i| painter.draw(i, &frames[i]).expect("nobody stops it").clone()).collect();
    let encoded = |film: &encode::Animation| -> Vec<Vec<u8>> {
        plan.segments
            .iter()
            .map(|segment| {
                let mut encoder = SegmentEncoder::new(film, segment).expect("even sides");
                segment.clone().for_each(|i| encoder.add(&pages[i], &Stop::never()).expect("it encodes"));
                encoder.finish()
            })
            .collect()
    };
    row("YUV and H.264, a frame", 24, "8.2-9.2 (0.21 + 8-9)", || drop(encoded(&film)));
    let segments = encoded(&film);
    let assembled = |film: &encode::Animation, segments: &[Vec<u8>]| {
        let mut out = Vec::new();
        encode::assemble(film, segments.iter().map(|s| &s[..]).collect(), &mut out).expect("whole segments");
        out
    };
    row("mux, a frame", 24, "0.2", || drop(assembled(&film, &segments)));
    println!("{:44} {:8.0}", "  MP4, kB", assembled(&film, &segments).len() as f64 / 1e3);
    let colours = || {
        let mut colours = encode::Colours::default();
        pages.iter().for_each(|page| colours.add(page, &Stop::never()).expect("nobody stops it"));
        colours.palette(legends().iter().filter_map(|legend| legend.art.as_ref().ok()).flat_map(LegendArt::pictures))
    };
    row("GIF palette of 24 frames, a frame", 24, "-", || drop(colours()));
    let gif = encode::Animation {
        output: mapreel_spec::Output { format: Format::Gif, ..film.output.clone() },
        palette: colours(),
        ..film.clone()
    };
    row("GIF, a frame", 24, "13-16", || drop(encoded(&gif)));
    println!("{:44} {:8.0}", "  GIF, kB", assembled(&gif, &encoded(&gif)).len() as f64 / 1e3);
    for (format, limit) in [(Format::Png, "18 (stored PNG)"), (Format::Jpeg, "17"), (Format::Webp, "8.3")] {
        row(&format!("{} of a page", format.name()), 1, limit, || {
            drop(encode::still(&pages[0], format, &Stop::never()))
        });
        println!(
            "{:44} {:8.0}",
            format!("  {}, kB", format.name()),
            encode::still(&pages[0], format, &Stop::never()).expect("it encodes").len() as f64 / 1e3
        );
    }
}

/// Capabilities of a WMS with so many layers, each with styles and a list of so many times.
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

/// What it costs to know which times there are, and to lay a picture on a map of another CRS.
fn time_and_place() {
    println!("\n{:44} {:>8}   limit", "time and place, CPU ms", "here");
    for (name, layers, times) in [
        ("capabilities of 50 layers, 100 times each", 50, 100),
        ("capabilities of 500 layers, 1000 times each", 500, 1000),
    ] {
        let document = capabilities(layers, times);
        let limit = format!("50 ({:.1} MB)", document.len() as f64 / 1e6);
        row(name, 1, &limit, || {
            drop(mapreel_ogc::wms::reader::capabilities(document.as_bytes(), jiff::Timestamp::now()))
        });
    }
    for (crs, bbox) in [("EPSG:3413", [-180.0, 50.0, 180.0, 90.0]), ("EPSG:32633", [0.0, 40.0, 30.0, 70.0])] {
        let request = format!(
            r#"{{ "map": {{ "bbox": {bbox:?}, "crs": "{crs}", "width": 800, "height": 800 }}, "layers": [{{ "type": "graticule" }}] }}"#
        );
        let map = parse_request(request.as_bytes(), &Limits::default()).expect("valid").map;
        let world = mapreel_geo::Bbox::new([-180.0, -90.0, 180.0, 90.0]);
        let raster = || Raster::straight(2048, 1024, vec![200; 2048 * 1024 * 4]);
        for (word, resampling) in [("bilinear", Resampling::Bilinear), ("nearest", Resampling::Nearest)] {
            row(&format!("2048 × 1024 laid on {crs}, 800², {word}"), 1, "-", || {
                drop(place(raster(), mapreel_geo::Crs::Geographic, &world, &map, resampling, &Stop::never()))
            });
        }
    }
}

/// One whole job, in a process of its own: prints wall ms, CPU ms and peak MB.
fn job(frames: usize) {
    let plan = planned(frames, &Limits { cost_mpx_max: u64::MAX, ..Limits::default() });
    let recorded = Arc::new(Recorded::load(&plan));
    let (document, request) = (document(frames), request(frames));
    let limits = Limits { cost_mpx_max: u64::MAX, ..Limits::default() };
    let out = std::env::temp_dir().join(format!("mapreel-bench-{}", std::process::id()));
    let (before, started) = (cpu_ms(), Instant::now());
    let fonts = FontSource::default();
    let job = Job { request, document: &document, upstreams: recorded, fonts, limits, threads: 2, memory_mib: 4096 };
    produce(job, &Destination::File(out.clone()), &NoProgress).expect("it is drawn");
    let peak_mib = memory_peak_bytes(std::process::id()) as f64 / f64::from(1 << 20);
    println!("{:.1} {:.1} {:.1}", started.elapsed().as_secs_f64() * 1e3, cpu_ms() - before, peak_mib);
    let _ = std::fs::remove_file(out);
}

fn jobs() {
    println!("\n{:44} {:>8} {:>8} {:>8}   aim", "whole job, median of 7, two threads", "wall ms", "CPU ms", "peak MB");
    for (name, frames, aim) in [
        ("one image, one overlay, stored PNG", 1, "40 ms CPU"),
        ("24 frames 936×763 to MP4", 24, "350 ms wall, 500 ms CPU, 80 MB"),
        ("240 frames 936×763 to MP4", 240, "80 MB, the same as for 24"),
    ] {
        let run = |_| {
            let output = std::process::Command::new(std::env::current_exe().expect("it runs"))
                .args(["--job", &frames.to_string()])
                .output()
                .expect("it runs");
            let numbers = String::from_utf8_lossy(&output.stdout);
            let numbers: Vec<f64> = numbers.split_whitespace().filter_map(|n| n.parse().ok()).collect();
            [numbers[0], numbers[1], numbers[2]]
        };
        let runs: Vec<[f64; 3]> = (0..7).map(run).collect();
        let median = |column: usize| {
            let mut values: Vec<f64> = runs.iter().map(|run| run[column]).collect();
            values.sort_by(f64::total_cmp);
            values[3]
        };
        println!("{name:44} {:8.0} {:8.0} {:8.0}   {aim}", median(0), median(1), median(2));
    }
}

fn record(wms: &str) {
    let plan = planned(24, &Limits::default());
    let client = Client::new(Config::default()).expect("certificates");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for url in plan.upstream_urls() {
        let real = url.replace("http://recorded.invalid/wms", wms);
        let bytes = runtime.block_on(client.get(&real, Wanted::Picture)).expect("the server answers");
        std::fs::write(folder().join(file_name(url)), bytes).expect("it is written");
    }
    println!("recorded {} answers", plan.upstream_urls().len());
}

fn main() {
    mapreel::memory::return_large_blocks();
    let arguments: Vec<String> = std::env::args().collect();
    if let Ok(wms) = std::env::var("MAPREEL_RECORD") {
        return record(&wms);
    }
    match arguments.iter().position(|argument| argument == "--job") {
        Some(at) => job(arguments[at + 1].parse().expect("frames")),
        None => {
            stages();
            time_and_place();
            jobs();
        }
    }
}
