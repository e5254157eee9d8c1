//! What real servers do that the standards do not say: one test for each entry of the table in `docs/UPSTREAMS.md`, by its
//! number, against a real MapServer or against what other servers really answered (`tests/recorded`).

use super::mapserver::{alarms, assert_field, request, wms_layer};
use super::support::picture::decode;
use super::support::{Run, fetch, folder, mapreel, render, wms};
use mapreel_testkit::pictures::{BitDepth, ColorType, Png};
use mapreel_testkit::repository;
use mapreel_testkit::upstreams::{capabilities, capabilities_of, parameter, picture, serve, serve_all, size, watched};
use std::sync::{Arc, Mutex};

fn recorded(name: &str) -> Vec<u8> {
    std::fs::read(repository("crates/mapreel/tests/recorded").join(name)).unwrap()
}

/// What a WMS or WMTS offers, as `mapreel layers --json` says it.
fn offer(source: &str) -> serde_json::Value {
    let output = mapreel(&["layers", source, "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

const SMALL: &str = r#""bbox": [-10, 40, 10, 55], "width": 300"#;

fn reason(run: &Run) -> String {
    run.manifest["frames"][0]["layers"][0]["reason"].as_str().unwrap_or("none").to_owned()
}

/// How many of a hundred pixels of the map are alike in two pictures.
fn alike(a: &Run, b: &Run) -> f64 {
    let [a, b] = [a, b].map(Run::map);
    assert_eq!((a.width, a.height), (b.width, b.height));
    let same = a.rgb.chunks_exact(3).zip(b.rgb.chunks_exact(3)).filter(|(p, q)| p == q).count();
    same as f64 * 100.0 / f64::from(a.width * a.height)
}

/// Asked in its own axes or laid on the map from degrees, a layer is at the same place.
#[test]
fn q1_axes_come_in_the_order_that_the_server_reads() {
    for (crs, bbox) in [
        ("EPSG:4326", "[-60, -30, 60, 50]"),
        ("EPSG:3857", "[-60, -30, 60, 50]"),
        ("EPSG:3413", "[-180, 50, 180, 90]"),
        ("EPSG:3031", "[-180, -90, 180, -50]"),
        ("EPSG:32661", "[-180, 60, 180, 90]"),
        ("EPSG:31467", "[5, 45, 20, 56]"),
    ] {
        let draw = |further: &str| {
            let map = format!(r#""bbox": {bbox}, "crs": "{crs}", "width": 400"#);
            let further = format!(r#""resampling": "nearest", {further}"#);
            render("axes.png", &request(&map, r#""times": "2018-05-01","#, &wms_layer(&further))).ended(0)
        };
        let from_degrees = draw(r#""version": "1.1.1", "crs": "EPSG:4326""#);
        // `render` writes to one place.
        let kept = folder("axes-kept").join("kept.png");
        std::fs::copy(&from_degrees.file, &kept).unwrap();
        let from_degrees = Run { file: kept, ..from_degrees };
        for version in ["1.1.1", "1.3.0"] {
            let own = draw(&format!(r#""version": "{version}", "crs": "{crs}""#));
            let alike = alike(&own, &from_degrees);
            // Where pixels are square, MapServer puts a raster up to half of the raster's pixels, here half a degree, off.
            assert!(alike > 90.0, "{crs} {version}: {alike} %");
        }
    }
}

/// xpublish-wms reads longitude first in 1.3.0 too; any other server's order can be told.
#[test]
fn q1_servers_that_differ_are_asked_in_their_order() {
    let check = |document: Vec<u8>, layer: &str, further: &str, expected: &str| {
        let (url, asked) = watched(move |path| match path {
            path if path.contains("GetCapabilities") => ("200 OK", "", document.clone()),
            path if path.contains("minmax") => ("200 OK", "", recorded("xpublish-minmax.json")),
            path => ("200 OK", "", picture(path)),
        });
        let layer = format!(
            r#"{{ "type": "wms", "url": "{url}", "layers": "{layer}", "version": "1.3.0", "time": "none" {further} }}"#
        );
        let map = r#""bbox": [10, 40, 40, 60], "crs": "EPSG:4326", "width": 300, "height": 200"#;
        render("order.png", &request(map, "", &layer)).ended(0);
        let asked = asked.lock().unwrap();
        let bbox = parameter(asked.iter().find(|path| path.contains("GetMap")).unwrap(), "BBOX").unwrap();
        assert_eq!(bbox, expected);
    };
    check(recorded("xpublish-wms.xml"), "sst", "", "10,40,40,60");
    let ordinary = || capabilities("a", "2020-01-01").into_bytes();
    check(ordinary(), "a", "", "40,10,60,40");
    check(ordinary(), "a", r#", "axis_order": "xy""#, "10,40,40,60");
    check(ordinary(), "a", r#", "axis_order": "yx""#, "40,10,60,40");
}

#[test]
fn q2_a_map_over_the_date_line_has_no_seam_and_no_gap() {
    for (crs, bbox) in [
        ("EPSG:3857", "[100, -60, 290, 60]"),
        ("EPSG:3857", "[-180, -60, 180, 60]"),
        ("EPSG:3857", "[0, -70, 360, 80]"),
        ("EPSG:4326", "[175, -20, 190, 20]"),
        ("EPSG:4326", "[-300, -60, -100, 60]"),
    ] {
        for width in [333, 400, 517] {
            let map = format!(r#""bbox": {bbox}, "crs": "{crs}", "width": {width}"#);
            let run = render(
                "date-line.png",
                &request(&map, r#""times": "2018-07-01T00:00:00Z","#, &wms_layer(r#""time": "exact""#)),
            )
            .ended(0);
            // Up to half a pixel off beside the cut, and MapServer's own half.
            let resolution: [f64; 2] = serde_json::from_value(run.manifest["map"]["resolution"].clone()).unwrap();
            let pixel_deg = if crs == "EPSG:4326" { resolution[0] } else { resolution[0] / 111_319.49 };
            assert_field(&run, &run.picture(), 7, 1.6 * pixel_deg, 0);
        }
    }
}

/// The box of a polar layer is said to be 10¹⁵ m wide, and at the pole there are data all the same (see also `q1`).
#[test]
fn q3_the_poles_have_data_and_no_box_is_believed() {
    let relief = &offer(wms::url())["layers"][1];
    assert_eq!(
        (&relief["name"], &relief["degrees"]),
        (&"relief".into(), &serde_json::json!([-180.0, -90.0, 180.0, 90.0]))
    );
    let layer = wms_layer(r#""crs": "EPSG:3031""#).replace("field", "relief");
    let map = r#""bbox": [-180, -90, 180, -70], "crs": "EPSG:3031", "width": 300"#;
    let run = render("pole.png", &request(map, "", &layer)).ended(0);
    let picture = run.map();
    let colours: std::collections::HashSet<_> = (140..160).map(|x| picture.at(x, 150)).collect();
    assert!(colours.len() > 1 && colours.iter().all(|[_, green, blue]| *green > 245 && *blue < 160), "{colours:?}");
}

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

/// Whatever is not a picture is told by its bytes, and what the server says of it is read.
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
    // The other way round: a picture is one without any type.
    let url = serve(|path| ("200 OK", "", picture(path)));
    let layer = format!(r#"{{ "type": "wms", "url": "{url}", "layers": "a" }}"#);
    render("untyped.png", &request(SMALL, "", &layer)).ended(0);
}

#[test]
fn q5_nobody_is_asked_for_pictures_of_errors() {
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

/// MapServer draws its default for a time that it does not have, or an empty picture: so it is never asked for one.
#[test]
fn q6_a_time_that_the_server_does_not_have_is_not_drawn() {
    let draw = |layer: &str, time: &str, further: &str, code: i32| {
        let layer = wms_layer(further).replace("\"field\"", &format!("\"{layer}\""));
        let map = r#""bbox": [-40, -40, 40, 40], "crs": "EPSG:4326", "width": 300"#;
        render("times.png", &request(map, time, &layer)).ended(code)
    };
    let used = |run: &Run| run.manifest["frames"][0]["layers"][0]["time_used"].clone();
    let whole = |time: &str| format!(r#""times": "{time}","#);
    // What the server would do, so that the test is about something.
    let direct = |layer: &str, time: &str| {
        decode(&fetch(&format!(
            "{}?service=WMS&request=GetMap&version=1.1.1&layers={layer}&styles=&srs=EPSG:4326&bbox=-40,-40,40,40&width=80&height=80&format=image/png&transparent=true&time={time}",
            wms::url()
        )))
    };
    assert!(direct("irregular", "2031-01-01") == direct("irregular", wms::IRREGULAR[2]), "the default");
    assert!(direct("irregular", "1991-02-16") == direct("irregular", wms::IRREGULAR[2]), "the default again");
    assert!(direct("strict", "2018-01-15").rgb.iter().all(|value| *value == 255), "nothing");

    for (layer, time) in
        [("irregular", "2031-01-01"), ("irregular", "1991-02-16"), ("strict", "2018-01-15"), ("field", "2018-04-02")]
    {
        let run = draw(layer, &whole(time), "\"time\": \"exact\"", 3);
        assert!(
            reason(&run).starts_with(&format!("no data for {time} 00:00 UTC; the server offers ")),
            "{}",
            reason(&run)
        );
        assert_eq!(used(&run), serde_json::Value::Null);
    }
    // Without a time, the one that is drawn is named, and so is the one that stands for another.
    let run = draw("irregular", "", "\"time\": \"exact\"", 0);
    assert_eq!(used(&run), wms::IRREGULAR[2]);
    let run = draw("strict", "", "\"time\": \"exact\"", 0);
    assert_eq!(used(&run), "2018-12-01T00:00:00Z");
    assert_field(&run, &run.picture(), 12, 0.6, 0);
    for (rule, month) in [("nearest", 3), ("previous", 2)] {
        let run = draw("strict", &whole("2018-02-20T00:00:00Z"), &format!(r#""time": "{rule}""#), 0);
        assert_field(&run, &run.picture(), month, 0.6, 0);
        assert_eq!(used(&run), format!("2018-0{month}-01T00:00:00Z"));
    }
    let run = draw("irregular", &whole("1991-02-17"), r#""time": "previous", "within": "P1D""#, 0);
    assert_field(&run, &run.picture(), 2, 0.6, 0);
    draw("irregular", &whole("1991-02-17"), r#""time": "previous", "within": "PT6H""#, 3);
    // What was asked for without looking is empty, and named so.
    let run = draw("strict", &whole("2018-01-15"), r#""time": "unchecked""#, 3);
    assert_eq!(run.manifest["frames"][0]["layers"][0]["outcome"], "empty");
}

#[test]
fn q7_times_are_read_in_all_their_forms() {
    let axis = |offer: &serde_json::Value, layer: &str| {
        let layers = offer["layers"].as_array().unwrap();
        let layer = layers.iter().find(|known| known["name"] == layer).unwrap().clone();
        let dimensions = layer["dimensions"].as_array().unwrap();
        assert_eq!(dimensions.iter().filter(|dimension| dimension["name"] == "time").count(), 1, "{layer}");
        let axis = &dimensions[0]["axis"];
        (axis["first"].clone(), axis["last"].clone(), axis["count"].clone())
    };
    for version in ["1.1.1", "1.3.0"] {
        let offer = offer(&format!("{}?version={version}", wms::url()));
        assert_eq!(offer["version"], version);
        let months = ("2018-01-01T00:00:00Z".into(), "2018-12-01T00:00:00Z".into(), 12.into());
        assert_eq!(axis(&offer, "strict"), months);
        assert_eq!(axis(&offer, "irregular"), (wms::IRREGULAR[0].into(), wms::IRREGULAR[2].into(), 3.into()));
    }
    let document = recorded("xpublish-wms.xml");
    let (day, evening) = ("2020-01-01T00:00:00Z", "2020-01-01T18:00:00Z");
    let file = folder("quirks").join("xpublish.xml");
    std::fs::write(&file, &document).unwrap();
    assert_eq!(axis(&offer(file.to_str().unwrap()), "sst"), (day.into(), evening.into(), 4.into()));
    // xpublish lists the time a second time, as a plain dimension, where its coordinate has no `axis`.
    let twice = String::from_utf8(document).unwrap().replace(
        "</Dimension>",
        "</Dimension><Dimension name=\"time\" units=\"\" default=\"0\">2020-01-01T00:00:00.000000000</Dimension>",
    );
    std::fs::write(&file, twice).unwrap();
    assert_eq!(axis(&offer(file.to_str().unwrap()), "sst"), (day.into(), evening.into(), 4.into()));
    let mixed = "2020-01-01,2020-02-01/2020-06-01/P30DT12H,2021-01-01T12:00:00.5Z";
    std::fs::write(&file, capabilities("a", mixed)).unwrap();
    assert_eq!(
        axis(&offer(file.to_str().unwrap()), "a"),
        ("2020-01-01T00:00:00Z".into(), "2021-01-01T12:00:00.5Z".into(), 6.into())
    );
}

#[test]
fn q8_a_legend_is_of_the_servers_size_and_none_is_said() {
    for version in ["1.1.1", "1.3.0"] {
        let draw = |layer: &str, code: i32| {
            let layer = wms_layer(&format!(r#""version": "{version}", "legend": "auto""#))
                .replace("\"field\"", &format!("\"{layer}\""));
            render("legends.png", &request(SMALL, "", &layer)).ended(code)
        };
        let run = draw("field", 0);
        let [left, top, width, height]: [u32; 4] =
            serde_json::from_value(run.manifest["layout"]["legends"][0]["box"].clone()).unwrap();
        let legend = run.picture().crop([left, top, width, height]);
        for colour in wms::COLOURS {
            assert!(legend.rgb.chunks_exact(3).any(|pixel| pixel == colour), "{colour:?}");
        }
        let run = draw("relief", 3);
        assert_eq!(run.manifest["warnings"][0]["code"], "legend_unavailable");
        assert!(run.said.contains("the server's legend is an empty picture"), "{}", run.said);
    }
}

/// xpublish-wms wants a style and a range; the range is the layer's own, the same in all pictures, and stands beside the
/// colours.
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

/// Parameters of the base URL stay, whatever their case, and nothing is there twice.
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

#[test]
fn q10_pictures_of_every_kind_are_the_same_map() {
    let map = r#""bbox": [-40, -40, 40, 40], "crs": "EPSG:4326", "width": 300"#;
    let layer = wms_layer(r#""params": { "FORMAT": "image/png; mode=8bit" }"#);
    let run = render("8bit.png", &request(map, r#""times": "2018-03-01","#, &layer)).ended(0);
    assert_field(&run, &run.picture(), 3, 0.6, 0);
    // RGB without alpha, RGB whose white is transparent, and 16 bits.
    for kind in ["rgb", "trns", "16"] {
        let url = serve(move |path| {
            let [width, height] = size(path).unwrap();
            let mut png = Png::new(width, height, ColorType::Rgb);
            let (mut left, mut right): (&[u8], &[u8]) = (&[10, 200, 30], &[255, 0, 255]);
            if kind == "trns" {
                png = png.transparency(Some(&[0, 255, 0, 0, 0, 255]));
            }
            if kind == "16" {
                png = png.depth(BitDepth::Sixteen);
                (left, right) = (&[10, 10, 200, 200, 30, 30], &[255, 255, 0, 0, 255, 255]);
            }
            let row = [left.repeat(width as usize / 2), right.repeat((width - width / 2) as usize)].concat();
            ("200 OK", "", png.of(&row.repeat(height as usize)))
        });
        let layer = format!(r#"{{ "type": "wms", "url": "{url}", "layers": "a" }}"#);
        let run = render("kinds.png", &request(SMALL, "", &layer)).ended(0);
        let picture = run.map();
        assert_eq!(picture.at(5, 50), [10, 200, 30], "{kind}");
        let right = picture.at(picture.width - 5, 50);
        assert_eq!(right == [255, 0, 255], kind != "trns", "{kind}: {right:?}");
    }
}

#[test]
fn q11_a_layer_above_others_is_asked_for_with_transparency() {
    let (url, asked) = watched(|path| match path.contains("GetCapabilities") {
        true => ("200 OK", "", capabilities("a", "2020-01-01").into_bytes()),
        false => ("200 OK", "", picture(path)),
    });
    let layer = |further: &str| format!(r#"{{ "type": "wms", "url": "{url}", "layers": "a" {further} }}"#);
    let odd = layer(r#", "params": { "format": "image/png; mode=8bit" }"#);
    render("formats.png", &request(SMALL, "", &format!("{}, {odd}", layer("")))).ended(0);
    let asked = asked.lock().unwrap();
    let maps: Vec<_> = asked.iter().filter(|path| path.contains("GetMap")).collect();
    assert!(maps.iter().all(|path| parameter(path, "TRANSPARENT") == Some("TRUE")), "{maps:?}");
    let formats: std::collections::BTreeSet<_> = maps.iter().filter_map(|path| parameter(path, "FORMAT")).collect();
    assert_eq!(formats.into_iter().collect::<Vec<_>>(), ["image/png", "image/png%3B%20mode%3D8bit"]);
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

/// A map larger than the server draws is put together from parts.
#[test]
fn q13_a_servers_limits_are_kept() {
    let side = wms::SIDE_PX_MAX;
    assert_eq!(offer(wms::url())["width_max"], side);
    let too_large = fetch(&format!(
        "{}?service=WMS&request=GetMap&version=1.1.1&layers=relief&styles=&srs=EPSG:4326&bbox=-40,-40,40,40&width={}&height=80&format=image/png",
        wms::url(),
        side + 1
    ));
    assert!(String::from_utf8_lossy(&too_large).contains("ServiceException"));
    let map = r#""bbox": [-100, -60, 160, 60], "crs": "EPSG:4326", "width": 3000"#;
    let run =
        render("limits.png", &request(map, r#""times": "2018-08-01","#, &wms_layer(r#""time": "exact""#))).ended(0);
    // MapServer reads whole cells of its own grid of 1°.
    assert_field(&run, &run.picture(), 8, 0.6, 0);
}

/// Behind a proxy a server knows itself by a name that nobody else can reach.
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

/// What fails for a moment is asked for again; what does not come is the layer's to say.
#[test]
fn q15_a_server_whose_own_source_is_down() {
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

/// A version is always named, and the one that comes back is looked at.
#[test]
fn q16_versions_and_unknown_crss() {
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
    // Nobody need know: where the server lacks the map's CRS, it is asked in another.
    let map = r#""bbox": [-180, 50, 180, 90], "crs": "EPSG:3995", "width": 300"#;
    render("crs.png", &request(map, "", &wms_layer(r#""time": "exact""#))).ended(0);
}
