//! A real MapServer under lighttpd, with data of which every pixel is known.
//!
//! Layer `field`: cells of 10°, each of one of eight colours that changes every month of 2018: [`colour_at`] says which.
//! It draws its default, December, for many times that it does not have. Layer `strict`: the same by a time index, without
//! a default: empty between two times. Layer `irregular`: the same, with the times of [`IRREGULAR`] and a default.
//! Layer `relief`: an opaque ramp, the same at all times, without a legend. Layer `broken`: its data are missing.

use super::folder;
use super::listening::Lighttpd;
use mapreel_testkit::pictures::{ColorType, Png};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

pub const COLOURS: [[u8; 3]; 8] = [
    [230, 25, 75],
    [60, 180, 75],
    [255, 225, 25],
    [0, 130, 200],
    [245, 130, 48],
    [145, 30, 180],
    [70, 240, 240],
    [0, 0, 128],
];

/// The times of layer `irregular`: it shows the months of 2018 in order.
pub const IRREGULAR: [&str; 3] = ["1991-01-17T02:00:00Z", "1991-02-16T12:30:00Z", "1991-03-18T23:00:00Z"];

/// The largest picture that is drawn: wide and high, in pixels.
pub const SIDE_PX_MAX: u32 = 1400;

/// The colour of layer `field` at a place in a month (1 to 12) of 2018.
pub fn colour_at(lon: f64, lat: f64, month: u32) -> [u8; 3] {
    let (column, row) = (((lon + 180.0).rem_euclid(360.0) / 10.0) as u32, ((90.0 - lat) / 10.0) as u32);
    COLOURS[class(column, row, month)]
}

fn class(column: u32, row: u32, month: u32) -> usize {
    (column + 3 * row + month) as usize % COLOURS.len()
}

struct Running {
    url: String,
    _server: Lighttpd,
}

/// The address of the running server, `http://127.0.0.1:PORT/wms`.
pub fn url() -> &'static str {
    static SERVER: OnceLock<Running> = OnceLock::new();
    &SERVER.get_or_init(start).url
}

fn start() -> Running {
    let folder = folder("mapserver");
    write_data(&folder);
    let at = folder.display();
    std::fs::write(
        folder.join("mapserver.conf"),
        format!(
            "CONFIG ENV MS_MAPFILE \"{at}/test.map\" MS_MAP_PATTERN \"^{at}/\" PROJ_DATA \"/usr/share/proj\" END END\n"
        ),
    )
    .unwrap();
    std::fs::write(folder.join("fonts.list"), "sans /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf\n").unwrap();
    std::fs::write(folder.join("test.map"), mapfile()).unwrap();
    let modules = r#""mod_rewrite", "mod_redirect", "mod_alias", "mod_setenv", "mod_cgi""#;
    let further = format!(
        r#"url.redirect = ("^/moved(\?.*)?$" => "/wms$1")
url.redirect-code = 302
url.rewrite-once = ("^/tiles/([a-z]+)/([0-9]+)/([0-9]+)/([0-9]+)\.png$" => "/wms?mode=tile&tilemode=gmap&tile=$3+$4+$2&layers=$1")
alias.url = ("/wms" => "/usr/lib/cgi-bin/mapserv")
cgi.assign = ("mapserv" => "")
setenv.set-environment = ("MAPSERVER_CONFIG_FILE" => "{at}/mapserver.conf", "MS_MAPFILE" => "{at}/test.map")
"#
    );
    let server = Lighttpd::start(&folder, modules, &further);
    Running { url: format!("http://127.0.0.1:{}/wms", server.port), _server: server }
}

fn write_data(folder: &Path) {
    let world = |step: f64| format!("{step}\n0\n0\n-{step}\n{}\n{}\n", -180.0 + step / 2.0, 90.0 - step / 2.0);
    for month in 1..=12 {
        let name = format!("field_2018-{month:02}-01T00:00:00Z");
        let cells: Vec<u8> = (0..180).flat_map(|y| (0..360).map(move |x| class(x / 10, y / 10, month) as u8)).collect();
        let file = Png::new(360, 180, ColorType::Grayscale).of(&cells);
        std::fs::write(folder.join(format!("{name}.png")), file).unwrap();
        std::fs::write(folder.join(format!("{name}.pgw")), world(1.0)).unwrap();
    }
    let file = |month: usize| format!("{}/field_2018-{month:02}-01T00:00:00Z.png", folder.display());
    // The index must not have the name of a layer: MapServer would then read that layer, in an endless loop.
    write_index(folder, "strict_times", (1..=12).map(|month| (format!("2018-{month:02}-01T00:00:00Z"), file(month))));
    write_index(
        folder,
        "irregular_times",
        IRREGULAR.iter().zip(1..).map(|(time, month)| ((*time).to_owned(), file(month))),
    );
    let ramp: Vec<u8> = (0..180u32)
        .flat_map(|y| (0..360u32).flat_map(move |x| [(x * 255 / 359) as u8, (y * 255 / 179) as u8, 120]))
        .collect();
    std::fs::write(folder.join("relief.png"), Png::new(360, 180, ColorType::Rgb).of(&ramp)).unwrap();
    std::fs::write(folder.join("relief.pgw"), world(1.0)).unwrap();
}

/// Writes MapServer's time index: the picture for each time.
fn write_index(folder: &Path, name: &str, files: impl Iterator<Item = (String, String)>) {
    let feature = |(time, file): (String, String)| {
        format!(
            r#"{{"type":"Feature","properties":{{"location":"{file}","time":"{time}"}},"geometry":{{"type":"Polygon","coordinates":[[[-180,-90],[180,-90],[180,90],[-180,90],[-180,-90]]]}}}}"#
        )
    };
    let features: Vec<String> = files.map(feature).collect();
    let json = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    let source = folder.join(format!("{name}.geojson"));
    std::fs::write(&source, json).unwrap();
    // Without the option, times become dates.
    let arguments = ["-overwrite", "-oo", "DATE_AS_STRING=YES", "-f", "ESRI Shapefile"];
    let made = Command::new("ogr2ogr").args(arguments).arg(folder.join(format!("{name}.shp"))).arg(source).status();
    assert!(made.is_ok_and(|status| status.success()), "ogr2ogr fails; ./test installs gdal-bin");
}

fn mapfile() -> String {
    let mut classes = String::new();
    for (i, [r, g, b]) in COLOURS.iter().enumerate() {
        let _ =
            writeln!(classes, "CLASS NAME \"class {i}\" EXPRESSION ([pixel] = {i}) STYLE COLOR {r} {g} {b} END END");
    }
    let (irregular, newest) = (IRREGULAR.join(","), IRREGULAR[2]);
    format!(
        r#"MAP
  NAME "test"
  SIZE 400 200
  EXTENT -180 -90 180 90
  UNITS DD
  MAXSIZE {SIDE_PX_MAX}
  FONTSET "fonts.list"
  PROJECTION "init=epsg:4326" END
  OUTPUTFORMAT NAME "png8" DRIVER "AGG/PNG8" MIMETYPE "image/png; mode=8bit" IMAGEMODE RGBA EXTENSION "png" TRANSPARENT ON END
  OUTPUTFORMAT NAME "jpeg" DRIVER "AGG/JPEG" MIMETYPE "image/jpeg" IMAGEMODE RGB EXTENSION "jpg" FORMATOPTION "QUALITY=95" END
  OUTPUTFORMAT NAME "png" DRIVER "AGG/PNG" MIMETYPE "image/png" IMAGEMODE RGBA EXTENSION "png" TRANSPARENT ON END
  WEB METADATA "wms_title" "test" "wms_srs" "EPSG:4326 EPSG:3857 CRS:84 EPSG:3413 EPSG:3031 EPSG:32661 EPSG:31467" "wms_enable_request" "*" "wms_bbox_extended" "true" "tile_metatile_level" "0" END END
  LEGEND KEYSIZE 20 12 IMAGECOLOR 255 255 255 STATUS ON LABEL FONT "sans" TYPE TRUETYPE SIZE 9 COLOR 0 0 0 END END
  LAYER NAME "relief" TYPE RASTER STATUS ON DATA "relief.png" PROJECTION "init=epsg:4326" END
    METADATA "wms_title" "Relief" "wms_extent" "-180 -90 180 90" END
  END
  LAYER NAME "field" TYPE RASTER STATUS ON DATA "field_%TIME%.png" PROJECTION "init=epsg:4326" END
    VALIDATION "TIME" "^2018-[01][0-9]-01T00:00:00Z$" "default_TIME" "2018-12-01T00:00:00Z" END
    METADATA "wms_title" "Field" "wms_extent" "-180 -90 180 90" "wms_timeextent" "2018-01-01T00:00:00Z/2018-12-01T00:00:00Z/P1M" "wms_timedefault" "2018-12-01T00:00:00Z" END
    CLASSITEM "[pixel]"
    {classes}
  END
  LAYER NAME "strict" TYPE RASTER STATUS ON TILEINDEX "strict_times" TILEITEM "location" PROJECTION "init=epsg:4326" END TEMPLATE "void"
    METADATA "wms_title" "Strict" "wms_extent" "-180 -90 180 90" "wms_timeitem" "time" "wms_timeextent" "2018-01-01T00:00:00Z/2018-12-01T00:00:00Z/P1M" END
    CLASSITEM "[pixel]"
    {classes}
  END
  LAYER NAME "irregular" TYPE RASTER STATUS ON TILEINDEX "irregular_times" TILEITEM "location" PROJECTION "init=epsg:4326" END TEMPLATE "void"
    METADATA "wms_title" "Irregular" "wms_extent" "-180 -90 180 90" "wms_timeitem" "time" "wms_timeextent" "{irregular}" "wms_timedefault" "{newest}" END
    CLASSITEM "[pixel]"
    {classes}
  END
  LAYER NAME "broken" TYPE RASTER STATUS ON DATA "nowhere.png" PROJECTION "init=epsg:4326" END
    METADATA "wms_title" "Broken" "wms_extent" "-180 -90 180 90" END
  END
END
"#
    )
}
