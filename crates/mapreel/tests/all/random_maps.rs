//! Random maps over MapServer and QGIS Server. Where the server has the map's CRS, Mapreel's map equals the server's picture
//! of the same box, pixel for pixel. Otherwise each place of the server's picture lies where GDAL puts it. MapServer's own
//! pictures are exact, so there each place also lies where GDAL has it in the world. Pictures of QGIS Server 3.22 are
//! shifted by up to two of its pixels, and the shift changes with the last digit of a box.
//!
//! `MAPREEL_RANDOM_MAPS=300 cargo test -p mapreel --test all random_maps -- --nocapture` draws 300 maps and prints the
//! differences.

use super::projections::{northing_first, shifts, warped};
use super::support::world::{self, Server};
use super::support::{Run, folder, render};
use super::support::{fetch, picture};
use mapreel_geo::Crs;
use mapreel_testkit::pictures::Picture;
use mapreel_testkit::upstreams::parameter;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The number of maps where the environment does not name one.
const MAPS: usize = 48;
/// The largest distance of a place from GDAL's, in pixels of the map.
const APART_PX: f64 = 0.5;
/// The largest difference of two grey levels.
const LEVELS: u8 = 1;

/// The area in which the middle of a map may lie, in degrees, and the largest width of a pixel in kilometres, for each CRS.
const AREAS: [(&str, [f64; 4], f64); 12] = [
    ("EPSG:3857", [-90.0, -50.0, 90.0, 55.0], 24.0),
    ("EPSG:4326", [-90.0, -40.0, 90.0, 40.0], 24.0),
    ("EPSG:3413", [-180.0, 60.0, 180.0, 89.0], 24.0),
    ("EPSG:3031", [-180.0, -89.0, 180.0, -62.0], 24.0),
    ("EPSG:3995", [-180.0, 60.0, 180.0, 89.0], 24.0),
    ("EPSG:3978", [-120.0, 45.0, -70.0, 70.0], 14.0),
    ("EPSG:32633", [10.0, 35.0, 20.0, 70.0], 8.0),
    ("EPSG:32736", [28.0, -50.0, 38.0, -10.0], 8.0),
    ("EPSG:3035", [0.0, 40.0, 30.0, 62.0], 14.0),
    ("EPSG:3832", [130.0, -40.0, 179.0, 40.0], 20.0),
    ("EPSG:6933", [-90.0, -40.0, 90.0, 45.0], 20.0),
    ("EPSG:2154", [-5.0, 41.0, 10.0, 51.0], 10.0),
];

#[derive(Debug)]
struct Map {
    code: &'static str,
    bbox: [f64; 4],
    size: [u32; 2],
    server: Server,
    has_it: bool,
    version: &'static str,
}

impl Map {
    fn of(number: usize) -> Self {
        let mut chance = fastrand::Rng::with_seed(0x5eed + number as u64);
        let (code, [west, south, east, north], km_max) = AREAS[number % AREAS.len()];
        let number = number / AREAS.len();
        let mut between = |low: f64, high: f64| low + chance.f64() * (high - low);
        let crs = Crs::parse(code).unwrap();
        let [x, y] = crs.forward([between(west, east), between(south, north)]).unwrap();
        let size = [between(200.0, 400.0), between(200.0, 400.0)].map(|side| side as u32);
        let unit = between(6.0, km_max) * if code == "EPSG:4326" { 1.0 / 111.3 } else { 1000.0 };
        // A box of another shape than the map, so that the map shows more than the box.
        let [wide, high] = if between(0.0, 1.0) < 0.5 { [1.0, between(0.6, 1.0)] } else { [between(0.6, 1.0), 1.0] };
        let [half_x, half_y] = [f64::from(size[0]) * unit * wide / 2.0, f64::from(size[1]) * unit * high / 2.0];
        // At most the latitudes of the world, and never ±180: servers draw what lies beyond in different ways.
        let bbox = [x - half_x, y - half_y, x + half_x, y + half_y];
        Self {
            code,
            bbox,
            size,
            server: if number.is_multiple_of(2) { Server::MapServer } else { Server::Qgis },
            has_it: (number / 2).is_multiple_of(2) || world::FEW.contains(&code),
            version: if between(0.0, 1.0) < 0.5 { "1.1.1" } else { "1.3.0" },
        }
    }

    fn draw(&self, thread: usize) -> Run {
        let Self { code, bbox, size: [width, height], version, .. } = self;
        let url = world::url(self.server, self.has_it);
        let map =
            format!(r#""crs": "{code}", "bbox_crs": "{code}", "bbox": {bbox:?}, "width": {width}, "height": {height}"#);
        let layer = format!(r#"{{ "type": "wms", "url": "{url}", "layers": "world", "version": "{version}" }}"#);
        let request = format!(r#"{{ "map": {{ {map} }}, "layers": [{layer}] }}"#);
        render(&format!("random-map-{thread}.png"), &request)
    }

    /// The picture of the same box that the server draws without Mapreel.
    fn own(&self, [min_x, min_y, max_x, max_y]: [f64; 4]) -> Picture {
        let Self { code, size: [width, height], version, .. } = self;
        let new = *version == "1.3.0";
        let northing = new && (*code == "EPSG:4326" || northing_first(code));
        let bbox = if northing { [min_y, min_x, max_y, max_x] } else { [min_x, min_y, max_x, max_y] };
        let bbox = bbox.map(|edge| edge.to_string()).join(",");
        let crs = if new { "crs" } else { "srs" };
        let url = world::url(self.server, true);
        picture::decode(&fetch(&format!(
            "{url}&service=WMS&request=GetMap&version={version}&layers=world&styles=&format=image/png&transparent=true\
             &{crs}={code}&bbox={bbox}&width={width}&height={height}"
        )))
    }
}

/// The differences of all maps.
#[derive(Debug, Default)]
struct Found {
    /// The greatest difference of grey levels, for each map whose CRS its server has.
    levels: Vec<(Server, u8)>,
    /// Shifts of blocks in pixels, for maps whose CRS the server does not have, from the server's picture as GDAL warps it.
    laid: Vec<(Server, f64)>,
    /// The same shifts from the world as GDAL warps it; they contain the shift of the server's own picture.
    true_places: Vec<(Server, f64)>,
    wrong: Vec<String>,
}

fn examine(map: &Map, thread: usize, found: &Mutex<Found>) {
    let run = map.draw(thread);
    if run.code != 0 {
        found.lock().unwrap().wrong.push(format!("{}: {map:?}", run.said));
        return;
    }
    let ours = run.map();
    let edges: [f64; 4] = serde_json::from_value(run.manifest["map"]["bbox"].clone()).unwrap();
    if map.has_it {
        let asked = asked(&run).1;
        let near = edges.iter().zip(asked).all(|(edge, asked)| (edge - asked).abs() <= 1e-9 * edge.abs());
        let levels = if near { ours.difference(&map.own(asked)) } else { u8::MAX };
        let mut found = found.lock().unwrap();
        found.levels.push((map.server, levels));
        if levels > LEVELS {
            found.wrong.push(format!("{levels} levels: {map:?}"));
        }
        return;
    }
    let name = format!("random-map-{thread}.png");
    let size = [ours.width, ours.height];
    // The server's picture as GDAL warps it onto the map, and the world as GDAL warps it.
    let laid = shifts(&ours, &warped(&own_picture(&run, thread), map.code, edges, size, &name));
    let true_places = shifts(&ours, &warped(world::tif(), map.code, edges, size, &name));
    let mut found = found.lock().unwrap();
    let worst = |shifts: &[(u32, u32, f64)]| shifts.iter().map(|(_, _, shift)| *shift).fold(0.0, f64::max);
    let wrong = worst(&laid) > APART_PX || map.server == Server::MapServer && worst(&true_places) > APART_PX;
    if laid.is_empty() || wrong {
        let (blocks, laid, true_places) = (laid.len(), worst(&laid), worst(&true_places));
        found.wrong.push(format!("{laid:.3} pixels in {blocks} blocks, {true_places:.3} from the world: {map:?}"));
    }
    found.laid.extend(laid.into_iter().map(|(_, _, shift)| (map.server, shift)));
    found.true_places.extend(true_places.into_iter().map(|(_, _, shift)| (map.server, shift)));
}

/// The URL of the first picture of a map, and its box, x before y.
fn asked(run: &Run) -> (String, [f64; 4]) {
    let url = run.manifest["frames"][0]["layers"][0]["url"].as_str().unwrap().to_owned();
    let numbers =
        parameter(&url, "BBOX").unwrap().split(',').map(|number| number.parse().unwrap()).collect::<Vec<f64>>();
    let [a, b, c, d] = numbers[..] else { panic!("{url}") };
    let crs = parameter(&url, "CRS");
    let northing = crs.is_some_and(|code| code == "EPSG:4326" || northing_first(code));
    (url, if northing { [b, a, d, c] } else { [a, b, c, d] })
}

/// The same picture as a GeoTIFF.
fn own_picture(run: &Run, thread: usize) -> PathBuf {
    let (url, [west, south, east, north]) = asked(run);
    let crs = parameter(&url, "CRS").or(parameter(&url, "SRS")).unwrap();
    let [png, tif] = ["png", "tif"].map(|kind| folder("random-maps").join(format!("{thread}.{kind}")));
    std::fs::write(&png, fetch(&url)).unwrap();
    let edges = [west, north, east, south].map(|edge| edge.to_string());
    let made = Command::new("gdal_translate")
        .args(["-q", "-b", "1", "-b", "2", "-b", "3", "-a_srs", crs, "-a_ullr"])
        .args(edges)
        .args([&png, &tif])
        .status();
    assert!(made.is_ok_and(|status| status.success()), "gdal_translate fails; ./test installs gdal-bin");
    tif
}

/// The shifts, summarised.
fn distribution(shifts: &[(Server, f64)], server: Server) -> String {
    let mut shifts: Vec<f64> = shifts.iter().filter(|(of, _)| *of == server).map(|(_, shift)| *shift).collect();
    shifts.sort_by(f64::total_cmp);
    let at = |part: f64| shifts.get((part * (shifts.len().max(1) - 1) as f64) as usize).copied().unwrap_or(f64::NAN);
    let [half, most, nearly, all] = [0.5, 0.95, 0.99, 1.0].map(at);
    format!("half of {} blocks within {half:.3} pixels, 95 % {most:.3}, 99 % {nearly:.3}, all {all:.3}", shifts.len())
}

#[test]
fn random_maps_are_the_servers_own_picture_or_lie_where_gdal_lays_them() {
    let maps = std::env::var("MAPREEL_RANDOM_MAPS").ok().and_then(|text| text.parse().ok()).unwrap_or(MAPS);
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Found::default()));
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let (next, found) = (&next, &found);
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= maps {
                        break;
                    }
                    examine(&Map::of(number), thread, found);
                }
            });
        }
    });
    let found = found.into_inner().unwrap();
    for server in [Server::MapServer, Server::Qgis] {
        let levels: Vec<u8> = found.levels.iter().filter(|(of, _)| *of == server).map(|(_, levels)| *levels).collect();
        let equal = levels.iter().filter(|levels| **levels == 0).count();
        println!(
            "{server:?} has the CRS: {equal} of {} maps equal, {:?} levels at most",
            levels.len(),
            levels.iter().max()
        );
        println!("{server:?} has it not, from gdalwarp of its picture: {}", distribution(&found.laid, server));
        println!("{server:?} has it not, from gdalwarp of the world: {}", distribution(&found.true_places, server));
    }
    assert!(found.wrong.is_empty(), "{} of {maps}:\n{}", found.wrong.len(), found.wrong.join("\n"));
    assert!(found.levels.len() >= maps / 3 && !found.laid.is_empty());
}
