//! Accepted pictures: `tests/golden/NAME.json` is drawn and compared with `NAME.png` beside it.
//!
//! One difference of more than 1/255 fails, and expected, actual and difference are written side by side.
//! `MAPREEL_BLESS=1 cargo test golden` accepts what is drawn; look at it before.

use super::support::{folder, picture, render};
use mapreel_testkit::pictures::{Picture, rgba};
use mapreel_testkit::upstreams::{parameter, serve, size};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// A server whose pictures depend only on their URLs.
fn server() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        serve(|path| {
            let what = path.split(['/', '?']).nth(1).unwrap_or_default();
            let said = |words: &str| ("200 OK", "", words.as_bytes().to_vec());
            if path.contains("GetMetadata") {
                return said(r#"{ "units": "°C", "scaleRange": [-2, 34], "defaultPalette": "seq" }"#);
            }
            let picture = match what {
                "ncwms" if path.contains("GetCapabilities") => return said(NC_WMS),
                "ncwms" if path.contains("GetLegendGraphic") => strip(path),
                "ncwms" => map(path),
                "wms" => map(path),
                "small" => Picture::grey(4, 4, 0).to_png(),
                "legend" => legend(path),
                "boxes" => boxes(),
                _ => tile(path),
            };
            ("200 OK", "", picture)
        })
    })
}

/// An ncWMS; the names of its styles show its dialect.
const NC_WMS: &str = r#"<WMS_Capabilities version="1.3.0"><Capability><Layer><Name>sst</Name><CRS>EPSG:3857</CRS>
    <Style><Name>boxfill/seq</Name></Style><Dimension name="time" units="ISO8601">2020-01-01,2020-01-04</Dimension>
    </Layer></Capability></WMS_Capabilities>"#;

/// The colours of the bands without a frame, in the size that the URL names.
fn strip(path: &str) -> Vec<u8> {
    let [width, height] = size(path).unwrap();
    rgba(width, height, |_, y| {
        let [r, g, b] = BANDS[5 - (y * 6 / height) as usize];
        [r, g, b, 255]
    })
}

const BANDS: [[u8; 3]; 6] =
    [[49, 54, 149], [116, 173, 209], [224, 243, 248], [254, 224, 144], [244, 109, 67], [165, 0, 38]];

/// Rings round a centre that moves with the day; transparent at the corners.
fn map(path: &str) -> Vec<u8> {
    let [width, height] = size(path).unwrap();
    let day: f64 = parameter(path, "TIME").map_or(1.0, |time| time[8..10].parse().unwrap());
    rgba(width, height, |x, y| {
        let (dx, dy) = (f64::from(x) / f64::from(width) - 0.2 - day * 0.05, f64::from(y) / f64::from(height) - 0.5);
        let band = (dx.hypot(dy) * 14.0) as usize;
        BANDS.get(band).map_or([0; 4], |[r, g, b]| [*r, *g, *b, 255])
    })
}

/// Bars in the colours of the bands, in the size that the URL names: `/legend?size=60x200`.
fn legend(path: &str) -> Vec<u8> {
    let (width, height) = parameter(path, "size").unwrap().split_once('x').unwrap();
    let (width, height): (u32, u32) = (width.parse().unwrap(), height.parse().unwrap());
    rgba(width, height, |x, y| {
        let edge = x == 0 || y == 0 || x + 1 == width || y + 1 == height;
        let [r, g, b] = if edge { [0; 3] } else { BANDS[(y * 6 / height) as usize] };
        [r, g, b, 255]
    })
}

/// Boxes in the colours of the bands with labels of different lengths, as many servers draw their legends.
fn boxes() -> Vec<u8> {
    rgba(90, 6 * 16 + 5, |x, y| {
        let (row, line) = ((y.saturating_sub(5) / 16) as usize, y.saturating_sub(5) % 16);
        let words = 33..45 + 6 * row as u32;
        match (y >= 5 && row < 6, x) {
            (true, 5..25) if line < 12 => [BANDS[row][0], BANDS[row][1], BANDS[row][2], 255],
            (true, x) if words.contains(&x) && (3..9).contains(&line) && x % 6 < 4 => [0, 0, 0, 255],
            _ => [255; 4],
        }
    })
}

/// A tile that differs from its neighbours.
fn tile(path: &str) -> Vec<u8> {
    let numbers: Vec<u32> = path.split(['/', '.']).filter_map(|part| part.parse().ok()).collect();
    let shade = (numbers.iter().sum::<u32>() % 2 * 30 + 180) as u8;
    rgba(256, 256, |x, y| if x == 0 || y == 0 { [90, 90, 90, 255] } else { [shade, 220, (x / 2 + 100) as u8, 255] })
}

fn request(name: &str) -> String {
    std::fs::read_to_string(golden().join(format!("{name}.json"))).unwrap().replace("SERVER", server())
}

#[track_caller]
fn compare(name: &str, actual: &Picture) {
    let path = golden().join(format!("{name}.png"));
    if std::env::var_os("MAPREEL_BLESS").is_some() {
        std::fs::write(&path, actual.to_png()).unwrap();
        return;
    }
    let sheet = folder("golden-failures").join(format!("{name}.png"));
    if !path.exists() {
        std::fs::write(&sheet, actual.to_png()).unwrap();
        panic!("{name}: nothing is accepted yet; drawn: {}", sheet.display());
    }
    let expected = picture::read(&path);
    let same_size = (expected.width, expected.height) == (actual.width, actual.height);
    if same_size && expected.difference(actual) <= 1 {
        return;
    }
    std::fs::write(&sheet, side_by_side(&expected, actual).to_png()).unwrap();
    panic!("{name} is drawn otherwise; expected, actual and difference: {}", sheet.display());
}

/// Expected, actual and their difference, four times enlarged, from left to right.
fn side_by_side(expected: &Picture, actual: &Picture) -> Picture {
    let (width, height) = (expected.width.max(actual.width), expected.height.max(actual.height));
    let at = |p: &Picture, x, y| if x < p.width && y < p.height { p.at(x, y) } else { [255, 0, 255] };
    let mut rgb = Vec::new();
    for y in 0..height {
        (0..width).for_each(|x| rgb.extend(at(expected, x, y)));
        (0..width).for_each(|x| rgb.extend(at(actual, x, y)));
        for x in 0..width {
            let (a, b) = (at(expected, x, y), at(actual, x, y));
            (0..3).for_each(|i| rgb.push(a[i].abs_diff(b[i]).saturating_mul(4)));
        }
    }
    Picture { width: 3 * width, height, rgb }
}

#[test]
fn every_picture_is_as_accepted() {
    let mut names: Vec<String> = std::fs::read_dir(golden())
        .unwrap()
        .flatten()
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.len() >= 20);
    let mut failures = Vec::new();
    for name in &names {
        // The tiles of `layer-xyz-4326` do not reach the poles.
        let warned = name.contains("missing") || name == "layer-xyz-4326";
        let run = render(&format!("golden-{name}.png"), &request(name)).ended(if warned { 3 } else { 0 });
        let drawn = run.picture();
        if std::panic::catch_unwind(|| compare(name, &drawn)).is_err() {
            failures.push(name.as_str());
        }
    }
    assert!(failures.is_empty(), "drawn otherwise: {failures:?}");
}

#[test]
fn every_still_format_holds_the_same_picture() {
    let accepted = picture::read(&golden().join("layout.png"));
    for (extension, psnr_min) in [("png", 99.0), ("webp", 99.0), ("jpg", 33.0)] {
        let run = render(&format!("still.{extension}"), &request("layout")).ended(0);
        let psnr = run.picture().psnr(&accepted);
        assert!(psnr >= psnr_min, "{extension}: {psnr:.1} dB");
    }
}

#[test]
fn every_film_format_holds_the_same_pictures() {
    let film =
        request("layout").replace(r#""times": "2020-01-03""#, r#""times": ["2020-01-01", "2020-01-03", "2020-01-05"]"#);
    for (extension, psnr_min) in [("mp4", 31.0), ("gif", 33.0)] {
        let run = render(&format!("film.{extension}"), &film).ended(0);
        let frame = &run.film().frames[1];
        let map = run.map_box();
        // The header of the film also has the number of the frame; the map is the same.
        let psnr = frame.crop(map).psnr(&picture::read(&golden().join("layout.png")).crop(map));
        assert!(psnr >= psnr_min, "{extension}: {psnr:.1} dB");
    }
}
