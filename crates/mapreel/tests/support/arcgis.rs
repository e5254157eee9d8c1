//! A replacement for a `MapServer` and an `ImageServer` of ArcGIS, since ArcGIS is not freely available. A real MapServer draws its pictures.
//! Its documents have the form of Esri's reference; see `crates/mapreel-ogc/tests/recorded/SOURCES.md`.

use super::{fetch, wms};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use mapreel_testkit::pictures::Picture;
use mapreel_testkit::upstreams::{Answer, parameter, serve_all};

const OK: &str = "200 OK";

/// The largest picture that it draws: wide and high, in pixels.
pub const SIDE_PX_MAX: u32 = 400;

/// Starts a server and returns its URL, below which its services are. With a `token`, it refuses requests without that token.
///
/// - `…/Field/MapServer`: layer 0 of it is layer `field` of [`wms`], in the months of 2018; layer 1 a group of nothing
/// - `…/Field/ImageServer`: the same
/// - `…/Relief/MapServer`: layer `relief`, with a cache in the web's pyramid
pub fn start(token: Option<&'static str>) -> String {
    let url = serve_all(move |path| {
        let is_known = token.is_none_or(|token| parameter(path, "token") == Some(token));
        if is_known { answer(path) } else { error(499, "Token Required") }
    });
    format!("{url}/arcgis/rest/services")
}

/// An error in the form of ArcGIS: with status 200.
fn error(code: u16, message: &str) -> Answer {
    (
        OK,
        "Content-Type: application/json\r\n",
        format!(r#"{{"error":{{"code":{code},"message":"{message}","details":[]}}}}"#).into(),
    )
}

fn json(document: String) -> Answer {
    (OK, "Content-Type: text/plain;charset=utf-8\r\n", document.into_bytes())
}

/// The members that all documents of a service have.
fn common() -> String {
    format!(
        r#""currentVersion": 11.1, "copyrightText": "Drawn by a MapServer", "maxImageWidth": {SIDE_PX_MAX},
           "maxImageHeight": {SIDE_PX_MAX}, "spatialReference": {{"wkid": 4326, "latestWkid": 4326}}, "fullExtent": {EXTENT}"#
    )
}

const EXTENT: &str =
    r#"{"xmin": -180, "ymin": -90, "xmax": 180, "ymax": 90, "spatialReference": {"wkid": 4326, "latestWkid": 4326}}"#;

/// The months of 2018.
const MONTHS: &str = r#""timeInfo": {"timeExtent": [1514764800000, 1543622400000], "timeReference": null,
    "timeInterval": 1, "timeIntervalUnits": "esriTimeUnitsMonths", "defaultTimeInterval": 1,
    "defaultTimeIntervalUnits": "esriTimeUnitsMonths", "hasLiveData": false}"#;

fn layer(name: &str, further: &str) -> String {
    format!(
        r#"{{"id": 0, "name": "{name}", "parentLayerId": -1, "defaultVisibility": true, "subLayerIds": null,
            "minScale": 0, "maxScale": 0 {further}}}"#
    )
}

fn answer(path: &str) -> Answer {
    let (resource, _) = path.split_once('?').unwrap_or((path, ""));
    let of = |service: &str| resource.strip_prefix(&format!("/arcgis/rest/services/{service}"));
    if let Some(rest) = of("Field/MapServer") {
        map_of_field(rest, path)
    } else if let Some(rest) = of("Field/ImageServer") {
        image_of_field(rest, path)
    } else if let Some(rest) = of("Relief/MapServer") {
        map_of_relief(rest, path)
    } else {
        error(404, "Service not found")
    }
}

fn map_of_field(rest: &str, path: &str) -> Answer {
    match rest {
        "" => json(format!(r#"{{{}, "mapName": "Layers", "layers": [{}], {MONTHS}}}"#, common(), layer("Field", ""))),
        "/layers" => json(format!(r#"{{"layers": [{}], "tables": []}}"#, layer("Field", &format!(", {MONTHS}")))),
        "/export" => picture("field", path),
        "/legend" => json(legend()),
        _ => error(400, "Invalid URL"),
    }
}

fn image_of_field(rest: &str, path: &str) -> Answer {
    match rest {
        "" => json(format!(
            r#"{{{}, "name": "Folder/Field", "pixelType": "U8", "hasMultidimensions": false, "extent": {EXTENT}, {MONTHS}}}"#,
            common()
        )),
        "/exportImage" => picture("field", path),
        _ => error(400, "Invalid URL"),
    }
}

fn map_of_relief(rest: &str, path: &str) -> Answer {
    match rest.split('/').collect::<Vec<_>>()[..] {
        [""] => {
            json(format!(r#"{{{}, "mapName": "Layers", "layers": [{}], {}}}"#, common(), layer("Relief", ""), cache()))
        }
        ["", "export"] => picture("relief", path),
        ["", "tile", z, y, x] => {
            let tile = wms::url().replace("/wms", &format!("/tiles/relief/{z}/{x}/{y}.png"));
            (OK, "Content-Type: image/png\r\n", fetch(&tile))
        }
        _ => error(400, "Invalid URL"),
    }
}

/// A cache of six levels in the web's pyramid.
fn cache() -> String {
    let lod = |level: u32| {
        let resolution = 156_543.033_928_040_96 / f64::from(1 << level);
        format!(r#"{{"level": {level}, "resolution": {resolution}, "scale": 1}}"#)
    };
    let lods: Vec<String> = (0..6).map(lod).collect();
    format!(
        r#""singleFusedMapCache": true, "tileInfo": {{"rows": 256, "cols": 256, "format": "PNG8",
           "origin": {{"x": -20037508.342787, "y": 20037508.342787}}, "spatialReference": {{"wkid": 102100, "latestWkid": 3857}},
           "lods": [{}]}}"#,
        lods.join(",")
    )
}

/// A legend of two layers, of which the service has only one: small pictures, one of them high, with labels.
fn legend() -> String {
    let item = |(number, colour): (usize, &[u8; 3])| {
        let side = if number == 7 { 60 } else { 20 };
        let data = BASE64_STANDARD.encode(Picture::of(20, side, *colour).to_png());
        let label = if number == 0 {
            "Calm, or hardly more than a breath of wind".to_owned()
        } else {
            format!("Force {number}")
        };
        format!(
            r#"{{"label": "{label}", "url": "a{number}", "imageData": "{data}", "contentType": "image/png", "height": {side}, "width": 20}}"#
        )
    };
    let items: Vec<String> = wms::COLOURS.iter().enumerate().map(item).collect();
    let layer = |id: u32, name: &str| {
        format!(
            r#"{{"layerId": {id}, "layerName": "{name}", "layerType": "Raster Layer", "minScale": 0, "maxScale": 0, "legend": [{}]}}"#,
            items.join(",")
        )
    };
    format!(r#"{{"layers": [{}, {}]}}"#, layer(0, "Field"), layer(7, "Another"))
}

/// The picture that MapServer draws for a request to ArcGIS.
fn picture(layer: &str, path: &str) -> Answer {
    let asked = |name| parameter(path, name).unwrap_or_default().replace("%2C", ",");
    let (size, reference) = (asked("size"), asked("bboxSR"));
    let Some((width, height)) = size.split_once(',') else { return error(400, "'size' parameter is invalid") };
    let too_large = |side: &str| side.parse::<u32>().is_ok_and(|side| side > SIDE_PX_MAX);
    if too_large(width) || too_large(height) || reference != asked("imageSR") || asked("f") != "image" {
        return error(400, "Invalid or missing input parameters.");
    }
    let moment = |time: &str| Timestamp::from_millisecond(time.parse().ok()?).ok();
    let time = match parameter(path, "time").map(moment) {
        Some(Some(time)) if time.to_string().ends_with("-01T00:00:00Z") => format!("&time={time}"),
        Some(_) => return error(400, "Unable to complete operation."),
        None => String::new(),
    };
    let url = format!(
        "{}?service=WMS&version=1.1.1&request=GetMap&layers={layer}&styles=&format=image/png&transparent=true&srs=EPSG:{reference}&bbox={}&width={width}&height={height}{time}",
        wms::url(),
        asked("bbox"),
    );
    (OK, "Content-Type: image/png\r\n", fetch(&url))
}
