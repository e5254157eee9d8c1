//! GDAL as an independent witness: `gdalwarp` and Mapreel put the same raster in the same place.

use super::support::{folder, picture, render, world};
use mapreel_testkit::pictures::Picture;
use mapreel_testkit::upstreams::{capabilities_of, parameter, serve_all, size};
use std::path::Path;
use std::process::Command;

/// The largest shift between the two, in pixels of the map.
const APART_PX: f64 = 0.5;

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}; ./test installs gdal-bin"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A raster as `gdalwarp` draws it on a map with this CRS, these edges and this size.
pub(super) fn warped(raster: &Path, code: &str, edges: [f64; 4], size: [u32; 2], name: &str) -> Picture {
    let path = |name: &str| folder("gdal").join(name).to_str().unwrap().to_owned();
    let (edges, [width, height]) = (edges.map(|edge| edge.to_string()), size.map(|side| side.to_string()));
    let (tif, png) = (path(&format!("{name}.tif")), path(name));
    let mut arguments = vec!["-q", "-overwrite", "-t_srs", code, "-r", "bilinear", "-et", "0", "-te"];
    arguments.extend(edges.iter().map(String::as_str));
    // `gdalwarp` guesses a wrong scale, and blurs, where the map lies on both sides of 180 degrees.
    arguments.extend(["-ts", &width, &height, "-wo", "SOURCE_EXTRA=100", "-wo", "XSCALE=1", "-wo", "YSCALE=1"]);
    arguments.extend([raster.to_str().unwrap(), &tif]);
    run("gdalwarp", &arguments);
    run("gdal_translate", &["-q", "-of", "PNG", &tif, &png]);
    picture::read(Path::new(&png))
}

/// The shift between two pictures in every block that both fill, by least squares over gradients (Lucas and Kanade).
pub(super) fn shifts(ours: &Picture, theirs: &Picture) -> Vec<(u32, u32, f64)> {
    const BLOCK: u32 = 48;
    let mut found = Vec::new();
    for top in (1..ours.height.saturating_sub(BLOCK)).step_by(BLOCK as usize) {
        for left in (1..ours.width.saturating_sub(BLOCK)).step_by(BLOCK as usize) {
            let (mut xx, mut xy, mut yy, mut xt, mut yt) = (0.0, 0.0, 0.0, 0.0, 0.0);
            let mut whole = true;
            for y in top..top + BLOCK {
                for x in left..left + BLOCK {
                    let at = |dx: i32, dy: i32| f64::from(theirs.at((x as i32 + dx) as u32, (y as i32 + dy) as u32)[0]);
                    let black = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)].iter().any(|(dx, dy)| at(*dx, *dy) == 0.0);
                    if black || ours.at(x, y) == [255; 3] {
                        whole = false;
                        continue;
                    }
                    let (gx, gy) = ((at(1, 0) - at(-1, 0)) / 2.0, (at(0, 1) - at(0, -1)) / 2.0);
                    let t = f64::from(ours.at(x, y)[0]) - at(0, 0);
                    (xx, xy, yy, xt, yt) = (xx + gx * gx, xy + gx * gy, yy + gy * gy, xt + gx * t, yt + gy * t);
                }
            }
            let determinant = xx * yy - xy * xy;
            // A block without structure gives no shift.
            if whole && determinant > 1e6 {
                let (u, v) = ((yy * xt - xy * yt) / determinant, (xx * yt - xy * xt) / determinant);
                found.push((left, top, u.hypot(v)));
            }
        }
    }
    found
}

/// Whether GDAL puts northing first. Servers write the polar CRSs with x first all the same (see `q1`).
pub(super) fn northing_first(code: &str) -> bool {
    let output = Command::new("gdalsrsinfo").args(["-o", "wkt2", code]).output().expect("./test installs gdal-bin");
    let wkt = String::from_utf8_lossy(&output.stdout).into_owned();
    let axis = wkt.split("AXIS[").nth(1).unwrap_or_else(|| panic!("{code}: {wkt}"));
    // At the South Pole the easting axis, too, points north.
    let (name, direction) = axis.split_once(',').unwrap();
    direction.trim_start().starts_with("north") && !name.contains("(E)") && !name.contains("easting")
}

#[test]
fn gdal_has_the_same_order_of_axes() {
    let codes = [
        4326, 4258, 4269, 3857, 3395, 3413, 3031, 3995, 3978, 3979, 3832, 3034, 3035, 2154, 27700, 25832, 32633, 32760,
        31467, 31370, 31287, 2180, 2193, 2056, 21781, 28992, 3006, 3067, 3301, 3346, 3763, 3116, 3408, 3409, 6931,
        6932, 5041, 5042, 3571, 3575, 28355, 7855, 5070, 26910, 2393, 3812, 23700, 5186, 6677, 3414,
    ];
    let mut compared = 0;
    for code in codes.map(|code| format!("EPSG:{code}")) {
        let (sender, asked) = std::sync::mpsc::channel();
        let known = capabilities_of("a", &format!("<CRS>{code}</CRS>"));
        let url = serve_all(move |path| {
            if path.contains("GetCapabilities") {
                return ("200 OK", "", known.clone().into_bytes());
            }
            let _ = sender.send(parameter(path, "BBOX").unwrap().to_owned());
            ("200 OK", "", Vec::new())
        });
        let layer =
            format!(r#"{{ "type": "wms", "url": "{url}", "layers": "a", "version": "1.3.0", "crs": "{code}" }}"#);
        let map = r#""bbox": [1000000, 3000000, 1200000, 3400000], "width": 200"#;
        let degrees = r#""bbox": [10, 30, 12, 34], "width": 200"#;
        let (map, crs) =
            if code.len() == 9 && code.starts_with("EPSG:4") { (degrees, "EPSG:4326") } else { (map, &*code) };
        let map = format!(r#"{map}, "crs": "{crs}", "bbox_crs": "{crs}""#);
        let drawn = render("axes-gdal.png", &format!(r#"{{ "map": {{ {map} }}, "layers": [{layer}] }}"#));
        if drawn.said.contains("is not known") || drawn.said.contains("not_supported") {
            continue;
        }
        let Ok(bbox) = asked.try_recv() else { panic!("{code}: {}", drawn.said) };
        let numbers: Vec<f64> = bbox.split(',').map(|number| number.parse().unwrap()).collect();
        // The box is higher than wide, which shows the axis order.
        let northing = numbers[2] - numbers[0] > numbers[3] - numbers[1];
        assert_eq!(northing, northing_first(&code), "{code}: {bbox}");
        compared += 1;
    }
    println!("the order of axes is GDAL's in {compared} CRSs");
    assert!(compared >= 40, "{compared}");
}

#[test]
fn gdal_warps_every_pixel_to_the_same_place() {
    let png = world::picture().to_png();
    let url = serve_all(move |_| ("200 OK", "", png.clone()));
    for (code, bbox) in [
        ("EPSG:3857", "[-100, -60, 120, 75]"),
        ("EPSG:4326", "[-20, -30, 60, 60]"),
        ("CRS:84", "[100, -50, 178, 10]"),
        ("EPSG:3413", "[-180, 55, 180, 90]"),
        ("EPSG:3031", "[-180, -90, 180, -55]"),
        ("EPSG:3995", "[-180, 50, 180, 90]"),
        ("EPSG:32661", "[-180, 60, 180, 90]"),
        ("EPSG:3978", "[-140, 42, -52, 80]"),
        ("EPSG:32633", "[0, 30, 30, 75]"),
        ("EPSG:32760", "[165, -60, 189, -20]"),
        ("EPSG:3832", "[100, -50, 290, 50]"),
        ("EPSG:3035", "[-20, 33, 45, 72]"),
    ] {
        let layer = format!(r#"{{ "type": "image", "url": "{url}/world.png", "bbox": [-180, -90, 180, 90] }}"#);
        let request =
            format!(r#"{{ "map": {{ "bbox": {bbox}, "crs": "{code}", "width": 480 }}, "layers": [{layer}] }}"#);
        let name = format!("gdal-{}.png", code.replace(':', "-"));
        let drawn = render(&name, &request).ended(0);
        let ours = drawn.map();
        let edges = serde_json::from_value(drawn.manifest["map"]["bbox"].clone()).unwrap();
        let target = if code == "CRS:84" { "EPSG:4326" } else { code };
        let theirs = warped(world::tif(), target, edges, [ours.width, ours.height], &name);
        let shifts = shifts(&ours, &theirs);
        assert!(shifts.len() >= 12, "{code}: only {} blocks can be compared", shifts.len());
        let worst = shifts.iter().map(|(_, _, shift)| *shift).fold(0.0, f64::max);
        println!("{code}: {} blocks, at most {worst:.3} pixels apart", shifts.len());
        let off: Vec<_> = shifts.iter().filter(|(_, _, shift)| *shift > APART_PX).collect();
        assert!(off.is_empty(), "{code}: {off:?}");
    }
}

#[test]
fn a_map_higher_than_the_world_asks_for_nothing_beyond_the_poles_and_says_so() {
    let (sender, asked) = std::sync::mpsc::channel();
    let known = capabilities_of("a", "");
    let url = serve_all(move |path| {
        if path.contains("GetCapabilities") {
            return ("200 OK", "", known.clone().into_bytes());
        }
        let [width, height] = size(path).unwrap();
        let _ = sender.send((parameter(path, "BBOX").unwrap().to_owned(), height));
        ("200 OK", "", Picture::of(width, height, [20, 90, 200]).to_png())
    });
    let layer = format!(r#"{{ "type": "wms", "url": "{url}", "layers": "a" }}"#);
    let map = r#""bbox": [-180, -60, 180, 85], "crs": "EPSG:4326", "width": 360, "height": 360"#;
    let request = format!(r#"{{ "map": {{ {map} }}, "layers": [{layer}] }}"#);
    let run = render("higher-than-the-world.png", &request).ended(3);
    let asked: Vec<_> = asked.try_iter().collect();
    let [(bbox, 180)] = &asked[..] else { panic!("{asked:?}") };
    let edges: Vec<f64> = bbox.split(',').map(|edge| edge.parse().unwrap()).collect();
    let whole = edges.iter().zip([-180.0, -90.0, 180.0, 90.0]).all(|(edge, world)| (edge - world).abs() < 1e-6);
    assert!(whole && edges[1] >= -90.0 && edges[3] <= 90.0, "{bbox}");
    assert_eq!(run.manifest["warnings"][0]["code"], "beyond_the_world");
    let picture = run.map();
    let bbox: [f64; 4] = serde_json::from_value(run.manifest["map"]["bbox"].clone()).unwrap();
    for y in 0..360 {
        let latitude = bbox[3] - f64::from(y) - 0.5;
        // The outline of the globe is drawn at the poles.
        if (latitude.abs() - 90.0).abs() < 3.0 {
            continue;
        }
        assert_eq!(picture.at(180, y) == [20, 90, 200], latitude.abs() < 90.0, "latitude {latitude}");
    }
    let file = folder("higher-than-the-world.png").join("request.json");
    let check = super::support::mapreel(&["check", file.to_str().unwrap()]);
    let said = String::from_utf8(check.stdout).unwrap();
    assert!(said.contains("beyond the poles there is nothing"), "{said}");
}
