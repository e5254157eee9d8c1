//! The requests to OGC APIs, and the effect of their answers.

use crate::plan::planned_layer::LayerSource;
use mapreel_ogc::ServiceUrl;

use crate::layers::answered::plan_answered;
use crate::parse_request;
use crate::plan::plan::Plan;
use crate::request::limits::Limits;

macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!("../../../../mapreel-ogc/tests/recorded/ogc/", $name, ".json"))
    };
}

const API: &str = "http://maps.example.org/api";
const EUROPE: &str = r#""bbox": [-10, 40, 30, 60], "crs": "EPSG:4326", "width": 400"#;

/// The plan of a layer, and the URLs of the documents that it asked for. `documents` are found by their whole URLs.
fn planned(map: &str, times: &str, layer: &str, documents: &[(&str, &str)]) -> (Plan, Vec<String>) {
    let times = if times.is_empty() { String::new() } else { format!(r#""times": {times}, "#) };
    let request = format!(r#"{{ "map": {{ {map} }}, {times}"layers": [{{ "type": "ogc-maps", {layer} }}] }}"#);
    plan_answered(&request, |url| Some(documents.iter().find(|(address, _)| *address == url)?.1))
}

fn collection(map: &str, times: &str, further: &str, document: &str) -> Plan {
    let url = "http://maps.example.org/api/collections/a";
    planned(map, times, &format!(r#""url": "{url}"{further}"#), &[(url, document)]).0
}

fn urls(plan: &Plan) -> Vec<String> {
    let LayerSource::Pictures(mosaics) = &plan.layers[0].drawing else { return Vec::new() };
    mosaics.iter().flat_map(|mosaic| &mosaic.pieces).map(|piece| piece.url.clone()).collect()
}

fn missing(plan: &Plan) -> String {
    match &plan.layers[0].drawing {
        LayerSource::Missing(why) => why.clone(),
        other => panic!("{other:?}"),
    }
}

fn parameter(url: &str, name: &str) -> Option<String> {
    ServiceUrl::parse(url).unwrap().get(name).map(str::to_owned)
}

#[test]
fn links_lead_from_a_landing_page_over_pages_of_collections_to_a_map() {
    let layer = format!(r#""url": "{API}", "collection": "relief""#);
    let documents = [
        ("http://maps.example.org/api", recorded!("landing-pygeoapi")),
        ("http://maps.example.org/api/collections", recorded!("collections")),
        ("http://maps.example.org/api/collections?f=json&offset=2", recorded!("collections-2")),
    ];
    let (plan, asked) = planned(EUROPE, "", &layer, &documents);
    assert_eq!(asked, documents.map(|(url, _)| url));
    assert_eq!(
        urls(&plan),
        [format!("{API}/collections/relief/map?f=png&transparent=true&bbox=-10,40,30,60&width=400&height=200")]
    );
    let layer = format!(r#""url": "{API}", "collection": "other""#);
    assert_eq!(
        missing(&planned(EUROPE, "", &layer, &documents).0),
        "the server has no collection `other`; it has relief"
    );
}

#[test]
fn a_collection_in_a_list_may_be_described_elsewhere() {
    let layer = format!(r#""url": "{API}/collections", "collection": "sst""#);
    let documents = [
        ("http://maps.example.org/api/collections", recorded!("collections")),
        ("http://maps.example.org/api/collections/sst?f=json", recorded!("collection-grid-resolution")),
    ];
    let (plan, asked) = planned(EUROPE, "", &layer, &documents);
    assert_eq!(asked.len(), 2);
    assert_eq!(plan.layers[0].caption.name, "Sea surface temperature");
    assert_eq!(plan.layers[0].caption.attribution.as_deref(), Some("An institute of oceans"));
    let without = format!(r#""url": "{API}/collections""#);
    let why = missing(&planned(EUROPE, "", &without, &documents).0);
    assert_eq!(why, "the server has several collections, and `collection` names none of features-only, sst");
}

#[test]
fn links_may_be_relative_and_lead_in_a_circle() {
    let layer = r#""url": "https://outside.example/api/", "collection": "relief""#;
    let documents = [
        ("https://outside.example/api/", recorded!("landing-relative")),
        ("https://outside.example/api/collections?f=json", recorded!("landing-relative")),
    ];
    let (plan, asked) = planned(EUROPE, "", layer, &documents);
    assert_eq!(asked, documents.map(|(url, _)| url));
    assert_eq!(missing(&plan), "its links lead round in a circle and to no map");
}

#[test]
fn a_landing_page_may_have_a_map_of_everything() {
    let layer = format!(r#""url": "{API}/?f=json""#);
    let documents = [("http://maps.example.org/api/?f=json", recorded!("landing-dataset-map"))];
    let (plan, _) = planned(EUROPE, "", &layer, &documents);
    let url = &urls(&plan)[0];
    assert!(url.starts_with(&format!("{API}/map.png?")), "{url}");
    assert_eq!(parameter(url, "crs").as_deref(), Some("[OGC:CRS84]"));
    assert_eq!(parameter(url, "bbox-crs"), None, "longitude and latitude are what a box is written in");
    assert_eq!(plan.layers[0].caption.attribution.as_deref(), Some("An office"));
}

#[test]
fn a_box_is_written_in_the_order_of_its_crs() {
    let check = |map: &str, further: &str, document: &str, crs: &str, begin: &str| {
        let url = &urls(&collection(map, "", further, document))[0];
        assert_eq!(parameter(url, "crs").as_deref(), Some(crs), "{url}");
        assert_eq!(parameter(url, "bbox-crs").as_deref(), Some(crs), "{url}");
        let bbox = parameter(url, "bbox").unwrap();
        assert!(bbox.starts_with(begin), "{bbox}");
    };
    let lambert =
        r#""bbox": [4000000, 2500000, 4400000, 2700000], "bbox_crs": "EPSG:3035", "crs": "EPSG:3035", "width": 400"#;
    let uri = "http://www.opengis.net/def/crs/EPSG/0/3035";
    let document = recorded!("collection-grid-coordinates");
    check(lambert, r#", "time": "none""#, document, uri, "2500000,4000000,");
    check(lambert, r#", "time": "none", "axis_order": "xy""#, document, uri, "4000000,2500000,");
    let mercator = r#""bbox": [-10, 40, 30, 60], "crs": "EPSG:3857", "width": 400"#;
    let uri = "http://www.opengis.net/def/crs/EPSG/0/3857";
    check(mercator, r#", "time": "none""#, recorded!("collection-grid-resolution"), uri, "-11131");
}

#[test]
fn a_crs_is_asked_for_as_the_server_writes_it() {
    let map =
        r#""bbox": [350000, 5610000, 360000, 5620000], "bbox_crs": "EPSG:25832", "crs": "EPSG:25832", "width": 200"#;
    let plan = collection(map, "", "", recorded!("collection-curie"));
    let url = &urls(&plan)[0];
    assert_eq!(parameter(url, "crs").as_deref(), Some("[EPSG:25832]"));
    assert!(url.starts_with("http://maps.example.org/api/collections/buildings/map.png?"), "{url}");
}

#[test]
fn a_server_that_lists_no_crs_is_asked_in_longitude_and_latitude() {
    let map = r#""bbox": [-10, 40, 30, 60], "crs": "EPSG:3857", "width": 400"#;
    let plan = collection(map, "", "", recorded!("collection-pygeoapi-wmsfacade"));
    let url = &urls(&plan)[0];
    assert_eq!((parameter(url, "crs"), parameter(url, "bbox-crs")), (None, None));
    let bbox: Vec<f64> = parameter(url, "bbox").unwrap().split(',').map(|edge| edge.parse().unwrap()).collect();
    assert!((bbox[0] + 10.0).abs() < 1e-6 && (bbox[1] - 40.0).abs() < 1.0, "{url}");
}

#[test]
fn a_map_over_the_date_line_is_asked_for_in_two_parts() {
    let map = r#""bbox": [170, -10, 190, 10], "crs": "EPSG:4326", "width": 200"#;
    let plan = collection(map, "", r#", "time": "none""#, recorded!("collection-grid-resolution"));
    let boxes: Vec<_> = urls(&plan).iter().map(|url| parameter(url, "bbox").unwrap()).collect();
    assert!(boxes.len() == 2 && boxes[0].starts_with("170,") && boxes[1].starts_with("-180,"), "{boxes:?}");
}

#[test]
fn a_time_is_asked_for_by_datetime_where_the_server_has_it() {
    let times = r#"["2018-02-01", "2018-02-15"]"#;
    let plan = collection(EUROPE, times, "", recorded!("collection-grid-resolution"));
    let asked: Vec<_> = urls(&plan).iter().map(|url| parameter(url, "datetime")).collect();
    assert_eq!(asked, [Some("2018-02-01T00:00:00Z".to_owned())]);
    assert_eq!(plan.layers[0].caption.times_used.at(1), &None);
}

#[test]
fn other_dimensions_are_asked_for_by_subset() {
    let layer = r#", "time": "none", "dimensions": { "elevation": { "value": -90, "match": "nearest" }, "member": 3,
        "forecast_reference_time": "latest" }"#;
    let plan = collection(EUROPE, "", layer, recorded!("collection-vertical"));
    assert_eq!(
        parameter(&urls(&plan)[0], "subset").as_deref(),
        Some(r#"elevation(-100),member(3),forecast_reference_time("2026-01-01T00:00:00Z")"#)
    );
}

#[test]
fn where_there_is_no_map_its_tiles_are_asked_for_and_no_more_than_there_are() {
    let documents = [
        ("http://maps.example.org/api/collections/relief", recorded!("collection-tiles")),
        ("http://maps.example.org/api/collections/relief/map/tiles?f=json", recorded!("tilesets")),
        (
            "http://maps.example.org/api/collections/relief/map/tiles/WebMercatorQuad?f=json",
            recorded!("tileset-webmercatorquad"),
        ),
    ];
    let layer = r#""url": "http://maps.example.org/api/collections/relief""#;
    let map = r#""bbox": [-10, 40, 30, 60], "crs": "EPSG:3857", "width": 400"#;
    let (plan, asked) = planned(map, "", layer, &documents);
    assert_eq!(asked, documents.map(|(url, _)| url), "the tile matrix set of the web is known");
    let tiles = format!("{API}/collections/relief/map/tiles/WebMercatorQuad/4/");
    assert!(urls(&plan).iter().all(|url| url.starts_with(&tiles) && url.ends_with("?f=png")), "{:?}", urls(&plan));
    assert!(urls(&plan).iter().all(|url| url.contains("/8?") || url.contains("/9?")), "{:?}", urls(&plan));
    assert_eq!(plan.layers[0].caption.attribution.as_deref(), Some("A maker of reliefs"));
}

#[test]
fn a_tile_matrix_set_is_asked_for_by_name_and_described_by_its_server() {
    let documents = [
        ("http://maps.example.org/api/collections/relief", recorded!("collection-tiles")),
        ("http://maps.example.org/api/collections/relief/map/tiles?f=json", recorded!("tilesets")),
        ("http://maps.example.org/api/collections/relief/map/tiles/AdV_25832?f=json", recorded!("tileset-adv-25832")),
        ("http://maps.example.org/api/tileMatrixSets/AdV_25832?f=json", recorded!("tile-matrix-set-crs-object")),
    ];
    let layer = r#""url": "http://maps.example.org/api/collections/relief", "matrix_set": "AdV_25832""#;
    let map = r#""bbox": [5, 47, 15, 55], "crs": "EPSG:3857", "width": 200"#;
    let (plan, asked) = planned(map, "", layer, &documents);
    assert_eq!(asked.len(), 4);
    let tiles = format!("{API}/collections/relief/map/tiles/AdV_25832/0");
    assert!(!urls(&plan).is_empty() && urls(&plan).iter().all(|url| url.starts_with(&tiles)), "{:?}", urls(&plan));
    let layer = layer.replace("AdV_25832", "Other");
    let why = missing(&planned(map, "", &layer, &documents).0);
    assert_eq!(why, "no tile matrix set can be used; there are AdV_25832, WebMercatorQuad, WorldCRS84Quad");
}

#[test]
fn errors_are_the_servers_words() {
    let check = |document: &str, expected: &str| {
        let why = missing(&collection(EUROPE, "", "", document));
        assert_eq!(why, format!("its document cannot be used: the server answered with an error: {expected}"));
    };
    check(recorded!("error-pygeoapi"), "`InvalidParameterValue` datetime parameter out of range");
    check(recorded!("error-rfc7807"), "`400` The parameter 'crs' has the value 'http://www.opengis.net/de…");
    let why = missing(&collection(EUROPE, "", "", "[]"));
    assert_eq!(why, "its document cannot be used: it is no object but a list");
    let why = missing(&collection(EUROPE, "", "", recorded!("conformance")));
    assert_eq!(why, "it has neither a link to a map nor one to collections");
}

#[test]
fn what_is_wrong_in_a_request_is_named() {
    let request = format!(
        r#"{{ "map": {{ {EUROPE} }},
              "layers": [{{ "type": "ogc-maps", "url": "{API}", "params": {{ "bbox-crs": "EPSG:4326" }} }}] }}"#
    );
    let problems = parse_request(request.as_bytes(), &Limits::default()).unwrap_err().0;
    assert_eq!(problems[0].pointer, "/layers/0/params/bbox-crs");
}
