//! Dimensions other than time are checked like time. One layer may ask for several WMS layers, each with its own values. A time
//! may be in `params`.

use super::support::{Run, render};
use mapreel_testkit::pictures::Picture;
use mapreel_testkit::upstreams::{Answer, Asked, parameter, serve_all, size};
use serde_json::{Value, json};

/// A WMS and WMTS that records the requests for its pictures. Its pictures have one colour, whose red is ten times the depth in
/// metres.
struct Server {
    url: String,
    asked: Asked,
}

impl Server {
    fn new(capabilities: String) -> Self {
        let asked = Asked::default();
        let kept = asked.clone();
        let url = serve_all(move |path| -> Answer {
            if path.contains("GetCapabilities") || path.ends_with(".xml") {
                return match capabilities.is_empty() {
                    true => ("404 Not Found", "", b"none".to_vec()),
                    false => ("200 OK", "", capabilities.clone().into_bytes()),
                };
            }
            kept.lock().unwrap().push(path.to_owned());
            let [width, height] = size(path).unwrap_or([256; 2]);
            let depth = parameter(path, "ELEVATION").map_or(25.0, |text| text.parse::<f64>().unwrap_or(25.0).abs());
            ("200 OK", "", Picture::of(width, height, [(depth * 10.0) as u8, 120, 180]).to_png())
        });
        Self { url, asked }
    }

    /// The values of a parameter in the requests since the last call, sorted.
    fn asked(&self, name: &str) -> Vec<String> {
        let mut paths = self.asked.lock().unwrap();
        let mut values: Vec<String> =
            paths.drain(..).map(|path| parameter(&path, name).unwrap_or("none").to_owned()).collect();
        values.sort();
        values
    }
}

/// A WMS with these layers: name and description of each.
fn wms(layers: &[(&str, &str)]) -> Server {
    let layer =
        |(name, what): &(&str, &str)| format!("<Layer><Name>{name}</Name><Title>The {name}</Title>{what}</Layer>");
    let layers: String = layers.iter().map(layer).collect();
    Server::new(format!(
        r#"<WMS_Capabilities version="1.3.0"><Service><Title>test</Title></Service><Capability><Layer><Title>all</Title>
        <CRS>EPSG:3857</CRS>{layers}</Layer></Capability></WMS_Capabilities>"#
    ))
}

fn ocean() -> Server {
    wms(&[(
        "ocean",
        r#"<Dimension name="time" units="ISO8601">2020-01-01/2020-01-05/P1D</Dimension>
           <Dimension name="elevation" units="EPSG:5030" unitSymbol="m" default="-0.0">-0.0,-10.0,-20.0</Dimension>
           <Dimension name="dim_member" units="" default="1">1/5/1</Dimension>
           <Dimension name="reference_time" units="ISO8601" default="2019-12-31T00:00:00Z">2019-12-31T00:00:00Z,2019-12-31T12:00:00Z</Dimension>"#,
    )])
}

#[test]
fn a_film_along_the_runs_names_the_run_of_each_frame() {
    let server = ocean();
    let rest = json!({ "animate": { "dimension": "reference_time", "values": "all" }, "output": { "fps": 2 } });
    let run = draw("runs.gif", &server, &json!({ "layers": "ocean" }), &rest).ended(0);
    assert_eq!(server.asked("DIM_REFERENCE_TIME"), ["2019-12-31T00:00:00Z", "2019-12-31T12:00:00Z"]);
    let of = |frame: usize| run.manifest["frames"][frame]["layers"][0].clone();
    assert_eq!((&of(0)["run"], &of(1)["run"]), (&json!("2019-12-31T00:00:00Z"), &json!("2019-12-31T12:00:00Z")));
    let used = |frame: usize| of(frame)["dimensions"].as_array().unwrap().last().unwrap()["used"].clone();
    assert_eq!([used(0), used(1)], ["2019-12-31T00:00:00Z", "2019-12-31T12:00:00Z"]);
}

#[test]
fn a_film_along_a_dimension_that_no_layer_has_is_refused_as_such_and_not_as_a_problem_of_a_layer() {
    let rest = json!({ "animate": { "dimension": "elevation", "values": "all" } });
    let run = draw("nobody.gif", &wms(&[("flat", "")]), &json!({ "layers": "flat" }), &rest).ended(1);
    assert!(run.said.contains("dimension `elevation`: no layer has this dimension"), "{}", run.said);
}

#[test]
fn a_name_that_the_server_does_not_know_costs_no_neighbour() {
    let axis = r#"<Dimension name="time" units="ISO8601">2018-05-01,2018-06-01</Dimension>"#;
    let server = wms(&[("sst", axis)]);
    let run =
        draw("neighbour.png", &server, &json!({ "layers": "sst,nosuch" }), &json!({ "times": "2018-05-01" })).ended(3);
    assert_eq!(layer(&run, 0)["outcome"], "drawn");
    assert!(server.asked("LAYERS").contains(&"sst".to_owned()));
}

#[test]
fn a_value_among_the_parameters_is_as_good_as_one_in_dimensions() {
    let server = ocean();
    let rest = json!({ "animate": { "dimension": "elevation", "values": [0, -20] } });
    let pinned = json!({ "layers": "ocean", "params": { "DIM_ELEVATION": "-10" } });
    let run = draw("pinned.gif", &server, &pinned, &rest).ended(1);
    assert!(run.said.contains("no layer has this dimension"), "{}", run.said);
    let run = draw("pinned.png", &server, &pinned, &json!({})).ended(0);
    assert_eq!(layer(&run, 0)["dimensions"][0]["used"], "-10.0");
    let twice = json!({ "layers": "ocean", "dimensions": { "elevation": -10, "ELEVATION": -20 } });
    assert!(draw("twice.png", &server, &twice, &json!({})).ended(2).said.contains("is named twice"));
}

#[test]
fn a_default_that_is_not_offered_is_not_believed() {
    let odd = wms(&[("a", r#"<Dimension name="elevation" units="m" default="-7">0,-10</Dimension>"#)]);
    let run = draw("odd-default.png", &odd, &json!({ "layers": "a" }), &json!({})).ended(3);
    assert!(run.said.contains("it is the server's default, and not among the values that it offers"), "{}", run.said);
}

#[test]
fn more_layers_than_a_request_may_have_are_refused_in_one_layer_too() {
    let names = vec!["a"; 17].join(",");
    let run = draw("many.png", &wms(&[("a", "")]), &json!({ "layers": names }), &json!({})).ended(2);
    assert!(run.said.contains("17 layers; the limit is 16"), "{}", run.said);
}

#[test]
fn an_entry_of_runs_that_cannot_be_read_costs_that_entry_alone() {
    let runs =
        r#"<Dimension name="reference_time" units="ISO8601">bad,2019-12-31T00:00:00Z,2019-12-31T12:00:00Z</Dimension>"#;
    let run = draw("runs.png", &wms(&[("a", runs)]), &json!({ "layers": "a" }), &json!({})).ended(3);
    assert_eq!(run.manifest["warnings"][0]["code"], "axis_entry_ignored");
    assert_eq!(layer(&run, 0)["run"], "2019-12-31T12:00:00Z");
}

/// Draws one layer of a service; `further` are more fields of the layer, `rest` more fields of the request.
fn draw(name: &str, server: &Server, layer: &Value, rest: &Value) -> Run {
    let mut described = json!({ "type": "wms", "url": format!("{}/wms", server.url), "title": "Sea" });
    described.as_object_mut().unwrap().extend(layer.as_object().unwrap().clone());
    let mut request = json!({ "map": { "bbox": [-10, 40, 10, 55], "width": 200 }, "layers": [described] });
    request.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    render(&format!("dimension-{name}"), &request.to_string())
}

/// A layer of the first frame in the manifest.
fn layer(run: &Run, index: usize) -> &Value {
    &run.manifest["frames"][0]["layers"][index]
}

#[test]
fn layers_with_times_of_their_own_are_asked_apart_each_for_what_it_has() {
    let axis =
        |times: &str| format!(r#"<Dimension name="time" units="ISO8601" default="2018-05-01">{times}</Dimension>"#);
    let (wind, sst) = (axis("1991-01-17,1991-01-18"), axis("2018-05-01,2018-06-01"));
    let server = wms(&[("wind", &wind), ("sst", &sst), ("coast", "")]);
    let both = |time: &str| {
        let layer = json!({ "layers": "wind,sst,coast", "styles": "w,s,c", "time": time });
        draw("apart.png", &server, &layer, &json!({ "times": "1991-01-17" }))
    };
    let run = both("exact").ended(3);
    assert_eq!((&layer(&run, 0)["outcome"], &layer(&run, 0)["time_used"]), (&json!("drawn"), &json!("1991-01-17")));
    assert_eq!(layer(&run, 0)["title"], "Sea · The wind");
    assert_eq!(layer(&run, 1)["outcome"], "marked");
    assert_eq!(layer(&run, 1)["title"], "Sea · The sst + The coast");
    let reason = layer(&run, 1)["reason"].as_str().unwrap();
    assert!(reason.starts_with("no data for 1991-01-17") && reason.contains("2018-05-01 to 2018-06-01"), "{reason}");
    assert_eq!(server.asked("LAYERS"), ["wind"]);

    let run = both("nearest").ended(0);
    let used: Vec<_> = (0..2).map(|index| layer(&run, index)["time_used"].clone()).collect();
    assert_eq!(used, ["1991-01-17", "2018-05-01"]);
    let asked = server.asked.lock().unwrap().clone();
    let pairs: Vec<_> =
        asked.iter().map(|path| ["LAYERS", "STYLES", "TIME"].map(|name| parameter(path, name).unwrap())).collect();
    assert!(
        pairs.contains(&["wind", "w", "1991-01-17"]) && pairs.contains(&["sst,coast", "s,c", "2018-05-01"]),
        "{pairs:?}"
    );
}

#[test]
fn layers_that_share_their_times_are_asked_for_together() {
    let axis = r#"<Dimension name="time" units="ISO8601">2018-05-01,2018-06-01</Dimension>"#;
    let server = wms(&[("wind", axis), ("coast", ""), ("sst", axis)]);
    let run = draw("together.png", &server, &json!({ "layers": "wind,coast,sst" }), &json!({ "times": "2018-05-01" }));
    assert_eq!(run.ended(0).manifest["frames"][0]["layers"].as_array().unwrap().len(), 1);
    assert_eq!(server.asked("LAYERS"), ["wind,coast,sst"]);
}

#[test]
fn a_time_among_the_parameters_is_held_against_the_servers_times() {
    let axis = r#"<Dimension name="time" units="ISO8601" default="2019-12-01">2019-01-01/2019-12-01/P1M</Dimension>"#;
    let server = wms(&[("sst", axis)]);
    let at = |time: &str, code: i32| {
        draw("given.png", &server, &json!({ "layers": "sst", "params": { "TIME": time } }), &json!({})).ended(code)
    };
    let run = at("2031-01-01", 3);
    assert_eq!((&layer(&run, 0)["outcome"], &layer(&run, 0)["time_used"]), (&json!("marked"), &Value::Null));
    assert!(layer(&run, 0)["reason"].as_str().unwrap().contains("the server offers 2019-01-01 to 2019-12-01"));
    assert_eq!(server.asked("TIME"), [""; 0]);

    let run = at("2019-03", 0);
    assert_eq!(server.asked("TIME"), ["2019-03-01"], "in the server's words");
    assert_eq!(layer(&run, 0)["outcome"], "drawn");

    let run = at("2019-03-01", 0);
    assert_eq!((&layer(&run, 0)["outcome"], &layer(&run, 0)["time_used"]), (&json!("drawn"), &json!("2019-03-01")));

    let run = at("current", 3);
    assert_eq!(run.manifest["warnings"][0]["code"], "time_unconfirmed");
    assert_eq!((&layer(&run, 0)["outcome"], &layer(&run, 0)["time_used"]), (&json!("drawn"), &json!("current")));

    let timeless = wms(&[("relief", "")]);
    let run =
        draw("given.png", &timeless, &json!({ "layers": "relief", "params": { "TIME": "2019-03-01" } }), &json!({}));
    assert!(run.ended(3).said.contains("the server names no times for the layer"));
}

#[test]
fn a_dimension_is_asked_for_in_the_servers_words_and_named_with_its_units() {
    let server = ocean();
    let dimensions = json!({ "elevation": -10, "reference_time": "latest", "member": 3 });
    let run = draw("asked.png", &server, &json!({ "layers": "ocean", "dimensions": dimensions }), &json!({})).ended(0);
    assert_eq!(
        layer(&run, 0)["dimensions"],
        json!([
            { "name": "elevation", "asked": "-10", "used": "-10.0", "units": "m" },
            { "name": "dim_member", "asked": "3", "used": "3", "units": null },
            { "name": "reference_time", "asked": "latest", "used": "2019-12-31T12:00:00Z", "units": null }
        ])
    );
    assert_eq!(layer(&run, 0)["run"], "2019-12-31T12:00:00Z");
    let path = server.asked.lock().unwrap()[0].clone();
    let asked = ["ELEVATION", "DIM_MEMBER", "DIM_REFERENCE_TIME"].map(|name| parameter(&path, name).unwrap());
    assert_eq!(asked, ["-10.0", "3", "2019-12-31T12:00:00Z"]);
    let map = run.map();
    assert_eq!(map.at(100, 100)[0], 100, "the picture of 10 m");
}

#[test]
fn a_value_that_the_server_has_not_is_marked_with_what_it_has() {
    let server = ocean();
    let reason = |dimensions: Value| {
        let run =
            draw("off.png", &server, &json!({ "layers": "ocean", "dimensions": dimensions }), &json!({})).ended(3);
        assert_eq!(layer(&run, 0)["outcome"], "marked");
        assert_eq!(server.asked("ELEVATION"), [""; 0], "nothing is asked for");
        layer(&run, 0)["reason"].as_str().unwrap().to_owned()
    };
    assert_eq!(reason(json!({ "elevation": -7 })), "no data for elevation -7 m; the server offers -0.0, -10.0, -20.0");
    assert_eq!(reason(json!({ "member": 6 })), "no data for dim_member 6; the server offers 1 to 5 in steps of 1");
    assert!(
        reason(json!({ "depth": 3 })).starts_with("the layer has no dimension `depth`; it has elevation, dim_member")
    );
    assert!(
        reason(json!({ "reference_time": "2020-01-01" })).starts_with("the server does not offer the run 2020-01-01")
    );
    // The same value in `params`.
    let given = json!({ "layers": "ocean", "params": { "ELEVATION": "777" } });
    assert!(draw("off.png", &server, &given, &json!({})).ended(3).said.contains("no data for elevation 777 m"));
}

#[test]
fn the_nearest_value_stands_for_another_where_that_is_asked_for() {
    let nearest = json!({ "layers": "ocean", "dimensions": { "elevation": { "value": -7, "match": "nearest" } } });
    let run = draw("nearest-value.png", &ocean(), &nearest, &json!({})).ended(0);
    let elevation = &layer(&run, 0)["dimensions"][0];
    assert_eq!((&elevation["asked"], &elevation["used"]), (&json!("-7"), &json!("-10.0")));
}

#[test]
fn what_the_request_leaves_to_the_server_is_named_and_asked_for() {
    let server = ocean();
    let run = draw("default.png", &server, &json!({ "layers": "ocean" }), &json!({})).ended(0);
    let elevation = &layer(&run, 0)["dimensions"][0];
    assert_eq!((&elevation["asked"], &elevation["used"]), (&Value::Null, &json!("-0.0")));
    assert_eq!(server.asked("ELEVATION"), ["-0.0"]);
    // A server without a default: the answer does not tell which value is drawn.
    let silent = wms(&[("a", r#"<Dimension name="elevation" units="m">0,10</Dimension>"#)]);
    let run = draw("default.png", &silent, &json!({ "layers": "a" }), &json!({})).ended(3);
    assert_eq!(run.manifest["warnings"][0]["code"], "dimension_unconfirmed");
    // A dimension of a single value needs no parameter.
    let single = wms(&[("a", r#"<Dimension name="elevation" units="m">0</Dimension>"#)]);
    let run = draw("default.png", &single, &json!({ "layers": "a" }), &json!({})).ended(0);
    assert_eq!(layer(&run, 0)["dimensions"], Value::Null);
}

#[test]
fn a_film_runs_down_the_water_column() {
    let server = ocean();
    let film = |values: Value, code: i32| {
        let rest = json!({ "animate": { "dimension": "elevation", "values": values }, "output": { "fps": 2 } });
        draw("column.gif", &server, &json!({ "layers": "ocean" }), &rest).ended(code)
    };
    let used = |run: &Run| -> Vec<Value> {
        let frames = run.manifest["frames"].as_array().unwrap();
        frames
            .iter()
            .map(|frame| frame["layers"][0]["dimensions"].as_array().unwrap().last().unwrap()["used"].clone())
            .collect()
    };
    let run = film(json!([0, -10, -20]), 0);
    assert_eq!(used(&run), ["-0.0", "-10.0", "-20.0"]);
    assert_eq!(server.asked("ELEVATION"), ["-0.0", "-10.0", "-20.0"]);
    assert_eq!(run.manifest["frames"][1]["value"], "-10");

    let run = film(json!("all"), 0);
    assert_eq!(used(&run), ["-0.0", "-10.0", "-20.0"]);

    let run = film(json!([0, -15]), 3);
    assert_eq!(run.manifest["frames"][1]["layers"][0]["outcome"], "marked");
    assert_eq!(run.manifest["warnings"].as_array().unwrap().len(), 1);

    // A layer without the dimension is the same in every frame. If no layer has it, there is no film.
    let run = draw(
        "column.gif",
        &wms(&[("flat", "")]),
        &json!({ "layers": "flat" }),
        &json!({ "animate": { "dimension": "elevation", "values": "all" } }),
    );
    assert!(run.ended(1).said.contains("no layer has this dimension"));
}

#[test]
fn values_are_marked_where_the_server_does_not_say_what_it_has() {
    let server = Server::new(String::new());
    let layer_of = json!({ "layers": "a", "dimensions": { "elevation": -10 } });
    let run = draw("unknown.png", &server, &layer_of, &json!({})).ended(3);
    assert!(run.manifest["warnings"].as_array().unwrap().iter().any(|w| w["code"] == "dimension_unconfirmed"));
    assert_eq!(server.asked("ELEVATION"), ["-10"]);
    let rest = json!({ "animate": { "dimension": "elevation", "values": [0, -10] } });
    draw("unknown.gif", &server, &json!({ "layers": "a" }), &rest).ended(3);
    assert_eq!(server.asked("ELEVATION"), ["-10", "0"]);
}

#[test]
fn a_wmts_is_asked_for_dimensions_as_carefully() {
    let half = 20_037_508.342_789_244;
    let server = Server::new(format!(
        r#"<Capabilities xmlns:ows="http://www.opengis.net/ows/1.1" version="1.0.0"><Contents>
        <Layer><ows:Title>Sea</ows:Title><ows:Identifier>sea</ows:Identifier><Style isDefault="true"><ows:Identifier>default</ows:Identifier></Style>
        <Format>image/png</Format><TileMatrixSetLink><TileMatrixSet>g</TileMatrixSet></TileMatrixSetLink>
        <Dimension><ows:Identifier>elevation</ows:Identifier><UOM>m</UOM><Default>0</Default><Value>0</Value><Value>10</Value></Dimension></Layer>
        <TileMatrixSet><ows:Identifier>g</ows:Identifier><ows:SupportedCRS>EPSG:3857</ows:SupportedCRS><TileMatrix><ows:Identifier>0</ows:Identifier>
        <ScaleDenominator>559082264.0287178</ScaleDenominator><TopLeftCorner>-{half} {half}</TopLeftCorner><TileWidth>256</TileWidth>
        <TileHeight>256</TileHeight><MatrixWidth>1</MatrixWidth><MatrixHeight>1</MatrixHeight></TileMatrix></TileMatrixSet></Contents></Capabilities>"#
    ));
    let wmts = |further: Value| {
        let mut layer = json!({ "type": "wmts", "url": format!("{}/wmts", server.url), "layer": "sea" });
        layer.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        let request = json!({ "map": { "bbox": [-10, 40, 10, 55], "width": 200 }, "layers": [layer] });
        render("wmts-dimension.png", &request.to_string())
    };
    for further in [json!({ "dimensions": { "elevation": 10 } }), json!({ "params": { "elevation": "10" } })] {
        let run = wmts(further).ended(0);
        assert_eq!(
            layer(&run, 0)["dimensions"][0],
            json!({ "name": "elevation", "asked": "10", "used": "10", "units": "m" })
        );
        assert_eq!(server.asked("elevation"), ["10"]);
    }
    let run = wmts(json!({ "params": { "elevation": "777" } })).ended(3);
    assert_eq!(layer(&run, 0)["reason"], "no data for elevation 777 m; the server offers 0, 10");
    assert_eq!(layer(&run, 0)["title"], "Sea", "the server's title");
    wmts(json!({})).ended(0);
    assert_eq!(server.asked("elevation"), ["0"]);
}
