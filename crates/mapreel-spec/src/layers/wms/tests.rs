//! The requests for a legend, and the effect of the servers' answers.

use crate::layers::answered::plan_answered;
use crate::parse_request;
use crate::plan::plan::Plan;
use crate::plan::view::View;
use crate::request::limits::Limits;
use crate::resolved::resolved::Resolved;
use mapreel_ogc::{ClassLabel, LegendClass, LegendSource, ServiceUrl};

/// The capabilities of a server. Its layer `rain` has the given style, and its `Request` element contains `operation`.
fn capabilities(operation: &str, format: &str, style: &str) -> String {
    format!(
        r#"<WMS_Capabilities version="1.3.0" xmlns="http://www.opengis.net/wms" xmlns:xlink="http://www.w3.org/1999/xlink"
          xmlns:sld="http://www.opengis.net/sld"><Service><Title>S</Title></Service><Capability><Request>
          <GetMap><Format>image/png</Format><Format>{format}</Format><DCPType><HTTP><Get>
            <OnlineResource xlink:href="http://inside:8080/wms"/></Get></HTTP></DCPType></GetMap>{operation}</Request>
          <Layer><CRS>EPSG:3857</CRS><Layer><Name>rain</Name><Title>Rain</Title>{style}</Layer></Layer>
        </Capability></WMS_Capabilities>"#
    )
}

fn style(address: &str) -> String {
    format!("<Style><Name>mm</Name>{}</Style>", legend_url("image/png", address))
}

fn legend_url(format: &str, address: &str) -> String {
    let address = address.replace('&', "&amp;");
    format!(r#"<LegendURL><Format>{format}</Format><OnlineResource xlink:href="{address}"/></LegendURL>"#)
}

const OF_QGIS: &str =
    "<sld:GetLegendGraphic><Format>image/png</Format><Format>application/json</Format></sld:GetLegendGraphic>";
const OF_MAPSERVER: &str =
    "<sld:GetLegendGraphic><Format>image/png</Format><Format>image/vnd.jpeg-png</Format></sld:GetLegendGraphic>";
const DRAWN: &str =
    "http://inside:8080/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetLegendGraphic&LAYER=rain&FORMAT=image/png&STYLE=mm";
const TOLD: &str = r##"{ "Legend": [{ "layerName": "rain", "title": "Rain", "rules": [
    { "title": ">= 5", "symbolizers": [{ "Polygon": { "fill": "#102030" } }] }] }] }"##;

/// A request for a layer with these fields.
fn request(fields: &str) -> String {
    format!(
        r#"{{ "map": {{ "bbox": [-10, 40, 30, 60], "width": 400 }},
             "layers": [{{ "type": "wms", "url": "https://h/wms", "layers": "rain", {fields} }}] }}"#
    )
}

/// The legend of a layer `rain` with these fields, and the URLs that were asked for. `told` is the server's legend as
/// data.
fn legend(fields: &str, capabilities: &str, told: Option<&str>) -> (Option<LegendSource>, Vec<String>) {
    let (plan, asked) = plan_answered(&request(fields), |url| match ServiceUrl::parse(url).unwrap().get("REQUEST") {
        Some("GetCapabilities") => Some(capabilities),
        _ => told,
    });
    (plan.layers[0].caption.legend.clone(), asked)
}

const AUTO: &str = r#""legend": "auto""#;

fn classes() -> LegendSource {
    let class = LegendClass { colour: [0x10, 0x20, 0x30, 255], label: ClassLabel::Words("≥ 5".into()) };
    LegendSource::Classes { title: None, unit: None, classes: vec![class] }
}

fn parameter(url: &str, name: &str) -> Option<String> {
    ServiceUrl::parse(url).unwrap().get(name).map(str::to_owned)
}

#[test]
fn a_legend_that_a_server_tells_is_asked_for_as_json() {
    let (legend, asked) = legend(AUTO, &capabilities(OF_QGIS, "image/jpeg", &style(DRAWN)), Some(TOLD));
    assert_eq!((legend, asked.len()), (Some(classes()), 2), "{asked:?}");
    // The question goes to the host of the request, with all parameters that the server has named.
    assert!(asked[1].starts_with("https://h/wms?"), "{}", asked[1]);
    for (name, expected) in [
        ("REQUEST", "GetLegendGraphic"),
        ("FORMAT", "application/json"),
        ("STYLE", "mm"),
        ("LAYER", "rain"),
        ("SYMBOLWIDTH", "20"),
        ("SYMBOLHEIGHT", "12"),
    ] {
        assert_eq!(parameter(&asked[1], name).as_deref(), Some(expected), "{}", asked[1]);
    }
}

#[test]
fn parameters_of_the_request_go_with_the_question() {
    let fields = format!(r#"{AUTO}, "styles": "mm", "params": {{ "SLD": "http://h/a.sld", "SYMBOLWIDTH": "30" }}"#);
    let (legend, asked) = legend(&fields, &capabilities(OF_QGIS, "image/jpeg", &style(DRAWN)), Some(TOLD));
    assert_eq!((legend, asked.len()), (Some(classes()), 2), "{asked:?}");
    for (name, expected) in [("SLD", "http://h/a.sld"), ("FORMAT", "application/json"), ("SYMBOLWIDTH", "30")] {
        assert_eq!(parameter(&asked[1], name).as_deref(), Some(expected), "{}", asked[1]);
    }
    assert_eq!((parameter(&asked[1], "STYLE"), parameter(&asked[1], "TIME")), (Some("mm".into()), None));
}

#[test]
fn a_secret_goes_only_where_its_server_is() {
    let fields = format!(r#"{AUTO}, "credential": "mine""#);
    let (_, asked) = legend(&fields, &capabilities(OF_QGIS, "image/jpeg", &style(DRAWN)), Some(TOLD));
    assert!(asked[1].starts_with("https://mine@h/wms?"), "{}", asked[1]);
    let elsewhere = DRAWN.replace("http://inside:8080", "http://mine@other");
    let (_, asked) = legend(&fields, &capabilities(OF_QGIS, "image/jpeg", &style(&elsewhere)), Some(TOLD));
    assert!(asked[1].starts_with("http://other/wms?"), "{}", asked[1]);
}

#[test]
fn an_answer_that_is_not_understood_leaves_the_picture() {
    let capabilities = capabilities(OF_QGIS, "image/jpeg", &style(DRAWN));
    let exception = r#"<ServiceExceptionReport><ServiceException code="InvalidFormat"/></ServiceExceptionReport>"#;
    let reckoned = TOLD.replace("#102030", "[Recode(a)]");
    for told in [None, Some(exception), Some("{}"), Some(""), Some(r#"{ "Legend": [] }"#), Some(&*reckoned)] {
        let (legend, asked) = legend(AUTO, &capabilities, told);
        assert_eq!(asked.len(), 2, "{told:?}");
        let Some(LegendSource::Url(url)) = legend else { panic!("{told:?}: {legend:?}") };
        assert_eq!(url, DRAWN.replace("http://inside:8080", "https://h"));
    }
}

#[test]
fn only_a_server_that_tells_legends_is_asked() {
    const GEOSERVER: &str = "http://inside:8080/geo/ows?service=WMS&request=GetLegendGraphic&format=image%2Fpng&width=20&height=20&layer=rain";
    let check = |operation: &str, format: &str, address: &str, is_asked: bool| {
        let (legend, asked) = legend(AUTO, &capabilities(operation, format, &style(address)), Some(TOLD));
        assert_eq!(asked.len(), 1 + usize::from(is_asked), "{operation} {format} {address}: {asked:?}");
        assert_eq!(legend == Some(classes()), is_asked, "{legend:?}");
    };
    check("", "image/jpeg", DRAWN, false);
    check(OF_MAPSERVER, "image/vnd.jpeg-png", DRAWN, false);
    check(OF_QGIS, "image/jpeg", DRAWN, true);
    // A GeoServer in 1.3.0, with all its formats and with few.
    check("", "text/html; subtype=openlayers3", DRAWN, true);
    check("", "image/jpeg", GEOSERVER, true);
    check("", "image/jpeg", &GEOSERVER.replace("WMS&", "WMS&version=1.3.0&"), true);
    // In 1.1.1 GeoServer names its formats of legends; versions before 2.15 have no JSON.
    check("<GetLegendGraphic><Format>image/png</Format></GetLegendGraphic>", "image/jpeg", GEOSERVER, false);
    // A picture that the author of a style has made is not offered as data.
    check(OF_QGIS, "image/jpeg", "http://inside:8080/legends/rain.png", false);
}

#[test]
fn a_server_that_tells_its_styles_is_asked_for_them_as_sld() {
    const STYLES: &str = "<ms:GetStyles><Format>text/xml</Format></ms:GetStyles>";
    const SLD: &str = r##"<StyledLayerDescriptor><NamedLayer><Name>rain</Name><UserStyle><FeatureTypeStyle><Rule><Name>&gt;= 5</Name>
        <PolygonSymbolizer><Fill><CssParameter name="fill">#102030</CssParameter></Fill></PolygonSymbolizer>
        </Rule></FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>"##;
    let operations = format!("{OF_MAPSERVER}{STYLES}");
    let of_styles = capabilities(&operations, "image/jpeg", &style(DRAWN));
    let (read, asked) = legend(AUTO, &of_styles, Some(SLD));
    assert_eq!((read, asked.len()), (Some(classes()), 2), "{asked:?}");
    for (name, expected) in [("REQUEST", "GetStyles"), ("VERSION", "1.1.1"), ("LAYERS", "rain")] {
        assert_eq!(parameter(&asked[1], name).as_deref(), Some(expected), "{}", asked[1]);
    }
    for not_understood in [None, Some("<StyledLayerDescriptor/>"), Some("{}")] {
        let (picture, _) = legend(AUTO, &of_styles, not_understood);
        assert_eq!(picture, Some(LegendSource::Url(DRAWN.replace("http://inside:8080", "https://h"))));
    }
    let asks = |fields: &str, capabilities: &str| {
        let asked = legend(&format!("{AUTO}, {fields}"), capabilities, Some(SLD)).1;
        asked.iter().any(|url| url.contains("GetStyles"))
    };
    // A style shows neither colours that the request chooses, nor a picture that its author has made.
    assert!(!asks(r#""params": { "SLD": "http://h/a.sld" }"#, &of_styles));
    let own = style("http://inside:8080/legends/rain.png");
    assert!(!asks(r#""opacity": 1"#, &capabilities(&operations, "image/jpeg", &own)));
    // JSON tells all that SLD does, and more.
    let both = format!("{OF_QGIS}{STYLES}");
    assert!(!asks(r#""opacity": 1"#, &capabilities(&both, "image/jpeg", &style(DRAWN))));
}

#[test]
fn numbers_of_a_told_legend_are_in_the_language_of_the_header() {
    let told = |kind: &str| {
        let entries = r##"{ "quantity": 7.5, "color": "#000001" }, { "quantity": 1000, "color": "#000002" }"##;
        let map = format!(r#"{{ "Raster": {{ "colormap": {{ "type": "{kind}", "entries": [{entries}] }} }} }}"#);
        format!(r#"{{ "Legend": [{{ "rules": [{{ "symbolizers": [{map}] }}] }}] }}"#)
    };
    let capabilities = capabilities(OF_QGIS, "image/jpeg", &style(DRAWN));
    let german = request(AUTO).replacen(r#""layers""#, r#""header": { "language": "de" }, "layers""#, 1);
    let caption = |told: String| {
        let answer = |url: &str| if url.contains("GetCapabilities") { Some(&*capabilities) } else { Some(&*told) };
        plan_answered(&german, answer).0.layers[0].caption.clone()
    };
    let intervals = caption(told("intervals"));
    assert_eq!(intervals.legend.as_ref().unwrap().texts(), ["7,5 – 1.000", "< 7,5"]);
    assert_eq!(caption(told("ramp")).colour_bar.unwrap().text(7.5), "7,5");
}

#[test]
fn a_style_may_name_a_legend_as_json() {
    let json = legend_url("application/json; charset=utf-8", "http://inside:8080/legends/rain.json");
    let both =
        format!("<Style><Name>mm</Name>{json}{}</Style>", legend_url("image/png", "http://inside:8080/rain.png"));
    let capabilities = capabilities("", "image/jpeg", &both);
    let (told, asked) = legend(AUTO, &capabilities, Some(TOLD));
    assert_eq!((told, &*asked[1]), (Some(classes()), "https://h/legends/rain.json"));
    let (picture, _) = legend(AUTO, &capabilities, None);
    assert_eq!(picture, Some(LegendSource::Url("https://h/rain.png".into())));
}

#[test]
fn a_legend_that_is_not_wanted_is_not_asked_for() {
    let capabilities = capabilities(OF_QGIS, "image/jpeg", &style(DRAWN));
    for fields in [r#""opacity": 1"#, r#""legend": "https://h/own.png""#] {
        assert_eq!(legend(fields, &capabilities, Some(TOLD)).1.len(), 1, "{fields}");
    }
}

#[test]
fn an_estimate_counts_a_legend_as_its_picture() {
    let request = parse_request(request(AUTO).as_bytes(), &Limits::default()).unwrap();
    let plan = Plan::of_map_alone(&Resolved::unasked(&request), View::of(&request), &Limits::default()).unwrap();
    assert!(plan.layers[0].caption.legend.as_ref().is_some_and(|legend| legend.url().is_some()));
}

#[test]
fn the_unit_of_a_ramp_stands_beside_its_numbers() {
    let ramp = r##"{ "Legend": [{ "rules": [{ "symbolizers": [{ "Raster": { "colormap": { "type": "ramp", "entries": [
        { "label": "0 mm", "quantity": "0", "color": "#0000FF" }, { "label": "50 mm", "quantity": "50", "color": "#FF0000" }
    ] } } }] }] }] }"##;
    let capabilities = capabilities(OF_QGIS, "image/jpeg", &style(DRAWN));
    let answer = |url: &str| Some(if url.contains("GetCapabilities") { &*capabilities } else { ramp });
    let caption = plan_answered(&request(AUTO), answer).0.layers[0].caption.clone();
    let bar = caption.colour_bar.clone().unwrap();
    assert_eq!((bar.min, bar.max, caption.legend_title().1), (0.0, 50.0, Some("mm")));
}
