//! Answers that are not pictures, and servers that are down or have moved.

use super::super::mapserver::{alarms, assert_field, request, wms_layer};
use super::super::support::{fetch, render, wms};
use super::{SMALL, offer, reason, recorded};
use mapreel_testkit::upstreams::{capabilities, parameter, picture, serve, serve_all, watched};
use std::sync::{Arc, Mutex};

#[test]
fn q4_an_exception_with_status_200_is_quoted_on_the_frame_and_in_the_manifest() {
    let layers = format!(
        r#"{{ "type": "natural-earth" }}, {{ "type": "wms", "url": "{}", "layers": "nosuch", "title": "Not there" }}"#,
        wms::url()
    );
    let run = render("exception.png", &request(r#""bbox": [-10, 40, 10, 55], "width": 400"#, "", &layers)).ended(3);
    let layer = &run.manifest["frames"][0]["layers"][1];
    assert_eq!(layer["outcome"], "marked");
    assert!(layer["reason"].as_str().unwrap().contains("`LayerNotDefined`"), "{layer}");
    assert_eq!(run.manifest["warnings"][0]["layer"], "Not there");
    assert!(run.said.contains("warning: layer `Not there`") && run.said.contains("exception"), "{}", run.said);
    let picture = run.picture();
    assert!(alarms(&picture.crop(run.map_box())) > 50, "no notice on the map");
    let header: [u32; 4] = serde_json::from_value(run.manifest["layout"]["header"].clone()).unwrap();
    assert!(alarms(&picture.crop(header)) > 10, "no word in the header");
}

/// Mapreel recognises by its bytes that an answer is not a picture, and reads the server's error in it.
#[test]
fn q4_errors_are_known_by_their_bytes() {
    let html = fetch(&wms::url().replace("/wms", "/wms??service="));
    assert!(String::from_utf8_lossy(&html).contains("<HTML>"), "MapServer's page of an unreadable request");
    let said = |name: &str| recorded(name);
    let cases: [(&'static str, &'static str, Vec<u8>, &str); 9] = [
        ("200 OK", "Content-Type: text/html\r\n", html, "an HTML page instead of a picture"),
        (
            "200 OK",
            "Content-Type: image/png\r\n",
            said("mapproxy-source-down.xml"),
            "an exception: Could not get any sources",
        ),
        ("200 OK", "", said("mapproxy-crs.xml"), "an exception: `InvalidCRS` unsupported crs: EPSG:3413"),
        ("500 x", "", said("mapproxy-crs.xml"), "an exception: `InvalidCRS` unsupported crs: EPSG:3413"),
        ("400 x", "Content-Type: text/xml\r\n", said("mapproxy-wmts-style.xml"), "unknown layer: nosuch"),
        ("404 x", "Content-Type: text/xml\r\n", said("mapproxy-tms-outside.xml"), "The requested tile is outside"),
        ("404 x", "Content-Type: text/plain\r\n", b"tile not found".to_vec(), "status 404: tile not found"),
        ("422 x", "Content-Type: application/json\r\n", said("xpublish-crs84.json"), "Input should be 'EPSG:4326'"),
        ("200 OK", "Content-Type: image/png\r\n", Vec::new(), "nothing instead of a picture"),
    ];
    for (status, headers, body, words) in cases {
        let url = serve(move |_| (status, headers, body.clone()));
        let layer = format!(r#"{{ "type": "wms", "url": "{url}", "layers": "a" }}"#);
        let run = render("errors.png", &request(SMALL, "", &layer)).ended(3);
        assert!(reason(&run).contains(words), "{}", reason(&run));
    }
    // The opposite: a picture without a media type is a picture.
    let url = serve(|path| ("200 OK", "", picture(path)));
    let layer = format!(r#"{{ "type": "wms", "url": "{url}", "layers": "a" }}"#);
    render("untyped.png", &request(SMALL, "", &layer)).ended(0);
}

#[test]
fn q5_no_server_is_asked_for_pictures_of_errors() {
    for (version, expected) in [("1.1.1", "application/vnd.ogc.se_xml"), ("1.3.0", "XML")] {
        let (url, asked) = watched(|path| match path.contains("GetCapabilities") {
            true => ("200 OK", "", capabilities("a", "2020-01-01").into_bytes()),
            false => ("200 OK", "", picture(path)),
        });
        let layer =
            format!(r#"{{ "type": "wms", "url": "{url}?exceptions=INIMAGE", "layers": "a", "version": "{version}" }}"#);
        render("inimage.png", &request(SMALL, "", &layer)).ended(0);
        let asked = asked.lock().unwrap();
        let map = asked.iter().find(|path| path.contains("GetMap")).unwrap();
        assert_eq!(parameter(map, "EXCEPTIONS"), Some(expected), "{map}");
    }
    let layer = wms_layer(r#""version": "1.3.0""#).replace("\"field\"", "\"nosuch\"");
    let run =
        render("inimage.png", &request(SMALL, "", &layer.replace("/wms\"", "/wms?EXCEPTIONS=INIMAGE\""))).ended(3);
    assert!(reason(&run).contains("LayerNotDefined"), "{}", reason(&run));
}

#[test]
fn q12_a_moved_server_is_followed() {
    let layer = format!(
        r#"{{ "type": "wms", "url": "{}", "layers": "field", "params": {{ "TIME": "2018-02-01T00:00:00Z" }} }}"#,
        wms::url().replace("/wms", "/moved")
    );
    let run = render("moved.png", &request(r#""bbox": [-40, -40, 40, 40], "width": 300"#, "", &layer)).ended(0);
    assert_field(&run, &run.picture(), 2, 0.6, 0);
}

#[test]
fn q12_capabilities_may_be_compressed() {
    let packed = {
        use std::io::Write as _;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(capabilities("a", "2020-01-01").as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let url = serve_all(move |_| ("200 OK", "Content-Type: text/xml\r\nContent-Encoding: gzip\r\n", packed.clone()));
    assert_eq!(offer(&url)["layers"][0]["name"], "a");
}

/// A temporary error is retried; a picture that still does not come is a gap of the layer.
#[test]
fn q15_a_server_whose_own_source_is_down_is_asked_again() {
    let failures = Arc::new(Mutex::new(0));
    let url = serve(move |path| {
        let mut failures = failures.lock().unwrap();
        *failures += 1;
        match *failures {
            1 | 2 => ("500 x", "Content-Type: application/vnd.ogc.se_xml\r\n", recorded("mapproxy-source-down.xml")),
            _ => ("200 OK", "", picture(path)),
        }
    });
    let layer = |url: &str, further: &str| {
        format!(r#"{{ "type": "wms", "url": "{url}", "layers": "a", "title": "A" {further} }}"#)
    };
    render("moment.png", &request(SMALL, "", &layer(&url, ""))).ended(0);
    let down = serve(|_| ("500 x", "", recorded("mapproxy-source-down.xml")));
    let run = render("down.png", &request(SMALL, "", &layer(&down, ""))).ended(3);
    assert!(reason(&run).contains("Could not get any sources"), "{}", reason(&run));
    assert!(alarms(&run.map()) > 50, "nothing on the map");
    render("down.png", &request(SMALL, "", &layer(&down, r#", "on_error": "fail""#))).ended(1);
}
