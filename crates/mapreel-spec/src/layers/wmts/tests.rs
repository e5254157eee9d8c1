//! The requests to WMTSs, and the effect of their answers.

use super::asked::Wmts;
use super::pictures::ResolvedWmts;
use super::resolve::NoTiles;
use crate::resolved::timing::AskedTime;
use jiff::Timestamp;
use mapreel_geo::{Bbox, Crs, Extent, TimeStyle};
use mapreel_ogc::wmts::capabilities::{Capabilities, Layer};
use mapreel_ogc::{LegendSource, ServiceUrl};

use crate::resolved::timing::{Matching, Rule};
use mapreel_ogc::wms::capabilities::Style;
use mapreel_ogc::wmts::capabilities::{Matrix, MatrixSet, MatrixSetLink};

fn matrix(name: &str, scale_denominator: f64, top_left: [f64; 2], size: [u32; 2]) -> Matrix {
    Matrix { name: name.into(), scale_denominator, top_left, tile_px: [512, 512], size }
}

fn capabilities(crs: &str, matrices: Vec<Matrix>) -> Capabilities {
    let link = MatrixSetLink { name: "set".into(), limits: Vec::new() };
    let layer = Layer {
        name: "a".into(),
        formats: vec!["image/png".into()],
        styles: vec![Style { name: "default".into(), ..Style::default() }],
        matrix_sets: vec![link],
        ..Layer::default()
    };
    let set = MatrixSet { name: "set".into(), crs: crs.into(), matrices };
    Capabilities { layers: vec![layer], matrix_sets: vec![set], ..Capabilities::default() }
}

fn layer(url: &str) -> Wmts {
    Wmts {
        url: ServiceUrl::parse(url).unwrap(),
        layer: "a".into(),
        style: None,
        matrix_set: None,
        format: None,
        axis_order: None,
        asked: AskedTime::Matched(Matching { rule: Rule::Exact, within: None }),
        dimensions: Vec::new(),
    }
}

fn tiles(layer: &Wmts, capabilities: &Capabilities, map: &Extent) -> Result<ResolvedWmts, NoTiles> {
    let named = capabilities.layers.iter().find(|known| known.name == layer.layer);
    layer.tiles(capabilities, named, map, Timestamp::UNIX_EPOCH)
}

fn urls(layer: &ResolvedWmts, map: &Extent) -> Vec<String> {
    let choice = layer.at(0, None, map, &TimeStyle::default(), 100).unwrap();
    choice.pieces.into_iter().map(|piece| piece.url).collect()
}

/// NASA GIBS, EPSG:4326: two columns of 288 degrees at level 0, latitude or longitude first.
#[test]
fn a_pyramid_of_degrees_lies_right_whichever_coordinate_is_written_first() {
    let denominator = 223_632_905.611_438_3;
    for (crs, top_left) in [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", [-180.0, 90.0]),
        ("urn:ogc:def:crs:EPSG::4326", [90.0, -180.0]),
        ("EPSG:4326", [-180.0, 90.0]),
    ] {
        let map =
            Extent { crs: Crs::Geographic, bbox: Bbox::new([-180.0, -90.0, 180.0, 90.0]), width: 640, height: 320 };
        let caps = capabilities(crs, vec![matrix("0", denominator, top_left, [2, 1])]);
        let choice =
            tiles(&layer("http://h/wmts"), &caps, &map).unwrap().at(0, None, &map, &TimeStyle::default(), 100).unwrap();
        assert_eq!(choice.pieces.len(), 2, "{crs}");
        let bbox = choice.bbox;
        assert!((bbox.min_x + 180.0).abs() < 1e-6 && (bbox.max_x - 396.0).abs() < 1e-6, "{crs}: {bbox:?}");
        assert!((bbox.max_y - 90.0).abs() < 1e-6, "{crs}: {bbox:?}");
    }
}

#[test]
fn tiles_are_asked_for_with_parameters_or_by_template() {
    let half = Crs::WebMercator.equator() / 2.0;
    let zero = 559_082_264.028_717_8 / 2.0;
    let levels = vec![matrix("L0", zero, [-half, half], [1, 1]), matrix("L1", zero / 2.0, [-half, half], [2, 2])];
    let mut caps = capabilities("urn:ogc:def:crs:EPSG::3857", levels);
    let bbox = Bbox::new([0.0, 0.0, half, half]);
    let map = Extent { crs: Crs::WebMercator, bbox, width: 512, height: 512 };
    let by_parameters = tiles(&layer("http://h/wmts?key=1"), &caps, &map).unwrap();
    assert_eq!(
        urls(&by_parameters, &map),
        ["http://h/wmts?key=1&SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=a&STYLE=default&FORMAT=image/png\
          &TILEMATRIXSET=set&TILEMATRIX=L1&TILEROW=0&TILECOL=1"]
    );
    let template = "http://inside:8080/t/{Layer}/{style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.png";
    caps.layers[0].templates = vec![("image/png".into(), template.into())];
    caps.own_origin = Some("http://inside:8080".into());
    let by_template = layer("https://outside/wmts/1.0.0/WMTSCapabilities.xml");
    assert_eq!(by_template.document(), "https://outside/wmts/1.0.0/WMTSCapabilities.xml");
    assert_eq!(urls(&tiles(&by_template, &caps, &map).unwrap(), &map), ["https://outside/t/a/default/set/L1/0/1.png"]);
}

#[test]
fn what_a_server_does_not_have_is_named() {
    let caps = capabilities("EPSG:3857", vec![matrix("0", 1e8, [-2e7, 2e7], [1, 1])]);
    let map = Extent { crs: Crs::Geographic, bbox: Bbox::new([0.0, 0.0, 1.0, 1.0]), width: 10, height: 10 };
    let mut layer = layer("http://h/");
    layer.matrix_set = Some("other".into());
    let error = tiles(&layer, &caps, &map).unwrap_err();
    assert_eq!(error.to_string(), "there is no tile matrix set `other`; there are `set` (EPSG:3857)");
    layer.layer = "b".into();
    assert!(tiles(&layer, &caps, &map).unwrap_err().to_string().contains("no layer `b`"));
}

#[test]
fn the_legend_is_that_of_the_style() {
    let mut capabilities = capabilities("urn:ogc:def:crs:EPSG::3857", Vec::new());
    let style = |name: &str, legend: Option<&str>| Style {
        name: name.into(),
        legend: legend.map(str::to_owned),
        ..Style::default()
    };
    capabilities.layers[0].styles = vec![
        style("default", Some("http://h/default.png")),
        style("grey", Some("legends/grey.png")),
        style("bare", None),
    ];
    let legend = |style: Option<&str>| {
        let layer = Wmts { style: style.map(str::to_owned), ..layer("http://h/wmts/1.0.0/WMTSCapabilities.xml") };
        layer.legend(capabilities.layers.first(), None)
    };
    assert_eq!(legend(None), LegendSource::Url("http://h/default.png".into()));
    assert_eq!(legend(Some("grey")), LegendSource::Url("http://h/wmts/1.0.0/legends/grey.png".into()));
    assert!(matches!(legend(Some("bare")), LegendSource::Missing(_)));
}
