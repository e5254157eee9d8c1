//! Requests that cannot be answered are refused with the code of the standard.

use crate::support::{DEMO, WORLD, text, wms, wmts};

const NEW: &str = "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&FORMAT=image/png&LAYERS=sst&CRS=CRS:84&BBOX=-180,-90,180,90&WIDTH=4&HEIGHT=2";

#[track_caller]
fn check(query: &str, code: Option<&str>, words: &str) {
    let answer = wms(query);
    assert_eq!((answer.status, answer.media_type), (200, "text/xml"), "{query}");
    let report = text(&answer);
    assert!(
        report.contains("<ServiceExceptionReport version=\"1.3.0\" xmlns=\"http://www.opengis.net/ogc\">"),
        "{report}"
    );
    let begin = code.map_or("<ServiceException>".to_owned(), |code| format!("<ServiceException code=\"{code}\">"));
    assert!(report.contains(&begin) && report.contains(words), "{query}: {report}");
}

#[test]
fn a_wms_says_what_is_wrong() {
    assert_eq!(wms(NEW).media_type, "image/png");
    let with = |from: &str, to: &str| NEW.replace(from, to);
    check(&with("LAYERS=sst", "LAYERS=wind"), Some("LayerNotDefined"), "`wind`: the layers are sst, sst_departure");
    check(&with("LAYERS=sst", "LAYERS=sst,sst"), None, "one layer");
    check(&with("LAYERS=sst", "LAYERS="), None, "LAYERS is missing");
    check(&format!("{NEW}&STYLES=balance"), Some("StyleNotDefined"), "its styles are thermal, classes");
    check(&with("CRS:84", "EPSG:25832"), Some("InvalidCRS"), "EPSG:25832");
    check(&with("CRS=CRS:84", "SRS=EPSG:4326"), None, "CRS is missing");
    check(&with("image/png", "image/jpeg"), Some("InvalidFormat"), "image/png");
    for time in ["2017-12", "2020-01-01", "2018-01-15", "2018-01/2018-03", "2018-01,2018-02", "yesterday", "%00"] {
        check(&format!("{NEW}&TIME={time}"), Some("InvalidDimensionValue"), "2018-01-01T00:00:00.000Z/2019-12");
    }
    check(&with("REQUEST=GetMap", "REQUEST=GetFeatureInfo"), Some("OperationNotSupported"), "GetFeatureInfo");
    check(&with("REQUEST=GetMap&", ""), None, "REQUEST is missing");
    check(&with("SERVICE=WMS", "SERVICE=WFS"), None, "this is a WMS");
    check(&format!("{NEW}&BGCOLOR=red"), None, "0xRRGGBB");
    check("REQUEST=GetLegendGraphic&LAYER=x", Some("LayerNotDefined"), "x");
    check("REQUEST=GetLegendGraphic&LAYER=sst&STYLE=x", Some("StyleNotDefined"), "x");
    check("REQUEST=GetLegendGraphic&LAYER=sst&FORMAT=image/gif", Some("InvalidFormat"), "application/json");
    check(&"x".repeat(9000), None, "8192");
}

#[test]
fn sizes_and_boxes_are_bounded() {
    let with = |from: &str, to: &str| NEW.replace(from, to);
    for width in ["0", "4097", "-1", "1.5", "1e3", "99999999999999999999", "x"] {
        check(&with("WIDTH=4", &format!("WIDTH={width}")), None, "from 1 to 2048");
    }
    for bbox in ["1,1,1,2", "1,2,3,2", "3,1,2,5", "NaN,0,1,1", "0,0,inf,1", "0,0,1e300,1", "0,0,1e-300,1"] {
        check(&with("-180,-90,180,90", bbox), None, "encloses nothing");
    }
    for bbox in ["1,2,3", "1,2,3,4,5", "a,b,c,d", ",,,", "1;2;3;4"] {
        check(&with("-180,-90,180,90", bbox), None, "not four numbers");
    }
}

#[test]
fn version_1_1_1_has_its_own_report() {
    let old = format!("{WORLD}&LAYERS=sst&WIDTH=4&HEIGHT=2");
    let answer = wms(&old.replace("EPSG:4326", "EPSG:1"));
    assert_eq!(answer.media_type, "application/vnd.ogc.se_xml");
    let report = text(&answer);
    assert!(report.contains("exception_1_1_1.dtd") && report.contains("code=\"InvalidSRS\""), "{report}");
}

#[test]
fn text_of_a_request_is_escaped() {
    let answer = wms(&NEW.replace("LAYERS=sst", "LAYERS=%3Cb%3E%26%22%00"));
    assert!(text(&answer).contains("`&lt;b&gt;&amp;&quot;\u{fffd}`"), "{}", text(&answer));
}

#[test]
fn a_wmts_says_which_parameter_is_wrong() {
    const TILE: &str = "SERVICE=WMTS&REQUEST=GetTile&LAYER=sst&STYLE=thermal&FORMAT=image/png&TILEMATRIXSET=WorldCRS84Quad&TILEMATRIX=2&TILEROW=1&TILECOL=1";
    assert_eq!(wmts(TILE).media_type, "image/png");
    for (from, to, status, code, locator) in [
        ("LAYER=sst", "LAYER=x", 400, "InvalidParameterValue", "LAYER"),
        ("LAYER=sst&", "", 400, "MissingParameterValue", "LAYER"),
        ("STYLE=thermal", "STYLE=x", 400, "InvalidParameterValue", "STYLE"),
        ("STYLE=thermal", "TIME=2030", 400, "InvalidParameterValue", "TIME"),
        ("image/png", "image/gif", 400, "InvalidParameterValue", "FORMAT"),
        ("WorldCRS84Quad", "x", 400, "InvalidParameterValue", "TILEMATRIXSET"),
        ("TILEMATRIX=2", "TILEMATRIX=9", 400, "InvalidParameterValue", "TILEMATRIX"),
        ("TILEROW=1", "TILEROW=4", 400, "TileOutOfRange", "TILEROW"),
        ("TILECOL=1", "TILECOL=8", 400, "TileOutOfRange", "TILECOL"),
        ("TILECOL=1", "TILECOL=%2B1", 400, "InvalidParameterValue", "TILECOL"),
        ("GetTile", "GetFeatureInfo", 501, "OperationNotSupported", "GetFeatureInfo"),
        ("SERVICE=WMTS", "SERVICE=WMS", 400, "InvalidParameterValue", "SERVICE"),
    ] {
        let answer = wmts(&TILE.replace(from, to));
        let report = text(&answer);
        assert_eq!(answer.status, status, "{report}");
        assert!(report.contains(&format!("exceptionCode=\"{code}\" locator=\"{locator}\"")), "{report}");
    }
    for path in ["x", "sst/thermal/2018-01/WorldCRS84Quad/0/0/5.png", "sst/thermal/2018-01/WorldCRS84Quad/0/0/0", ""] {
        let answer = DEMO.answer(&format!("/demo/wmts/1.0.0/{path}"), "", None);
        assert_eq!(answer.status, 404, "{path}");
        assert!(text(&answer).contains("ows:ExceptionReport"), "{path}");
    }
    assert_eq!(DEMO.answer("/demo/x", "", None).status, 404);
}
