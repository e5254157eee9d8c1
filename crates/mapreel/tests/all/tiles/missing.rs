//! Missing tiles, and documents of another kind.

use super::super::support::{mapreel, render};
use super::{EUROPE, FORMAT, OK, assert_warned, blue, link, one_layer, tile_server, web, wmts};
use mapreel_testkit::upstreams::{Answer, serve_all};

#[test]
fn tiles_that_are_not_there_are_reported_or_transparent_as_the_request_says() {
    // The server has one tile of the map; these are its answers for the others.
    const OUTSIDE: &str = r#"<ExceptionReport><Exception exceptionCode="TileOutOfRange"/></ExceptionReport>"#;
    let answers: [(&str, Answer, bool); 5] = [
        ("204", ("204 No Content", "", Vec::new()), true),
        ("empty", (OK, "Content-Type: image/png\r\n", Vec::new()), false),
        ("404", ("404 Not Found", "", b"no such tile".to_vec()), false),
        ("410", ("410 Gone", "", Vec::new()), false),
        ("out of range", ("400 Bad Request", "", OUTSIDE.as_bytes().to_vec()), false),
    ];
    for (what, answer, is_absence) in answers {
        let (url, _) = tile_server(wmts(&format!("{FORMAT}{}", link("web")), &web(4)), move |path| {
            if path.contains("/4/7/5") || path.contains("TILEMATRIX=4&TILEROW=5&TILECOL=7") {
                return (OK, "", blue());
            }
            answer.clone()
        });
        for layer in [
            format!(r#""type": "xyz", "url": "{url}/{{z}}/{{x}}/{{y}}.png""#),
            format!(r#""type": "wmts", "url": "{url}", "layer": "a""#),
        ] {
            for (says, code) in [
                ("", if is_absence { 0 } else { 3 }),
                (r#", "missing_tiles": "report""#, if is_absence { 0 } else { 3 }),
                (r#", "missing_tiles": "transparent""#, 0),
            ] {
                let run = render("sparse.png", &one_layer(EUROPE, &format!("{layer}{says}")));
                assert_eq!(run.code, code, "{what}, {layer}{says}: {}", run.said);
            }
        }
    }
}

#[test]
fn a_layer_of_which_no_tile_is_there_is_empty_or_says_why() {
    let render = |status: &'static str, says: &str| {
        let (url, _) = tile_server(String::new(), move |_| (status, "", Vec::new()));
        render(
            "sparse-none.png",
            &one_layer(EUROPE, &format!(r#""type": "xyz", "url": "{url}/{{z}}/{{x}}/{{y}}.png"{says}"#)),
        )
    };
    let run = render("204 No Content", "").ended(3);
    assert_warned(&run, "layer_outside", "nothing of this place");
    assert_warned(&render("404 Not Found", "").ended(3), "layer_unavailable", "404");
    for status in ["204 No Content", "404 Not Found"] {
        let run = render(status, r#", "missing_tiles": "transparent""#).ended(0);
        assert_eq!(run.manifest["frames"][0]["layers"][0]["outcome"], "drawn");
    }
    // A tile that is refused is not a missing tile.
    render("403 Forbidden", r#", "missing_tiles": "transparent""#).ended(3);
}

#[test]
fn a_document_of_another_kind_is_called_what_it_is() {
    const WMS_1_0: &str = r#"<WMT_MS_Capabilities version="1.0.0"><Service><Name>GetMap</Name><Title>old</Title></Service><Capability><Request><Map><Format><PNG/></Format></Map><Capabilities><Format><WMS_XML/></Format></Capabilities></Request><Layer><Title>all</Title><Layer><Name>a</Name><Title>A</Title></Layer></Layer></Capability></WMT_MS_Capabilities>"#;
    let wfs = r#"<wfs:WFS_Capabilities xmlns:wfs="http://www.opengis.net/wfs/2.0" version="2.0.0"/>"#;
    for (document, kind, words) in [
        (WMS_1_0, "wmts", "this is a WMS 1.0.0"),
        (&wmts("", ""), "wms", "this is a WMTS 1.0.0"),
        (wfs, "wmts", "this is a WFS 2.0.0"),
        (wfs, "wms", "this is a WFS 2.0.0"),
        (r#"<Capabilities xmlns="http://www.opengis.net/wcs/1.1" version="1.1.0"/>"#, "wmts", "this is a WCS 1.1.0"),
        (r#"<TileMapService version="1.0.0"/>"#, "wmts", "this is a TMS 1.0.0"),
        ("<rss version='2.0'/>", "wms", "a document `rss`"),
    ] {
        let document = document.to_owned();
        let url = serve_all(move |_| (OK, "", document.clone().into_bytes()));
        let named = if kind == "wms" { "layers" } else { "layer" };
        let layer = format!(r#""type": "{kind}", "url": "{url}", "{named}": "a""#);
        let request = format!(r#"{{ "map": {{ {EUROPE} }}, "times": "2020-01-01", "layers": [{{ {layer} }}] }}"#);
        let run = render("tiles-kinds.png", &request);
        assert!(run.said.contains(words) || run.manifest.to_string().contains(words), "{words}: {}", run.said);
    }
    let url = serve_all(|_| (OK, "", WMS_1_0.as_bytes().to_vec()));
    let output = mapreel(&["layers", &url]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.contains("WMS 1.0.0, 1 layer"), "{said}");
}
