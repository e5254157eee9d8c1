//! Requests for tiles: times, levels, templates and formats.

use super::super::support::render;
use super::{EUROPE, FORMAT, OK, blue, link, one_layer, tile_server, web, wmts};
use mapreel_testkit::upstreams::{capabilities_of, serve_all};

#[test]
fn a_time_is_asked_for_where_there_is_a_place_for_it_and_marked_where_there_is_none() {
    let layer = |templates: &str| {
        let time = "<Dimension><ows:Identifier>Time</ows:Identifier><Default>2020-01-03</Default><Value>2020-01-01</Value><Value>2020-01-02</Value><Value>2020-01-03</Value></Dimension>";
        format!("{FORMAT}{time}{}{templates}", link("web"))
    };
    let template = |path: &str| {
        format!(
            r#"<ResourceURL format="image/png" resourceType="tile" template="/{path}/{{TileMatrix}}/{{TileRow}}/{{TileCol}}.png"/>"#
        )
    };
    let kvp = r#"<ows:OperationsMetadata><ows:Operation name="GetTile"><ows:DCP><ows:HTTP><ows:Get href="/kvp?"/></ows:HTTP></ows:DCP></ows:Operation></ows:OperationsMetadata><Contents>"#;
    let request = |url: &str| {
        format!(
            r#"{{ "map": {{ {EUROPE} }}, "times": ["2020-01-01", "2020-01-02"], "layers": [{{ "type": "wmts", "url": "{url}/caps.xml", "layer": "a" }}] }}"#
        )
    };
    let document = wmts(&layer(&(template("still") + &template("at/{time}"))), &web(6));
    let (url, asked) = tile_server(document, |_| (OK, "", blue()));
    render("template-time.gif", &request(&url)).ended(0);
    assert!(asked.lock().unwrap().iter().all(|path| path.starts_with("/at/2020-01-0")), "{asked:?}");

    let document = wmts(&layer(&template("still")), &web(6)).replace("<Contents>", kvp);
    let (url, asked) = tile_server(document, |_| (OK, "", blue()));
    render("template-time.gif", &request(&url)).ended(0);
    assert!(asked.lock().unwrap().iter().all(|path| path.contains("kvp") && path.contains("=2020-01-0")), "{asked:?}");

    let (url, asked) = tile_server(wmts(&layer(&template("still")), &web(6)), |_| (OK, "", blue()));
    let run = render("template-time.gif", &request(&url)).ended(3);
    for frame in 0..2 {
        let layer = &run.manifest["frames"][frame]["layers"][0];
        assert!(layer["reason"].as_str().unwrap().contains("the server cannot be asked for a time"), "{layer}");
        assert!(layer["time_used"].is_null() && layer["outcome"] == "marked", "{layer}");
    }
    assert!(asked.lock().unwrap().is_empty());
}

#[test]
fn levels_that_the_limits_do_not_list_are_not_asked_for() {
    let limit = |level: u32| {
        let last = (1u32 << level) - 1;
        format!(
            "<TileMatrixLimits><TileMatrix>{level}</TileMatrix><MinTileRow>0</MinTileRow><MaxTileRow>{last}</MaxTileRow><MinTileCol>0</MinTileCol><MaxTileCol>{last}</MaxTileCol></TileMatrixLimits>"
        )
    };
    let listed = |levels: &[u32]| -> String {
        let limits: String = levels.iter().map(|level| limit(*level)).collect();
        let link = format!(
            "<TileMatrixSetLink><TileMatrixSet>web</TileMatrixSet><TileMatrixSetLimits>{limits}</TileMatrixSetLimits></TileMatrixSetLink>"
        );
        wmts(&format!("{FORMAT}{link}"), &web(12))
    };
    for (levels, expected) in [(&[0, 1, 2, 3][..], 3), (&[2, 4, 5, 6], 4), (&[0, 3, 12], 3), (&[8, 9], 8)] {
        let (url, asked) = tile_server(listed(levels), |_| (OK, "", blue()));
        // Level 4 suits the map.
        render("levels.png", &one_layer(EUROPE, &format!(r#""type": "wmts", "url": "{url}", "layer": "a""#))).ended(0);
        let asked = asked.lock().unwrap();
        let right = asked.iter().all(|path| path.contains(&format!("TILEMATRIX={expected}&")));
        assert!(right && !asked.is_empty(), "{levels:?}: {asked:?}");
    }
}

#[test]
fn values_in_a_template_are_percent_encoded() {
    let style = r#"<Style isDefault="true"><ows:Identifier>a b?c#d/é%</ows:Identifier></Style>"#;
    let template = r#"<ResourceURL format="image/png" resourceType="tile" template="/t/{Style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.png?at={Layer}"/>"#;
    let (url, asked) = tile_server(wmts(&format!("{style}{FORMAT}{}{template}", link("web")), &web(4)), |path| {
        if path.starts_with("/t/a%20b%3Fc%23d%2F%C3%A9%25/web/4/") && path.ends_with(".png?at=a") {
            return (OK, "", blue());
        }
        ("404 Not Found", "", Vec::new())
    });
    render("escaped.png", &one_layer(EUROPE, &format!(r#""type": "wmts", "url": "{url}/caps.xml", "layer": "a""#)))
        .ended(0);
    assert!(!asked.lock().unwrap().is_empty());
}

#[test]
fn pictures_are_what_their_bytes_are_whatever_their_format_is_called() {
    for (formats, asked_for) in [
        (&["image/vnd.jpeg-png"][..], "image/vnd.jpeg-png"),
        (&["image/png8"], "image/png8"),
        (&["image/png; mode=8bit"], "image/png%3B%20mode%3D8bit"),
        (&["application/x-protobuf;type=mapbox-vector", "image/svg+xml", "image/png8"], "image/png8"),
        (&["image/tiff", "image/x-new"], "image/x-new"),
    ] {
        let formats: String = formats.iter().map(|format| format!("<Format>{format}</Format>")).collect();
        let (url, asked) = tile_server(wmts(&format!("{formats}{}", link("web")), &web(4)), |_| {
            (OK, "Content-Type: application/octet-stream\r\n", blue())
        });
        let layer = format!(r#""type": "wmts", "url": "{url}", "layer": "a""#);
        render("tiles-formats.png", &one_layer(EUROPE, &layer)).ended(0);
        let asked = asked.lock().unwrap();
        assert!(asked.iter().all(|path| path.contains(&format!("FORMAT={asked_for}&"))), "{asked:?}");
    }
    let capabilities = |formats: &str| {
        let get_map = format!("<Request><GetMap>{formats}</GetMap></Request><Layer><Title>");
        capabilities_of("a", "").replacen("<Layer><Title>", &get_map, 1)
    };
    let check = |formats: &str, asked_for: &'static str| {
        let (url, asked) = tile_server(capabilities(formats), |_| (OK, "", Vec::new()));
        render("tiles-formats.png", &one_layer(EUROPE, &format!(r#""type": "wms", "url": "{url}", "layers": "a""#)))
            .ended(3);
        assert!(asked.lock().unwrap()[0].contains(&format!("FORMAT={asked_for}&")), "{formats}: {asked:?}");
    };
    check("<Format>image/jpeg</Format><Format>image/png; mode=8bit</Format>", "image/png%3B%20mode%3D8bit");
    check("<Format>image/tiff</Format><Format>image/vnd.jpeg-png</Format>", "image/vnd.jpeg-png");
    check("<Format>image/png8</Format><Format>image/png</Format>", "image/png");
}

#[test]
fn templates_of_ogc_api_tiles_are_tiles() {
    let (url, asked) = tile_server(String::new(), |_| (OK, "", blue()));
    let json = format!(r#"{{ "tilejson": "3.0.0", "tiles": ["{url}/json/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"] }}"#);
    let json = serve_all(move |_| (OK, "", json.clone().into_bytes()));
    let path = "{TileMatrix}/{TileRow}/{TILECOL}.png";
    for (layer, expected) in [
        (
            format!(r#""type": "xyz", "url": "{url}/c/tiles/{{tileMatrixSetId}}/{path}""#),
            "/c/tiles/WebMercatorQuad/4/5/7.png",
        ),
        (format!(r#""type": "xyz", "url": "{url}/tile/{{level}}/{{row}}/{{col}}""#), "/tile/4/5/7"),
        (format!(r#""type": "tilejson", "url": "{json}/t.json""#), "/json/4/5/7"),
    ] {
        asked.lock().unwrap().clear();
        render("ogc-api.png", &one_layer(EUROPE, &layer)).ended(0);
        assert!(asked.lock().unwrap().iter().any(|path| path == expected), "{asked:?}");
    }
}
