//! The place of a layer: axis order, the date line, the poles, and maps larger than a server draws.

use super::super::mapserver::{assert_field, request, wms_layer};
use super::super::support::{Run, fetch, folder, render, wms};
use super::{offer, recorded};
use mapreel_testkit::upstreams::{capabilities, parameter, picture, watched};

/// How many of a hundred pixels of the map are equal in two pictures.
fn alike(a: &Run, b: &Run) -> f64 {
    let [a, b] = [a, b].map(Run::map);
    assert_eq!((a.width, a.height), (b.width, b.height));
    let same = a.rgb.chunks_exact(3).zip(b.rgb.chunks_exact(3)).filter(|(p, q)| p == q).count();
    same as f64 * 100.0 / f64::from(a.width * a.height)
}

/// A layer is in the same place, whether it is asked for in the map's CRS or reprojected from degrees.
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
        // `render` overwrites its file, so the first one is kept under another name.
        let kept = folder("axes-kept").join("kept.png");
        std::fs::copy(&from_degrees.file, &kept).unwrap();
        let from_degrees = Run { file: kept, ..from_degrees };
        for version in ["1.1.1", "1.3.0"] {
            let own = draw(&format!(r#""version": "{version}", "crs": "{crs}""#));
            let alike = alike(&own, &from_degrees);
            // Where pixels are square, MapServer misplaces a raster by up to half of the raster's pixels, here half a
            // degree.
            assert!(alike > 90.0, "{crs} {version}: {alike} %");
        }
    }
}

/// xpublish-wms reads longitude first in 1.3.0, too; for any other server the request can name the axis order.
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
            // Up to half a pixel of shift beside the cut, and half a pixel by MapServer.
            let resolution: [f64; 2] = serde_json::from_value(run.manifest["map"]["resolution"].clone()).unwrap();
            let pixel_deg = if crs == "EPSG:4326" { resolution[0] } else { resolution[0] / 111_319.49 };
            assert_field(&run, &run.picture(), 7, 1.6 * pixel_deg, 0);
        }
    }
}

/// The server gives a polar layer a box 10¹⁵ m wide, and at the pole there are data all the same (see also `q1`).
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

/// A map larger than the server draws is put together from several pictures.
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
