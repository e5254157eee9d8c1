//! The same four classes in the legend of every kind of server, and a map in their colours.

use super::{LegendCase, boxes, code, colour};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use mapreel_testkit::pictures::{Picture, rgba};
use mapreel_testkit::upstreams::{Answer, capabilities, parameter, serve_all, size};
use serde_json::json;

/// The number of classes.
const CLASSES: usize = 4;

/// How a WMS offers its legend as data, beside the picture.
struct Dialect {
    name: &'static str,
    /// The operations in its capabilities.
    operations: &'static str,
    /// The document with the legend.
    told: fn() -> String,
}

const JSON: &str = "<GetLegendGraphic><Format>image/png</Format><Format>application/json</Format></GetLegendGraphic>";
const STYLES: &str =
    "<GetLegendGraphic><Format>image/png</Format></GetLegendGraphic><GetStyles><Format>text/xml</Format></GetStyles>";

const DIALECTS: [Dialect; 8] = [
    Dialect { name: "GeoServer, values", operations: JSON, told: || geoserver_map("values") },
    Dialect { name: "GeoServer, intervals", operations: JSON, told: || geoserver_map("intervals") },
    Dialect { name: "GeoServer, rules", operations: JSON, told: geoserver_rules },
    Dialect { name: "QGIS Server", operations: JSON, told: qgis },
    Dialect { name: "SLD, values", operations: STYLES, told: sld_values },
    Dialect { name: "SLD, rules", operations: STYLES, told: sld_rules },
    Dialect { name: "SE, categories", operations: STYLES, told: se_categories },
    Dialect { name: "a picture, cut apart", operations: "", told: String::new },
];

fn hex(class: usize) -> String {
    code(colour(class))
}

/// The texts of all classes, joined.
fn each(text: impl Fn(usize) -> String, between: &str) -> String {
    (0..CLASSES).map(text).collect::<Vec<_>>().join(between)
}

fn geoserver(rules: &str) -> String {
    format!(r#"{{ "Legend": [{{ "layerName": "a", "title": "A layer", "rules": [{rules}] }}] }}"#)
}

fn geoserver_map(kind: &str) -> String {
    let entry = |i: usize| format!(r#"{{ "label": "", "quantity": "{}", "color": "{}" }}"#, 7.5 * i as f64, hex(i));
    let entries = each(entry, ",");
    let map = format!(r#"{{ "colormap": {{ "type": "{kind}", "entries": [{entries}] }}, "opacity": "1.0" }}"#);
    geoserver(&format!(r#"{{ "name": "r", "symbolizers": [{{ "Raster": {map} }}] }}"#))
}

fn geoserver_rules() -> String {
    let rule = |i: usize| {
        let area = format!(r#"{{ "Polygon": {{ "fill": "{}", "fill-opacity": "1.0" }} }}"#, hex(i));
        format!(r#"{{ "title": ">= {} and more words", "symbolizers": [{area}] }}"#, 10 * i)
    };
    geoserver(&each(rule, ","))
}

/// A box of one colour, as a picture in base64.
fn icon(class: usize) -> String {
    BASE64_STANDARD.encode(Picture::of(20, 12, colour(class)).to_png())
}

fn qgis() -> String {
    let symbol = |i: usize| format!(r#"{{ "icon": "{}", "title": "Class {i}" }}"#, icon(i));
    format!(
        r#"{{ "nodes": [{{ "symbols": [{}], "title": "A layer", "type": "layer" }}], "title": "" }}"#,
        each(symbol, ",")
    )
}

fn sld(rules: &str) -> String {
    let style = format!("<UserStyle><FeatureTypeStyle>{rules}</FeatureTypeStyle></UserStyle>");
    format!("<StyledLayerDescriptor><NamedLayer><Name>a</Name>{style}</NamedLayer></StyledLayerDescriptor>")
}

fn sld_rules() -> String {
    let rule = |i: usize| {
        let fill = format!(r#"<Fill><CssParameter name="fill">{}</CssParameter></Fill>"#, hex(i));
        format!("<Rule><Name>{} - {}</Name><PolygonSymbolizer>{fill}</PolygonSymbolizer></Rule>", 5 * i, 5 * i + 5)
    };
    sld(&each(rule, ""))
}

fn of_raster(map: &str) -> String {
    sld(&format!("<Rule><RasterSymbolizer>{map}</RasterSymbolizer></Rule>"))
}

fn sld_values() -> String {
    let entry = |i: usize| format!(r#"<ColorMapEntry color="{}" quantity="{i}" label="Forest of kind {i}"/>"#, hex(i));
    of_raster(&format!(r#"<ColorMap type="values">{}</ColorMap>"#, each(entry, "")))
}

fn se_categories() -> String {
    let value = |i: usize| format!("<Value>{}</Value>", hex(i));
    let further = |i: usize| format!("<Threshold>{}</Threshold>{}", i as f64 * 2.5 - 5.0, value(i));
    let further: String = (1..CLASSES).map(further).collect();
    of_raster(&format!("<ColorMap><Categorize><LookupValue/>{}{further}</Categorize></ColorMap>", value(0)))
}

/// A map on which each class has a stripe.
fn map(path: &str) -> Vec<u8> {
    let [width, height] = size(path).or_else(|| of_export(path)).unwrap_or([256; 2]);
    rgba(width, height, |x, _| {
        let [r, g, b] = colour((x * CLASSES as u32 / width) as usize);
        [r, g, b, 255]
    })
}

/// The size in a request to ArcGIS: `size=400,300`.
fn of_export(path: &str) -> Option<[u32; 2]> {
    let (width, height) = parameter(path, "size")?.split_once(['%', ','])?;
    Some([width.parse().ok()?, height.trim_start_matches("2C").parse().ok()?])
}

const OK: &str = "200 OK";

fn wms(dialect: &Dialect, path: &str) -> Answer {
    let request = parameter(path, "REQUEST").unwrap_or_default();
    let is_json = parameter(path, "FORMAT").is_some_and(|format| format.contains("json"));
    match request {
        "GetCapabilities" => {
            let operations = format!("<Capability><Request>{}</Request>", dialect.operations);
            (OK, "", capabilities("a", "2020-01-01").replace("<Capability>", &operations).into_bytes())
        }
        "GetStyles" => (OK, "", (dialect.told)().into_bytes()),
        "GetLegendGraphic" if is_json => (OK, "", (dialect.told)().into_bytes()),
        "GetLegendGraphic" if dialect.operations.is_empty() => (OK, "", boxes(CLASSES as u32, 255)),
        // A legend that is offered as data must not be fetched as a picture.
        "GetLegendGraphic" => ("404 Not Found", "", Vec::new()),
        _ => (OK, "", map(path)),
    }
}

fn arcgis(path: &str) -> Answer {
    let said = |json: String| (OK, "Content-Type: application/json\r\n", json.into_bytes());
    let symbol = |i: usize| {
        format!(
            r#"{{ "label": "Class {i}", "imageData": "{}", "contentType": "image/png", "height": 12, "width": 20 }}"#,
            icon(i)
        )
    };
    let degrees = r#"{ "xmin": -180, "ymin": -85, "xmax": 180, "ymax": 85, "spatialReference": { "wkid": 4326 } }"#;
    match path.split('?').next().unwrap_or_default() {
        "/arcgis/MapServer/legend" => said(format!(
            r#"{{ "layers": [{{ "layerId": 0, "layerName": "a", "legend": [{}] }}] }}"#,
            each(symbol, ",")
        )),
        "/arcgis/MapServer/export" => (OK, "", map(path)),
        _ => said(format!(
            r#"{{ "currentVersion": 11.1, "spatialReference": {{ "wkid": 4326 }}, "fullExtent": {degrees}, "capabilities": "Map",
                  "maxImageWidth": 4096, "maxImageHeight": 4096,
                  "layers": [{{ "id": 0, "name": "a", "parentLayerId": -1, "defaultVisibility": true, "subLayerIds": null }}] }}"#
        )),
    }
}

fn wmts(path: &str) -> Answer {
    if path.contains("legend.png") {
        return (OK, "", boxes(CLASSES as u32, 255));
    }
    if !path.contains("GetCapabilities") {
        return (OK, "", map(path));
    }
    let level = |z: u32| {
        format!(
            "<TileMatrix><Identifier>{z}</Identifier><ScaleDenominator>{}</ScaleDenominator><TopLeftCorner>-20037508.342789 \
             20037508.342789</TopLeftCorner><TileWidth>256</TileWidth><TileHeight>256</TileHeight><MatrixWidth>{}</MatrixWidth>\
             <MatrixHeight>{}</MatrixHeight></TileMatrix>",
            559_082_264.028_718 / f64::from(1u32 << z),
            1 << z,
            1 << z
        )
    };
    let levels: String = (0..5).map(level).collect();
    let legend = r#"<LegendURL format="image/png" xlink:href="legend.png"/>"#;
    let style = format!(r#"<Style isDefault="true"><Identifier>s</Identifier>{legend}</Style>"#);
    let layer = format!(
        "<Identifier>a</Identifier>{style}<Format>image/png</Format>\
        <TileMatrixSetLink><TileMatrixSet>web</TileMatrixSet></TileMatrixSetLink>"
    );
    let set = format!("<Identifier>web</Identifier><SupportedCRS>EPSG:3857</SupportedCRS>{levels}");
    let document = format!(
        "<Capabilities version=\"1.0.0\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"><Contents>\
        <Layer>{layer}</Layer><TileMatrixSet>{set}</TileMatrixSet></Contents></Capabilities>"
    );
    (OK, "", document.into_bytes())
}

/// A layer of each dialect.
pub(super) fn all() -> Vec<LegendCase> {
    let url = serve_all(|path| {
        let first = path[1..].split(['/', '?']).next().unwrap_or_default();
        match first {
            "arcgis" => arcgis(path),
            "wmts" | "legend.png" => wmts(path),
            number => wms(&DIALECTS[number.parse::<usize>().unwrap()], path),
        }
    });
    let tried = |name: &str, mut layer: serde_json::Value, own: Option<Vec<u8>>| {
        (layer["title"], layer["legend"]) = (json!("A layer"), json!("auto"));
        let colours = (0..CLASSES).map(colour).collect();
        LegendCase { name: name.to_owned(), layer, colours, is_on_map: true, own }
    };
    let of_wms = DIALECTS.iter().enumerate().map(|(i, dialect)| {
        let layer = json!({ "type": "wms", "url": format!("{url}/{i}"), "layers": "a", "time": "none" });
        tried(dialect.name, layer, Some(boxes(CLASSES as u32, 255)))
    });
    let arcgis = tried("ArcGIS", json!({ "type": "arcgis", "url": format!("{url}/arcgis/MapServer") }), None);
    let wmts = json!({ "type": "wmts", "url": format!("{url}/wmts"), "layer": "a" });
    let wmts = tried("WMTS", wmts, Some(boxes(CLASSES as u32, 255)));
    of_wms.chain([arcgis, wmts]).collect()
}
