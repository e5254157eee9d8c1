//! Legends, kinds of pictures, and transparency.

use super::super::mapserver::{assert_field, request, wms_layer};
use super::super::support::{render, wms};
use super::SMALL;
use mapreel_testkit::pictures::{BitDepth, ColorType, Png};
use mapreel_testkit::upstreams::{capabilities, parameter, picture, serve, size, watched};

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
