//! A raster of the world of which every pixel is known. Two real servers, MapServer and QGIS Server, serve it, and GDAL can read its file.
//!
//! Each server serves it twice: with all of [`CRSS`], and with only those of [`FEW`].

use super::folder;
use super::listening::Lighttpd;
use mapreel_testkit::pictures::Picture;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The CRSs of the servers that offer all.
pub const CRSS: [&str; 12] = [
    "EPSG:3857",
    "EPSG:4326",
    "EPSG:3413",
    "EPSG:3031",
    "EPSG:3995",
    "EPSG:3978",
    "EPSG:32633",
    "EPSG:32736",
    "EPSG:3035",
    "EPSG:3832",
    "EPSG:6933",
    "EPSG:2154",
];
/// The CRSs of the servers that offer few.
pub const FEW: [&str; 2] = ["EPSG:3857", "EPSG:4326"];

/// The server of the raster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    MapServer,
    Qgis,
}

/// A raster of the world, four pixels for each degree. No two nearby places are alike, and no pixel is black.
pub fn picture() -> Picture {
    let (width, height) = (1440, 720);
    let wave = |a: f64, b: f64, x: f64, y: f64| (a * x.to_radians() + b * y.to_radians()).sin();
    let mut rgb = Vec::new();
    for row in 0..height {
        for column in 0..width {
            // Whole waves round the world, so that there is no seam at 180 degrees.
            let (x, y) = (f64::from(column) / 4.0 - 180.0, 90.0 - f64::from(row) / 4.0);
            // Long waves make every place different; short waves make small shifts visible.
            let long = wave(23.0, 17.0, x, y) + wave(-31.0, 29.0, x, y);
            let short = wave(89.0, 61.0, x, y) + wave(-73.0, 97.0, x, y);
            let value = (140.0 + 25.0 * (long + short)) as u8;
            rgb.extend([value, 255 - value / 2, (value / 2) + 60]);
        }
    }
    Picture { width, height, rgb }
}

/// The raster as a GeoTIFF in EPSG:4326, sixteen pixels for each degree. QGIS Server may place a raster up to a third of a raster pixel off;
/// with small raster pixels, that is little in pixels of the map.
pub fn tif() -> &'static Path {
    static TIF: OnceLock<PathBuf> = OnceLock::new();
    TIF.get_or_init(|| {
        let (png, tif) = (folder("world").join("world.png"), folder("world").join("world.tif"));
        std::fs::write(&png, picture().to_png()).unwrap();
        let edges = ["-q", "-a_srs", "EPSG:4326", "-a_ullr", "-180", "90", "180", "-90"];
        let finer = ["-outsize", "5760", "2880", "-r", "bilinear"];
        let made = Command::new("gdal_translate").args(edges).args(finer).arg(&png).arg(&tif).status();
        assert!(made.is_ok_and(|status| status.success()), "gdal_translate fails; ./test installs gdal-bin");
        tif
    })
}

/// The address of a server that has all CRSs, or few.
pub fn url(server: Server, has_all: bool) -> String {
    static SERVERS: OnceLock<Running> = OnceLock::new();
    let running = SERVERS.get_or_init(|| {
        let running = start();
        running.wait_for_qgis();
        running
    });
    let (path, kind) = match server {
        Server::MapServer => ("mapserver", "map"),
        Server::Qgis => ("qgis", "qgs"),
    };
    let file = folder("world").join(format!("{}.{kind}", if has_all { "all" } else { "few" }));
    format!("http://127.0.0.1:{}/{path}?map={}", running.0.port, file.display())
}

/// The running servers; the processes of QGIS Server end when this is dropped.
struct Running(Lighttpd);

impl Running {
    /// Waits for QGIS Server. Its processes take seconds to start, and longer to read a project for the first time; so both projects are
    /// requested in parallel.
    fn wait_for_qgis(&self) {
        let ask = |name: &str| {
            let file = folder("world").join(format!("{name}.qgs"));
            let query = format!("map={}&SERVICE=WMS&VERSION=1.3.0&REQUEST=GetCapabilities", file.display());
            let mut stream = TcpStream::connect(("127.0.0.1", self.0.port)).unwrap();
            write!(stream, "GET /qgis?{query} HTTP/1.0\r\n\r\n").unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
        };
        for _ in 0..2 {
            std::thread::scope(|scope| ["all", "few"].map(|name| drop(scope.spawn(move || ask(name)))));
        }
    }
}

fn start() -> Running {
    let folder = folder("world");
    let (at, tif) = (folder.display(), tif().display());
    for (name, codes) in [("all", &CRSS[..]), ("few", &FEW[..])] {
        std::fs::write(folder.join(format!("{name}.map")), mapfile(&tif.to_string(), codes)).unwrap();
        std::fs::write(folder.join(format!("{name}.qgs")), project(&tif.to_string(), codes)).unwrap();
    }
    let environment = format!("CONFIG ENV MS_MAP_PATTERN \"^{at}/\" PROJ_DATA \"/usr/share/proj\" END END\n");
    std::fs::write(folder.join("mapserver.conf"), environment).unwrap();
    let modules = r#""mod_alias", "mod_setenv", "mod_cgi", "mod_fastcgi""#;
    Running(Lighttpd::start(&folder, modules, &configuration(&folder)))
}

fn configuration(folder: &Path) -> String {
    let at = folder.display();
    // The path of a socket must be short, so it is in the system's temporary folder.
    let socket = std::env::temp_dir().join(format!("mapreel-qgis-{}", std::process::id()));
    format!(
        r#"alias.url = ("/mapserver" => "/usr/lib/cgi-bin/mapserv")
cgi.assign = ("mapserv" => "")
setenv.set-environment = ("MAPSERVER_CONFIG_FILE" => "{at}/mapserver.conf")
fastcgi.server = ("/qgis" => ((
  "bin-path" => "/usr/lib/cgi-bin/qgis_mapserv.fcgi", "socket" => "{}", "max-procs" => 2, "check-local" => "disable",
  "bin-environment" => ("QT_QPA_PLATFORM" => "offscreen", "HOME" => "{at}")
)))
"#,
        socket.display()
    )
}

fn mapfile(tif: &str, codes: &[&str]) -> String {
    format!(
        r#"MAP
  NAME "world"
  SIZE 400 200
  EXTENT -180 -90 180 90
  UNITS DD
  MAXSIZE 8192
  PROJECTION "init=epsg:4326" END
  OUTPUTFORMAT NAME "png" DRIVER "AGG/PNG" MIMETYPE "image/png" IMAGEMODE RGBA EXTENSION "png" TRANSPARENT ON END
  WEB METADATA "wms_title" "world" "wms_srs" "{}" "wms_enable_request" "*" END END
  LAYER NAME "world" TYPE RASTER STATUS ON DATA "{tif}" PROJECTION "init=epsg:4326" END
    PROCESSING "RESAMPLE=BILINEAR"
    METADATA "wms_title" "world" "wms_extent" "-180 -90 180 90" END
  END
END
"#,
        codes.join(" ")
    )
}

/// The smallest project that QGIS reads. The names of its layers must have more than ten letters, and their CRSs need `proj4` or `srsid`.
fn project(tif: &str, codes: &[&str]) -> String {
    let codes: String = codes.iter().map(|code| format!("<value>{code}</value>")).collect();
    format!(
        r#"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.16" projectname="world">
 <title>world</title>
 <projectCrs><spatialrefsys><srsid>3452</srsid><srid>4326</srid><authid>EPSG:4326</authid></spatialrefsys></projectCrs>
 <layer-tree-group>
  <layer-tree-layer id="raster-of-the-world" name="world" checked="Qt::Checked" providerKey="gdal" source="{tif}"/>
 </layer-tree-group>
 <projectlayers>
  <maplayer type="raster">
   <extent><xmin>-180</xmin><ymin>-90</ymin><xmax>180</xmax><ymax>90</ymax></extent>
   <id>raster-of-the-world</id><datasource>{tif}</datasource><layername>world</layername>
   <srs><spatialrefsys><srsid>3452</srsid><srid>4326</srid><authid>EPSG:4326</authid></spatialrefsys></srs>
   <provider>gdal</provider>
   <pipe>
    <rasterrenderer type="multibandcolor" redBand="1" greenBand="2" blueBand="3" alphaBand="-1" opacity="1"/>
    <rasterresampler zoomedInResampler="bilinear" zoomedOutResampler="bilinear" maxOversampling="2"/>
    <resamplingStage>resamplingFilter</resamplingStage>
   </pipe>
   <blendMode>0</blendMode>
  </maplayer>
 </projectlayers>
 <properties>
  <Paths><Absolute type="bool">true</Absolute></Paths>
  <WMSServiceTitle type="QString">world</WMSServiceTitle>
  <WMSServiceCapabilities type="bool">true</WMSServiceCapabilities>
  <WMSCrsList type="QStringList">{codes}</WMSCrsList>
 </properties>
</qgis>
"#
    )
}
