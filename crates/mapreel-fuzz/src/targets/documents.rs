//! Capabilities and other descriptions of servers, and their error reports.

use super::now;
use crate::seeds::file;
use mapreel_geo::NumberStyle;
use mapreel_ogc::wms::legend;
use mapreel_ogc::wms::reader as wms;
use mapreel_ogc::wmts::reader as wmts;
use mapreel_ogc::{JsonService, LegendSource};
use mapreel_sources::{Absence, Error, Wanted, fuzzing};
use mapreel_spec::{
    Document, DocumentKind, FramesUnknown, Limits, Next, Plan, Question, Reply, Request, Resolved, Step, View,
    parse_request,
};
use std::sync::LazyLock;

pub(super) const WORDS: &[&str] = &[
    "<Layer>",
    "</Layer>",
    "<Name>a</Name>",
    "<Dimension name=\"time\" units=\"ISO8601\">",
    "</Dimension>",
    "<Extent name=\"time\">",
    "<CRS>EPSG:3857</CRS>",
    "<SRS>EPSG:4326</SRS>",
    "<Style>",
    "<LegendURL>",
    "default=\"current\"",
    "nearestValue=\"1\"",
    "<BoundingBox CRS=\"EPSG:3857\" minx=\"0\" miny=\"0\" maxx=\"1\" maxy=\"1\"/>",
    "<MaxWidth>1</MaxWidth>",
    "<TileMatrixSet>",
    "<TileMatrix>",
    "<ScaleDenominator>",
    "<TopLeftCorner>",
    "<TileMatrixSetLimits>",
    "<ResourceURL ",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>",
    "&amp;",
    "&#x10FFFF;",
    "&b;",
    "xmlns:x=\"y\"",
    "xlink:href=\"http://h/\"",
    "<ServiceException code=\"LayerNotDefined\">",
    "<ows:ExceptionText>",
    "TileOutOfRange",
    "\"tiles\"",
    "\"scaleRange\"",
    "\"min\"",
    "\"max\"",
    "\"units\"",
    "\"bounds\"",
    "\"minzoom\"",
    "\"scheme\"",
    "\"tms\"",
    "{z}",
    "{x}",
    "{-y}",
    "{s}",
    "5e-324",
    "-5e-324",
    "1e308",
];

pub(super) mod seeds {
    use crate::seeds::{files, texts};

    const RECORDED: &str = "crates/mapreel/tests/recorded";
    const CAPABILITIES: &str = "crates/mapreel/tests/recorded/capabilities";

    pub fn wms_capabilities() -> Vec<Vec<u8>> {
        let documents = [files(CAPABILITIES, &[".xml.gz"]), files(RECORDED, &["-wms.xml"])].concat();
        documents.into_iter().filter(|bytes| !super::wmts::is_it(bytes)).collect()
    }

    pub fn wmts_capabilities() -> Vec<Vec<u8>> {
        let documents = [files(CAPABILITIES, &[".xml.gz"]), files(RECORDED, &["-wmts.xml"])].concat();
        documents.into_iter().filter(|bytes| super::wmts::is_it(bytes)).collect()
    }

    pub fn tilejson() -> Vec<Vec<u8>> {
        texts(&[
            r#"{"tilejson":"3.0.0","tiles":["http://h/{z}/{x}/{y}.png"],"minzoom":2,"maxzoom":9,"bounds":[-10,40,10,60],"attribution":"<a href='x'>&copy; A</a>"}"#,
            r#"{"tiles":["https://{s}.h/{z}/{x}/{y}.png?k=1"],"scheme":"tms","format":"png","minzoom":0,"maxzoom":30}"#,
            r#"{"tiles":["http://h/{tileMatrix}/{tileRow}/{tileCol}"],"minzoom":-1,"maxzoom":1e9,"bounds":[170,-20,200,10]}"#,
        ])
    }

    pub fn arcgis() -> Vec<Vec<u8>> {
        files("crates/mapreel-ogc/tests/recorded/arcgis", &[".json"])
    }

    pub fn ogc_api() -> Vec<Vec<u8>> {
        files("crates/mapreel-ogc/tests/recorded/ogc", &[".json"])
    }

    pub fn ncwms_details() -> Vec<Vec<u8>> {
        let recorded =
            ["xpublish-details.json", "xpublish-minmax.json"].map(|name| super::file(&format!("{RECORDED}/{name}")));
        let further = texts(&[
            r#"{"units":"°C","scaleRange":[-2,34],"defaultPalette":"seq","logScaling":false}"#,
            r#"{"units":"kg m-3","scaleRange":["1e-6","0.3"],"defaultPalette":"x-Sst","logScaling":true}"#,
        ]);
        [recorded.to_vec(), further].concat()
    }

    pub fn styles() -> Vec<Vec<u8>> {
        let style = |rules: &str| {
            let style = format!("<UserStyle><Name>s</Name><FeatureTypeStyle>{rules}</FeatureTypeStyle></UserStyle>");
            format!("<StyledLayerDescriptor><NamedLayer><Name>a</Name>{style}</NamedLayer></StyledLayerDescriptor>")
                .into_bytes()
        };
        let raster = |map: &str| {
            style(&format!(
                "<Rule><RasterSymbolizer><Opacity>0.5</Opacity><ColorMap type=\"ramp\">{map}</ColorMap></RasterSymbolizer></Rule>"
            ))
        };
        let fill = "<Fill><CssParameter name=\"fill\"><ogc:Literal>#102030</ogc:Literal></CssParameter></Fill>";
        vec![
            style(&format!("<Rule><Name>0 - 5</Name><PolygonSymbolizer>{fill}</PolygonSymbolizer></Rule>")),
            style(&format!(
                "<Rule><Title>a</Title><PointSymbolizer><Graphic><Mark>{fill}</Mark></Graphic></PointSymbolizer></Rule>"
            )),
            raster(
                "<ColorMapEntry color=\"#0000ff\" quantity=\"-2\" label=\"-2 °C\"/><ColorMapEntry color=\"#ff0000\" quantity=\"34\"/>",
            ),
            raster("<Categorize><Value>#0000ff</Value><Threshold>1e9</Threshold><Value>#ff0000</Value></Categorize>"),
            raster(
                "<Interpolate><InterpolationPoint><Data>1</Data><Value>#0000ff</Value></InterpolationPoint></Interpolate>",
            ),
        ]
    }

    pub fn exception_report() -> Vec<Vec<u8>> {
        let recorded =
            files(RECORDED, &["-down.xml", "-outside.xml", "-style.xml", "-crs.xml", "-style.json", "-crs84.json"]);
        let further = texts(&[
            "<?xml version='1.0'?><!DOCTYPE ServiceExceptionReport SYSTEM \"http://x/exception_1_1_1.dtd\"><ServiceExceptionReport version=\"1.1.1\"><ServiceException code=\"LayerNotDefined\">no such layer: &quot;sts&quot;</ServiceException></ServiceExceptionReport>",
            "<ows:ExceptionReport xmlns:ows=\"http://www.opengis.net/ows/1.1\"><ows:Exception exceptionCode=\"TileOutOfRange\"><ows:ExceptionText>Column 9</ows:ExceptionText></ows:Exception></ows:ExceptionReport>",
            "<html><head><title>Please log in</title></head></html>",
            "{\"detail\": \"no such time\"}",
        ]);
        [recorded, further].concat()
    }
}

/// Any capabilities of a WMS that can be read lead to a plan within the limits, or to an error.
pub(super) fn wms_capabilities(input: &[u8]) {
    let Ok(read) = wms::capabilities(input, now()) else { return };
    assert_eq!(Ok(&read), wms::capabilities(input, now()).as_ref(), "read twice");
    assert!(read.layers.len() <= input.len());
    let name = read.layers.iter().rev().find(|layer| !layer.dimensions.is_empty()).or(read.layers.last());
    let name = serde_json::Value::from(name.map_or("a", |layer| &layer.name));
    for times in ["", r#""times": { "last": 5, "of": "a" },"#, r#""times": ["2020-01-01", "2021-06-01T12:00Z"],"#] {
        let document = format!(
            r#"{{ "map": {{ "bbox": [-20, 30, 20, 60], "width": 64, "height": 48 }}, {times}
                 "layers": [{{ "type": "wms", "name": "a", "url": "http://h/wms", "layers": {name} }}] }}"#
        );
        // Some names of layers are not allowed in a request.
        let Ok(request) = parse_request(document.as_bytes(), &Limits::default()) else { return };
        planned(&request, resolved_by(&request, DocumentKind::Wms, Ok(Document::Wms(&read))));
    }
}

/// The same for the capabilities of a WMTS.
pub(super) fn wmts_capabilities(input: &[u8]) {
    let Ok(read) = wmts::capabilities(input, now()) else { return };
    assert_eq!(Ok(&read), wmts::capabilities(input, now()).as_ref(), "read twice");
    for layer in read.layers.iter().take(3) {
        let name = serde_json::Value::from(layer.name.as_str());
        let document = format!(
            r#"{{ "map": {{ "bbox": [-20, 30, 20, 60], "width": 64, "height": 48 }}, "times": ["2020-01-01"],
                 "layers": [{{ "type": "wmts", "url": "http://h/wmts", "layer": {name} }}] }}"#
        );
        let Ok(request) = parse_request(document.as_bytes(), &Limits::default()) else { return };
        planned(&request, resolved_by(&request, DocumentKind::Wmts, Ok(Document::Wmts(&read))));
    }
}

/// The resolved request when every question for a document of this kind is answered with `reply`, and every other one with a recorded
/// document.
fn resolved_by(request: &Request, kind: DocumentKind, reply: Reply<'_>) -> Result<Resolved, FramesUnknown> {
    Resolved::answered(request, now(), |layer, question, next| match question.kind == kind {
        true => next.after(reply.clone()),
        false => answered(request, layer, &question, next),
    })
}

fn planned(request: &Request, resolved: Result<Resolved, FramesUnknown>) {
    if let Ok(resolved) = resolved
        && let Ok(plan) = Plan::of_map_alone(&resolved, View::of(request), &Limits::default())
    {
        assert!(plan.upstream_urls().len() <= Limits::default().upstream_requests_max);
    }
}

/// A TileJSON document becomes a layer, or a gap with a reason.
pub(super) fn tilejson(input: &[u8]) {
    let request = br#"{ "map": { "bbox": [-20, 30, 20, 60], "width": 64, "height": 48 },
                        "layers": [{ "type": "tilejson", "url": "http://h/tiles.json" }] }"#;
    let request = parse_request(request, &Limits::default()).expect("it is valid");
    planned(&request, resolved_by(&request, DocumentKind::Json, Ok(Document::Bytes(input))));
}

/// The input as any document of an ArcGIS service becomes a layer, or a gap with a reason.
pub(super) fn arcgis(input: &[u8]) {
    for service in ["MapServer", "ImageServer"] {
        described(input, &format!(r#""type": "arcgis", "url": "http://h/arcgis/rest/services/A/{service}""#));
    }
}

/// The same for an OGC API.
pub(super) fn ogc_api(input: &[u8]) {
    described(input, r#""type": "ogc-maps", "url": "http://maps.example.org/api", "collection": "sst""#);
    described(input, r#""type": "ogc-maps", "url": "http://maps.example.org/api/collections/relief/map/tiles""#);
}

/// Resolves a layer whose server answers every question with the input; and once more with a recorded document as the first answer.
fn described(input: &[u8], layer: &str) {
    let _ = JsonService::read(input, "http://maps.example.org/api", now());
    let request = format!(
        r#"{{ "map": {{ "bbox": [-20, 30, 20, 60], "width": 64, "height": 48 }}, "times": ["2018-02-01"],
             "layers": [{{ {layer} }}] }}"#
    );
    let request = parse_request(request.as_bytes(), &Limits::default()).expect("it is valid");
    for recorded in [0, 1] {
        let mut asked = 0;
        planned(
            &request,
            Resolved::answered(&request, now(), |layer, question, next| {
                asked += 1;
                assert!(asked <= 25, "it asks without end");
                match asked > recorded {
                    true => next.after(Ok(Document::Bytes(input))),
                    false => answered(&request, layer, &question, next),
                }
            }),
        );
    }
}

/// The numbers beside a colour bar are few, are within the bar, and ascend.
pub(super) fn ncwms_details(input: &[u8]) {
    for url in ["http://h/ncwms", "http://h/xpublish"] {
        let request = format!(
            r#"{{ "map": {{ "bbox": [-20, 30, 20, 60], "width": 64, "height": 48 }},
                 "layers": [{{ "type": "wms", "url": "{url}", "layers": "sst", "legend": "auto" }}] }}"#
        );
        let request = parse_request(request.as_bytes(), &Limits::default()).expect("it is valid");
        let resolved = resolved_by(&request, DocumentKind::Details, Ok(Document::Bytes(input)));
        let resolved = resolved.expect("it has one frame");
        for bar in resolved.layers.iter().filter_map(|layer| layer.colour_bar.as_ref()) {
            let ticks = bar.ticks(6);
            assert!(ticks.len() <= 1000, "{} numbers from {} to {}", ticks.len(), bar.min, bar.max);
            assert!(ticks.is_sorted_by(|a, b| a.0 < b.0), "{bar:?}: {ticks:?}");
            for (value, place) in ticks {
                assert!((-0.01..=1.01).contains(&place), "{value} at {place} of {bar:?}");
                assert!(bar.text(value).len() < 100);
            }
        }
    }
}

/// Styles (SLD) become a legend that fits on a page, or no legend.
pub(super) fn styles(input: &[u8]) {
    let legend = legend::of_sld(input, "a", "");
    assert_eq!(legend, legend::of_sld(input, "a", ""), "read twice");
    match legend {
        None => {}
        Some(LegendSource::Classes { classes, .. }) => {
            assert!((1..=64).contains(&classes.len()), "{} classes", classes.len());
            let texts = classes.iter().map(|class| class.label.text(&NumberStyle::default()));
            assert!(texts.into_iter().all(|text| text.chars().count() <= 300));
        }
        Some(LegendSource::Strip { colours, range, .. }) => {
            let [min, max] = range.map(|end| end.parse::<f64>().expect("a number"));
            assert!(colours.len() == 256 && min < max, "{min} to {max}");
        }
        Some(other) => panic!("SLD has no {other:?}"),
    }
}

/// Any answer is either what was wanted, or an error that quotes a bounded piece of it.
pub(super) fn exception_report(input: &[u8]) {
    let tile = |absence| Wanted::Piece { bytes_max: 1 << 20, absence: Some(absence) };
    let wanted = [
        Wanted::Picture,
        tile(Absence::NoContent),
        tile(Absence::Sparse),
        Wanted::Json,
        Wanted::Capabilities,
        Wanted::Description,
    ];
    for wanted in wanted {
        for status in [200, 204, 404, 500] {
            let judged = fuzzing::judged(status, input, wanted);
            // The exception `TileOutOfRange` counts with any status.
            let may_be_absent = wanted == tile(Absence::Sparse);
            assert!(judged.is_err() || status != 500 || may_be_absent, "a failure is taken for {wanted:?}");
            if let Err(Error::Exception { text, .. } | Error::Status { text, .. } | Error::WrongKind { text, .. }) =
                judged
            {
                // An error quotes at most 200 characters of each exception in the input.
                assert!(text.len() <= 1000 + 4 * input.len(), "{} bytes are quoted of {}", text.len(), input.len());
                assert!(!text.contains('\n'));
            }
        }
    }
}

macro_rules! recorded {
    ($name:literal) => {
        LazyLock::new(|| file(concat!("crates/mapreel/tests/recorded/", $name)))
    };
}

macro_rules! described {
    ($name:literal) => {
        LazyLock::new(|| file(concat!("crates/mapreel-ogc/tests/recorded/", $name)))
    };
}

/// The step after a recorded answer, which is chosen by the URL of the question.
pub(super) fn answered(request: &Request, layer: usize, question: &Question, next: Next) -> Step {
    static NCWMS: LazyLock<Vec<u8>> = recorded!("capabilities/ncwms-my-wms.xml.gz");
    static XPUBLISH: LazyLock<Vec<u8>> = recorded!("xpublish-wms.xml");
    static DIMENSIONS: LazyLock<Vec<u8>> = recorded!("capabilities/dimensions-wms.xml.gz");
    static WMTS: LazyLock<Vec<u8>> = recorded!("capabilities/gibs-wmts.xml.gz");
    static DETAILS: LazyLock<Vec<u8>> = recorded!("xpublish-details.json");
    static MAP_SERVER: LazyLock<Vec<u8>> = described!("arcgis/mapserver-times.json");
    static IMAGE_SERVER: LazyLock<Vec<u8>> = described!("arcgis/imageserver-times.json");
    static COLLECTIONS: LazyLock<Vec<u8>> = described!("ogc/collections.json");
    static TILESETS: LazyLock<Vec<u8>> = described!("ogc/tilesets.json");
    let bytes: &[u8] = match question.kind {
        DocumentKind::Wms => {
            let bytes = match &question.url {
                url if url.contains("ncwms") => &NCWMS,
                url if url.contains("xpublish") => &XPUBLISH,
                _ => &DIMENSIONS,
            };
            let read = wms::capabilities(bytes, now()).expect("it is recorded of a real server");
            request.not_offered(layer, &read);
            return next.after(Ok(Document::Wms(&read)));
        }
        DocumentKind::Wmts => {
            let read = wmts::capabilities(&WMTS, now()).expect("it is recorded of a real server");
            return next.after(Ok(Document::Wmts(&read)));
        }
        DocumentKind::Details => &DETAILS,
        DocumentKind::Styles => b"<StyledLayerDescriptor/>",
        DocumentKind::Json if question.url.contains("MapServer") => &MAP_SERVER,
        DocumentKind::Json if question.url.contains("ImageServer") => &IMAGE_SERVER,
        DocumentKind::Json if question.url.contains("/tiles") => &TILESETS,
        DocumentKind::Json if question.url.contains("/api") => &COLLECTIONS,
        DocumentKind::Json => br#"{"tiles":["http://h/{z}/{x}/{y}.png"],"maxzoom":9}"#,
        DocumentKind::GeoJson => br#"{"type":"Point","coordinates":[10,50]}"#,
    };
    next.after(Ok(Document::Bytes(bytes)))
}
