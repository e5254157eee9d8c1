//! The requests to services of ArcGIS, and the effect of their answers.

use super::pictures::as_milliseconds;
use crate::plan::planned_layer::LayerSource;
use crate::request::limits::Limits;
use crate::resolved::series::Series;
use mapreel_ogc::ServiceUrl;

use crate::layers::answered::plan_answered;
use crate::parse_request;
use crate::plan::plan::Plan;

macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!("../../../../mapreel-ogc/tests/recorded/arcgis/", $name, ".json"))
    };
}

const MAP: &str = "http://h/arcgis/rest/services/A/MapServer";
const IMAGE: &str = "http://h/arcgis/rest/services/A/ImageServer";

/// The plan of a layer on a map, and the URLs of the documents that it asked for. `documents` are found by the beginning of
/// their URLs.
fn planned(map: &str, layer: &str, documents: &[(&str, &str)]) -> (Plan, Vec<String>) {
    plan_of(&format!(r#"{{ "map": {{ {map} }}, "layers": [{{ "type": "arcgis", {layer} }}] }}"#), documents)
}

fn plan_of(request: &str, documents: &[(&str, &str)]) -> (Plan, Vec<String>) {
    let of = |url: &str, begin: &str| url.strip_prefix(begin).is_some_and(|rest| rest.starts_with('?'));
    plan_answered(request, |url| Some(documents.iter().find(|(begin, _)| of(url, begin))?.1))
}

/// A film of a layer at the given times.
fn film(times: &str, layer: &str, documents: &[(&str, &str)]) -> Plan {
    let request = format!(
        r#"{{ "map": {{ {EUROPE} }}, "times": {times}, "layers": [{{ "type": "arcgis", "title": "A", {layer} }}] }}"#
    );
    plan_of(&request, documents).0
}

const EUROPE: &str = r#""bbox": [-10, 40, 30, 60], "crs": "EPSG:4326", "width": 400"#;

fn urls(plan: &Plan) -> Vec<String> {
    plan.layers.iter().flat_map(|layer| urls_of(&layer.drawing)).collect()
}

fn urls_of(drawing: &LayerSource) -> Vec<String> {
    let LayerSource::Pictures(mosaics) = drawing else { return Vec::new() };
    mosaics.iter().flat_map(|mosaic| &mosaic.pieces).map(|piece| piece.url.clone()).collect()
}

fn parameter(url: &str, name: &str) -> Option<String> {
    ServiceUrl::parse(url).unwrap().get(name).map(str::to_owned)
}

#[test]
fn a_picture_is_asked_for_by_export() {
    let layer =
        format!(r#""url": "{MAP}/3?f=html", "layer_defs": {{ "3": "RANGE > 10" }}, "params": {{ "dpi": 192 }}"#);
    let (plan, asked) = planned(EUROPE, &layer, &[(MAP, recorded!("mapserver-timeless"))]);
    assert_eq!(asked, [format!("{MAP}?dpi=192&f=json")]);
    assert_eq!(
        urls(&plan),
        [format!(
            "{MAP}/export?dpi=192&f=image&format=png32&transparent=true&layers=show:3&layerDefs=%7B%223%22:%22RANGE%20%3E%2010%22%7D\
             &bboxSR=4326&imageSR=4326&bbox=-10,40,30,60&size=400,200"
        )]
    );
    assert_eq!(plan.layers[0].caption.name, "Lights");
    assert_eq!(plan.layers[0].caption.attribution.as_deref(), Some("© Port authority of Nowhere"));
    assert!(plan.layers[0].elsewhere.as_ref().is_some_and(|why| why.contains("outside the map")));
}

#[test]
fn a_server_is_asked_in_the_maps_crs_by_the_number_that_it_knows() {
    let check = |crs: &str, document: &str, expected: &str| {
        let map = format!(r#""bbox": [-60, 60, -20, 80], "crs": "{crs}", "width": 300"#);
        let (plan, _) = planned(&map, &format!(r#""url": "{MAP}""#), &[(MAP, document)]);
        let url = &urls(&plan)[0];
        assert_eq!(parameter(url, "imageSR").as_deref(), Some(expected), "{url}");
        assert_eq!(parameter(url, "bboxSR").as_deref(), Some(expected));
    };
    check("EPSG:3413", recorded!("mapserver-times"), "3413");
    check("EPSG:3857", recorded!("mapserver-times"), "3857");
    check("EPSG:3857", recorded!("mapserver-10.0"), "102113");
    check("EPSG:3857", recorded!("mapserver-odd"), "3857");
}

#[test]
fn a_map_over_the_date_line_is_asked_for_in_two_parts_and_a_large_one_in_cells() {
    let map = r#""bbox": [170, -10, 190, 10], "crs": "EPSG:4326", "width": 200"#;
    let layer = format!(r#""url": "{IMAGE}", "rendering_rule": "Temperature", "time": "none""#);
    let (plan, _) = planned(map, &layer, &[(IMAGE, recorded!("imageserver-times"))]);
    let boxes: Vec<_> = urls(&plan).iter().map(|url| parameter(url, "bbox").unwrap()).collect();
    assert_eq!(boxes.len(), 2);
    assert!(boxes[0].starts_with("170,") && boxes[1].starts_with("-180,"), "{boxes:?}");
    let first = &urls(&plan)[0];
    assert!(first.starts_with(&format!("{IMAGE}/exportImage?")), "{first}");
    assert_eq!(parameter(first, "renderingRule").as_deref(), Some(r#"{"rasterFunction":"Temperature"}"#));
    assert_eq!((parameter(first, "adjustAspectRatio").as_deref(), parameter(first, "time")), (Some("false"), None));
    let map = r#""bbox": [-90, 25, -65, 50], "crs": "EPSG:4326", "width": 2500"#;
    let layer = format!(r#""url": "{MAP}", "time": "none""#);
    let (plan, _) = planned(map, &layer, &[(MAP, recorded!("mapserver-live"))]);
    assert_eq!(urls(&plan).len(), 4);
    for url in urls(&plan) {
        let size = parameter(&url, "size").unwrap();
        assert!(size.split(',').all(|side| side.parse::<u32>().unwrap() <= 2048), "{size}");
    }
}

#[test]
fn times_are_asked_for_in_milliseconds_and_are_those_that_the_server_has() {
    let documents = [
        (MAP, recorded!("mapserver-times")),
        ("http://h/arcgis/rest/services/A/MapServer/layers", recorded!("mapserver-layers")),
    ];
    let layer = format!(r#""url": "{MAP}", "layers": "0,2""#);
    let plan = film(r#"["2018-01-01T03:00Z", "2018-01-01T04:00Z"]"#, &layer, &documents);
    let times: Vec<_> = urls(&plan).iter().map(|url| parameter(url, "time")).collect();
    assert_eq!(times, [Some("1514775600000".to_owned())], "every third hour, as the layer says and not the service");
    assert_eq!(plan.layers[0].caption.times_used.at(0).as_deref(), Some("2018-01-01T03:00:00Z"));
    let LayerSource::Pictures(Series::PerFrame(mosaics)) = &plan.layers[0].drawing else {
        panic!("one for each frame")
    };
    assert!(mosaics[1].gap.as_ref().is_some_and(|gap| gap.why.contains("nearest: 2018-01-01T03:00:00Z")));
    let nearest = film(r#"["2018-01-01T04:00Z"]"#, &format!(r#"{layer}, "time": "nearest""#), &documents);
    assert_eq!(parameter(&urls(&nearest)[0], "time").as_deref(), Some("1514775600000"));
}

#[test]
fn layers_with_different_times_are_asked_for_apart_bottom_first() {
    let documents = [
        (MAP, recorded!("mapserver-times")),
        ("http://h/arcgis/rest/services/A/MapServer/layers", recorded!("mapserver-layers")),
    ];
    let plan = film(r#"["2018-01-01T03:00Z"]"#, &format!(r#""url": "{MAP}""#), &documents);
    assert_eq!(plan.layers.len(), 2);
    let titles: Vec<_> = plan.layers.iter().filter_map(|layer| layer.caption.title.as_deref()).collect();
    assert_eq!(titles, ["A · Wave direction, Coastline", "A · Wave height"]);
    assert!(urls_of(&plan.layers[0].drawing).is_empty(), "it has every sixth hour");
    assert_eq!(parameter(&urls(&plan)[0], "layers").as_deref(), Some("show:0"));
}

#[test]
fn without_details_the_times_are_those_of_the_service() {
    let layer = format!(r#""url": "{MAP}""#);
    let plan = film(r#"["2018-01-01T04:00Z"]"#, &layer, &[(MAP, recorded!("mapserver-times"))]);
    assert_eq!(parameter(&urls(&plan)[0], "time").as_deref(), Some("1514779200000"));
}

#[test]
fn a_multidimensional_service_lists_its_times() {
    let info = format!("{IMAGE}/multidimensionalInfo");
    let documents =
        [(IMAGE, recorded!("imageserver-multidimensional")), (info.as_str(), recorded!("multidimensional-info"))];
    let plan = film(r#"["2018-01-04T00:00Z"]"#, &format!(r#""url": "{IMAGE}""#), &documents);
    assert_eq!(parameter(&urls(&plan)[0], "time").as_deref(), Some("1515024000000"));
}

#[test]
fn a_cache_of_the_webs_pyramid_is_asked_for_its_tiles() {
    let documents = [(MAP, recorded!("mapserver-cached"))];
    let map = r#""bbox": [-10, 40, 30, 60], "crs": "EPSG:3857", "width": 400"#;
    let (plan, asked) = planned(map, &format!(r#""url": "{MAP}""#), &documents);
    assert_eq!(asked.len(), 1);
    assert!(urls(&plan).iter().all(|url| url.starts_with(&format!("{MAP}/tile/4/"))), "{:?}", urls(&plan));
    // The cache has no picture of layer 0 alone, so the server draws it.
    let (plan, _) = planned(map, &format!(r#""url": "{MAP}", "layers": 0"#), &documents);
    assert!(urls(&plan)[0].contains("/export?"));
    let (plan, _) = planned(map, &format!(r#""url": "{MAP}""#), &[(MAP, recorded!("mapserver-cached-utm"))]);
    assert!(urls(&plan)[0].contains("/export?"));
}

#[test]
fn errors_with_status_200_are_the_servers_words() {
    let check = |document: &str, expected: &str| {
        let (plan, _) = planned(EUROPE, &format!(r#""url": "{MAP}""#), &[(MAP, document)]);
        let LayerSource::Missing(why) = &plan.layers[0].drawing else { panic!("nothing can be drawn") };
        assert_eq!(why, &format!("its service cannot be used: {expected}"));
    };
    check(
        recorded!("error-498"),
        "the server answered with an error: `498` Invalid token., the operator can configure a `credential` for it",
    );
    check(
        recorded!("error-499"),
        "the server answered with an error: `499` Token Required, the operator can configure a `credential` for it",
    );
    check(
        recorded!("error-400"),
        "the server answered with an error: `400` Unable to complete operation., Parameter 'bbox' is invalid., Invalid or \
         missing input parameters.",
    );
    check(recorded!("error-500"), "the server answered with an error: `500` Error exporting map");
    check(r#"{ "folders": [] }"#, "the document does not describe a MapServer");
}

#[test]
fn layers_that_a_service_does_not_have_are_named() {
    let (plan, _) =
        planned(EUROPE, &format!(r#""url": "{MAP}", "layers": "9""#), &[(MAP, recorded!("mapserver-timeless"))]);
    let LayerSource::Missing(why) = &plan.layers[0].drawing else { panic!("there is no such layer") };
    assert!(why.starts_with("the service has no layer 9; it has 0 (Harbours), 1 (Soundings)"), "{why}");
}

#[test]
fn what_is_wrong_in_a_request_is_named() {
    let check = |layer: &str, pointer: &str, words: &str| {
        let request = format!(r#"{{ "map": {{ {EUROPE} }}, "layers": [{{ "type": "arcgis", {layer} }}] }}"#);
        let problems = parse_request(request.as_bytes(), &Limits::default()).unwrap_err().0;
        let found = problems.iter().find(|problem| problem.pointer == pointer);
        assert!(found.is_some_and(|problem| problem.detail.contains(words)), "{problems:?}");
    };
    check(r#""url": "http://h/FeatureServer/0""#, "/layers/0/url", "neither a MapServer nor an ImageServer");
    check(r#""url": "http://h/MapServer?token=abc""#, "/layers/0/url", "carries a token");
    check(r#""url": "http://h/MapServer", "params": { "Token": "abc" }"#, "/layers/0/params/Token", "set by Mapreel");
    check(r#""url": "http://h/MapServer", "layers": "roads""#, "/layers/0/layers", "no numbers of layers");
    check(r#""url": "http://h/MapServer", "rendering_rule": "a""#, "/layers/0/rendering_rule", "only an ImageServer");
    check(r#""url": "http://h/ImageServer", "layer_defs": "0:a=1""#, "/layers/0/layer_defs", "only a MapServer");
}

#[test]
fn a_time_among_the_parameters_may_be_in_milliseconds() {
    let layer = format!(r#""url": "{MAP}", "params": {{ "time": 1514764800000 }}"#);
    let (plan, _) = planned(EUROPE, &layer, &[(MAP, recorded!("mapserver-times"))]);
    assert_eq!(parameter(&urls(&plan)[0], "time").as_deref(), Some("1514764800000"));
    assert_eq!(as_milliseconds("1514764800000,1514768400000"), "1514764800000,1514768400000");
}
