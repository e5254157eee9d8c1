//! Mapreel's own readers understand the documents.

use crate::support::{DEMO, text, wms, wmts};
use jiff::Timestamp;
use mapreel_geo::AxisOrder;
use mapreel_ogc::wms::capabilities::{Capabilities, Dimension};
use mapreel_ogc::{wms as wms_reader, wmts as wmts_reader};

fn read(query: &str) -> Capabilities {
    wms_reader::reader::capabilities(&wms(query).body, Timestamp::now()).unwrap()
}

fn check_times(dimension: &Dimension) {
    let axis = dimension.axis.as_ref().unwrap().as_ref().unwrap();
    assert_eq!((axis.count(), axis.ignored()), (Some(24), None));
    assert_eq!(axis.first().rfc3339(), "2018-01-01T00:00:00Z");
    assert_eq!(axis.last().rfc3339(), "2019-12-01T00:00:00Z");
    assert_eq!(dimension.default_time(Timestamp::now()).unwrap().rfc3339(), "2019-12-01T00:00:00Z");
    assert_eq!(dimension.default_refused(), None);
    let march = axis.at("2018-03-01T00:00:00Z".parse().unwrap()).unwrap();
    assert!(
        wms(&format!("{}&LAYERS=sst&WIDTH=2&HEIGHT=1&TIME={}", crate::support::WORLD, march.text())).media_type
            == "image/png"
    );
}

#[test]
fn both_versions_of_the_wms_are_read() {
    for (version, crs) in [("1.1.1", &["EPSG:4326", "EPSG:3857"][..]), ("1.3.0", &["EPSG:4326", "CRS:84", "EPSG:3857"])]
    {
        let read = read(&format!("service=WMS&request=GetCapabilities&version={version}"));
        assert_eq!(read.version, version);
        assert_eq!(read.formats, ["image/png"]);
        assert_eq!(read.own_origin.as_deref(), Some("http://127.0.0.1:5005"));
        assert_eq!(read.layers.iter().map(|layer| &*layer.name).collect::<Vec<_>>(), ["sst", "sst_departure"]);
        for layer in &read.layers {
            assert_eq!(layer.crs.iter().map(|code| &**code).collect::<Vec<_>>(), crs);
            assert_eq!(layer.degrees.map(|b| [b.min_x, b.min_y, b.max_x, b.max_y]), Some([-180.0, -90.0, 180.0, 90.0]));
            assert_eq!(layer.attribution.as_deref(), Some("NOAA ERSSTv5"));
            assert!(!layer.opaque && layer.description.is_some());
            check_times(layer.dimension("time").unwrap());
        }
        assert_eq!(read.layers[0].title, "Sea surface temperature");
    }
}

#[test]
fn limits_and_axes_are_those_of_the_version() {
    let new = read("service=WMS&request=GetCapabilities");
    assert_eq!((new.width_max, new.height_max, new.layers_max), (Some(2048), Some(2048), Some(1)));
    assert_eq!(new.axes()["EPSG:4326"], AxisOrder::YThenX);
    assert_eq!(new.axes()["CRS:84"], AxisOrder::XThenY);
    assert!(read("request=GetCapabilities&version=1.1.1").tells_legends);
}

#[test]
fn every_style_has_a_legend_that_is_there() {
    for version in ["1.1.1", "1.3.0"] {
        let read = read(&format!("service=WMS&request=GetCapabilities&version={version}"));
        let styles =
            |layer: usize| read.layers[layer].styles.iter().map(|style| style.name.clone()).collect::<Vec<_>>();
        assert_eq!(
            (styles(0), styles(1)),
            (vec!["thermal".into(), "classes".into()], vec!["balance".into(), "classes".into()])
        );
        for style in read.layers.iter().flat_map(|layer| layer.styles.iter()) {
            for (address, media_type) in [(&style.legend, "image/png"), (&style.legend_json, "application/json")] {
                let address = address.as_deref().unwrap().strip_prefix("http://127.0.0.1:5005/demo/wms?").unwrap();
                assert_eq!(wms(address).media_type, media_type, "{address}");
            }
        }
    }
}

#[test]
fn the_wmts_is_read() {
    for answer in [
        wmts("SERVICE=WMTS&REQUEST=GetCapabilities"),
        DEMO.answer("/demo/wmts/1.0.0/WMTSCapabilities.xml", "", Some("127.0.0.1:5005")),
    ] {
        assert!(wmts_reader::reader::is_it(&answer.body));
        let read = wmts_reader::reader::capabilities(&answer.body, Timestamp::now()).unwrap();
        assert_eq!(read.get_tile.as_deref(), Some("http://127.0.0.1:5005/demo/wmts?"));
        assert_eq!(read.layers.len(), 2);
        for layer in &read.layers {
            check_times(layer.dimensions.iter().next().unwrap());
            assert_eq!(layer.styles.len(), 2);
            assert!(layer.styles.iter().all(|style| style.legend.is_some()));
            assert!(layer.degrees.is_some());
            assert_eq!(layer.matrix_sets.len(), 2);
            assert_eq!(layer.templates.len(), 1);
        }
        assert_eq!(read.layers[0].styles[0].name, "thermal");
        check_matrix_sets(&read.matrix_sets);
    }
}

fn check_matrix_sets(sets: &[wmts_reader::capabilities::MatrixSet]) {
    let [mercator, degrees] = sets else { panic!("{sets:?}") };
    assert_eq!((&*mercator.name, mercator.matrices.len()), ("GoogleMapsCompatible", 9));
    assert_eq!((&*degrees.name, degrees.matrices.len()), ("WorldCRS84Quad", 9));
    for (set, first_degrees_wide) in [(mercator, 360.0), (degrees, 180.0)] {
        for (level, matrix) in set.matrices.iter().enumerate() {
            // OGC 07-057r7, 6.1: 0.28 mm, and 111 319.49 m for each degree.
            let tile = matrix.scale_denominator * 0.28e-3 * 256.0 / 111_319.490_793_273_58;
            let expected = first_degrees_wide / f64::from(1 << level);
            assert!((tile / expected - 1.0).abs() < 1e-9, "{}: {tile}, {expected}", matrix.name);
            assert_eq!(f64::from(matrix.size[0]) * expected, 360.0);
        }
    }
    assert_eq!(degrees.matrices[8].size, [512, 256]);
}

#[test]
fn the_host_is_that_of_the_request() {
    let of = |host| text(&DEMO.answer("/demo/wms", "REQUEST=GetCapabilities", host)).to_owned();
    assert!(of(Some("maps.example:8080")).contains("\"http://maps.example:8080/demo/wms?\""));
    assert!(of(Some("a\"><evil/>")).contains("\"http://localhost/demo/wms?\""));
    assert!(of(None).contains("\"http://localhost/demo/wms?\""));
}
