//! Parameters that a server requires, and the address and version of requests to it.

use super::super::mapserver::{request, wms_layer};
use super::super::support::render;
use super::{SMALL, reason, recorded};
use mapreel_testkit::upstreams::{capabilities, capabilities_of, parameter, picture, watched};

/// xpublish-wms requires a style and a range. The range is the layer's own; it is the same in all pictures, and its
/// numbers are beside the colours.
#[test]
fn q9_what_a_dialect_demands_is_named_and_the_legend_follows() {
    let (url, asked) = watched(|path| match path {
        path if path.contains("GetCapabilities") => ("200 OK", "", recorded("xpublish-wms.xml")),
        path if path.contains("minmax") => ("200 OK", "", recorded("xpublish-minmax.json")),
        path if path.contains("layerDetails") => ("200 OK", "", recorded("xpublish-details.json")),
        path if path.contains("GetLegendGraphic") => ("200 OK", "", recorded("xpublish-strip.png")),
        path => match (parameter(path, "STYLES"), parameter(path, "COLORSCALERANGE"), parameter(path, "SERVICE")) {
            (Some("raster/default"), Some(_), Some("WMS")) => ("200 OK", "", picture(path)),
            _ => ("422 x", "", recorded("xpublish-style.json")),
        },
    });
    let layer = |further: &str| {
        format!(
            r#"{{ "type": "wms", "url": "{url}?service=wms", "layers": "sst", "title": "SST", "legend": "auto" {further} }}"#
        )
    };
    let ranges = |what: &str| -> Vec<String> {
        let asked = asked.lock().unwrap();
        let of = asked.iter().filter(|path| path.contains(what));
        of.map(|path| parameter(path, "COLORSCALERANGE").unwrap_or("none").to_owned()).collect()
    };
    let times = r#""times": "2020-01-01/2020-01-01T18:00Z/PT6H","#;
    render("xpublish.gif", &request(SMALL, times, &layer(""))).ended(0);
    assert_eq!(ranges("GetMap"), ["-77,83"; 4]);
    assert_eq!(ranges("GetLegendGraphic"), ["-77,83"]);
    asked.lock().unwrap().clear();
    let own = r#", "params": { "colorscalerange": "0,30" }"#;
    let run = render("xpublish.png", &request(SMALL, "", &layer(own))).ended(0);
    assert_eq!((ranges("GetMap"), ranges("GetLegendGraphic")), (vec!["0,30".into()], vec!["0,30".into()]));
    assert_eq!(ranges("minmax"), [""; 0]);
    assert_eq!(run.manifest["layout"]["legends"].as_array().unwrap().len(), 1);
}

/// Parameters of the base URL are kept, in upper or lower case, and none is there twice.
#[test]
fn q9_the_base_urls_own_parameters_are_kept() {
    let (url, asked) = watched(|path| match path.contains("GetCapabilities") {
        true => ("200 OK", "", capabilities("a", "2020-01-01").into_bytes()),
        false => ("200 OK", "", picture(path)),
    });
    let layer = format!(
        r#"{{ "type": "wms", "url": "{url}?map=/x.map&styles=blue&colorScaleRange=0,5&Version=1.3.0&", "layers": "a" }}"#
    );
    render("base.png", &request(SMALL, "", &layer)).ended(0);
    let asked = asked.lock().unwrap();
    let map = asked.iter().find(|path| path.contains("GetMap")).unwrap();
    for (name, value) in [("map", "/x.map"), ("STYLES", "blue"), ("COLORSCALERANGE", "0,5"), ("VERSION", "1.3.0")] {
        assert_eq!(parameter(map, name), Some(value), "{map}");
        assert_eq!(map.to_ascii_uppercase().matches(&format!("{}=", name.to_ascii_uppercase())).count(), 1, "{map}");
    }
}

/// Behind a proxy a server writes a host name that clients cannot reach.
#[test]
fn q14_the_configured_address_is_asked_and_not_the_one_in_the_document() {
    let (url, asked) = watched(|path| {
        let own = "http://maps.example.invalid:99/wms?";
        let legend = format!(
            r#"<Style><Name>s</Name><LegendURL><OnlineResource xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="{own}request=GetLegendGraphic&amp;layer=a"/></LegendURL></Style>"#
        );
        let document = capabilities_of("a", &legend).replace(
            "<Capability>",
            &format!(r#"<Capability><Request><GetMap><Format>image/png</Format><DCPType><HTTP><Get><OnlineResource xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="{own}"/></Get></HTTP></DCPType></GetMap></Request>"#),
        );
        match path {
            path if path.contains("GetCapabilities") => ("200 OK", "", document.into_bytes()),
            path if path.contains("GetLegendGraphic") => ("200 OK", "", recorded("xpublish-strip.png")),
            path => ("200 OK", "", picture(path)),
        }
    });
    let layer = format!(r#"{{ "type": "wms", "url": "{url}/inner", "layers": "a", "title": "A", "legend": "auto" }}"#);
    render("proxy.png", &request(SMALL, "", &layer)).ended(0);
    let asked = asked.lock().unwrap();
    assert!(asked.iter().any(|path| path.starts_with("/wms?request=GetLegendGraphic")), "{asked:?}");
    assert!(asked.iter().any(|path| path.starts_with("/inner?") && path.contains("GetMap")), "{asked:?}");
}

/// Every request names a version, and Mapreel checks the version of the answer.
#[test]
fn q16_a_version_is_always_named_and_an_unknown_crs_is_said() {
    let (url, asked) = watched(|path| match path.contains("GetCapabilities") {
        true => {
            let document = r#"<WMT_MS_Capabilities version="1.0.0"><Service><Title>old</Title></Service><Capability><Layer><Name>a</Name><Title>a</Title></Layer></Capability></WMT_MS_Capabilities>"#;
            ("200 OK", "", document.as_bytes().to_vec())
        }
        false => ("200 OK", "", picture(path)),
    });
    let layer = format!(r#"{{ "type": "wms", "url": "{url}", "layers": "a", "title": "A" }}"#);
    let run = render("old.png", &request(SMALL, r#""times": "2020-01-01","#, &layer)).ended(3);
    assert_eq!(run.manifest["warnings"][0]["code"], "time_unconfirmed");
    assert!(run.said.contains("the server speaks WMS 1.0.0 only"), "{}", run.said);
    assert!(asked.lock().unwrap().iter().all(|path| parameter(path, "VERSION").is_some()));
    let layer = wms_layer(r#""crs": "EPSG:3995""#);
    let run = render("crs.png", &request(SMALL, "", &layer)).ended(3);
    assert!(reason(&run).contains("InvalidSRS"), "{}", reason(&run));
    // Where the server lacks the map's CRS, Mapreel chooses another; the user need not know.
    let map = r#""bbox": [-180, 50, 180, 90], "crs": "EPSG:3995", "width": 300"#;
    render("crs.png", &request(map, "", &wms_layer(r#""time": "exact""#))).ended(0);
}
