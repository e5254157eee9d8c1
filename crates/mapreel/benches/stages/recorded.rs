//! Recorded answers of a real WMS, the request to which they belong, and its plan.

use bytes::Bytes;
use mapreel_render::{Fonts, Gathered, LegendArt, LegendPicture, MosaicSheet, Raster, Stop, measure, place};
use mapreel_sources::{Client, Config, Error, Upstreams, Wanted, decode};
use mapreel_spec::{Caption, Limits, Mosaic, PageContent, Plan, Request, Resampling, Resolved, View, parse_request};
use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::pin::Pin;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/recorded")
}

/// Answers from files, by URL. Recorded: NOAA ERSSTv5 sea surface temperature, ETOPO5 relief, Natural Earth coastlines,
/// all public domain, drawn by MapServer.
pub struct Recorded(pub HashMap<String, Bytes>);

/// The name of the file for a URL: a hash that ignores the order of the URL's parameters, because that order depends on
/// how JSON is read.
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
    pub fn load(plan: &Plan) -> Self {
        let read = |url: &str| (url.to_owned(), std::fs::read(folder().join(file_name(url))).expect("recorded").into());
        Self(plan.upstream_urls().into_iter().map(read).collect())
    }
}

impl Upstreams for Recorded {
    fn get<'a>(&'a self, url: &'a str, _: Wanted) -> Pin<Box<dyn Future<Output = Result<Bytes, Error>> + Send + 'a>> {
        Box::pin(async { Ok(self.0[url].clone()) })
    }
}

/// The recorded request with `frames` frames, repeating its own 24; a single frame makes an image.
pub fn document(frames: usize) -> Vec<u8> {
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

/// The same request, parsed.
pub fn request(frames: usize) -> Request {
    parse_request(&document(frames), &Limits::default()).expect("valid")
}

/// Its plan, on a page with only the map.
pub fn planned(frames: usize, limits: &Limits) -> Plan {
    let request = request(frames);
    let (resolved, view) = (Resolved::unasked(&request), View::of(&request));
    Plan::of_map_alone(&resolved, view, limits).expect("valid")
}

/// Its plan, on a page with a measured header and legends.
pub fn planned_on_a_page(frames: usize, recorded: &Recorded) -> Plan {
    let (request, limits) = (request(frames), Limits::default());
    let (resolved, view) = (Resolved::unasked(&request), View::of(&request));
    let content = PageContent::of(&resolved, view, &limits).expect("valid");
    let (room, legends) = (view.room_of(&resolved), legends(content.captions.iter(), recorded));
    let layout = measure(&content, &room, &resolved.area, &legends, &Fonts::bundled(), &Stop::never());
    Plan::new(&resolved, view, content, layout.expect("nobody stops it"), &limits).expect("valid")
}

/// The legend of the overlay.
pub fn legends<'a>(mut captions: impl Iterator<Item = &'a Caption>, recorded: &Recorded) -> Vec<LegendPicture> {
    let url = captions.nth(1).and_then(|caption| caption.legend.as_ref()?.url()).expect("recorded");
    vec![LegendPicture { layer: 1, art: Ok(LegendArt::Whole(decoded(url, recorded))) }]
}

/// One of the recorded pictures.
pub fn decoded(url: &str, recorded: &Recorded) -> Raster {
    let picture = decode(&recorded.0[url]).expect("recorded");
    Raster::straight(picture.width, picture.height, picture.rgba)
}

/// The layer of a frame, laid on the map.
pub fn gathered(mosaic: &Mosaic, plan: &Plan, recorded: &Recorded) -> Gathered {
    let stop = Stop::never();
    let mut sheet = MosaicSheet::new(mosaic, Vec::new());
    for piece in &mosaic.pieces {
        sheet.lay(piece, decoded(&piece.url, recorded), &stop).expect("nobody stops it");
    }
    let raster = sheet.finish().expect("recorded");
    let placed = place(raster, mosaic.crs, &mosaic.bbox, &plan.map, Resampling::Bilinear, &stop);
    Gathered { placed: placed.expect("nobody stops it"), gap: None }
}

/// Records the answers anew.
pub fn record(wms: &str) {
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
