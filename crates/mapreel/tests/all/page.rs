//! The page beside the map: text in every script, times in order, legends in the map's colours, notices for readers.

use super::support::{folder, render, render_with_fonts};
use mapreel_testkit::pictures::Picture;
use mapreel_testkit::upstreams::{Answer, capabilities, parameter, serve_all, size};
use std::path::Path;

/// Pixels that are much darker than the page.
fn ink(picture: &Picture) -> usize {
    picture.rgb.chunks_exact(3).filter(|p| p.iter().all(|channel| *channel < 140)).count()
}

fn flat(width: u32, height: u32, rgb: [u8; 3]) -> Vec<u8> {
    Picture::of(width, height, rgb).to_png()
}

const DARK: [u8; 3] = [30, 40, 90];
const DATA: [u8; 3] = [250, 200, 20];

/// A WMS with layer `dark` below layer `data`; its legend is a block of the data's colour with a border.
fn server() -> String {
    serve_all(|path| {
        let layer = parameter(path, "LAYERS").unwrap_or_default();
        let picture = match () {
            () if path.contains("GetCapabilities") => {
                let name = if path.starts_with("/dark") { "dark" } else { "data" };
                return ("200 OK", "", capabilities(name, "2020-01-01,2020-01-04").into_bytes());
            }
            () if path.starts_with("/legend") => {
                let mut legend = Picture::of(60, 80, DATA);
                legend.rgb[..60 * 3].fill(0);
                legend.to_png()
            }
            () => {
                let [width, height] = size(path).unwrap();
                flat(width, height, if layer == "dark" { DARK } else { DATA })
            }
        };
        ("200 OK", "", picture)
    })
}

const MAP: &str = r#""map": { "bbox": [0, 0, 20, 15], "width": 480, "height": 360 }"#;

#[test]
fn no_text_without_a_font_is_left_out_in_silence() {
    let url = server();
    let request = format!(
        r#"{{ {MAP}, "times": "2020-01-01", "header": {{ "title": "समुद्र का तापमान" }},
             "layers": [
               {{ "type": "natural-earth", "attribution": "© 気象庁" }},
               {{ "type": "wms", "url": "{url}", "layers": "data", "title": "درجة الحرارة", "legend": "{url}/legend" }},
               {{ "type": "geojson", "title": "Track", "labels": [{{ "key": "", "value": "{{name}}" }}],
                  "data": {{ "type": "Feature", "geometry": {{ "type": "Point", "coordinates": [5, 5] }},
                             "properties": {{ "name": "อุณหภูมิ" }} }} }}] }}"#
    );
    let run = render_with_fonts("boxes.png", &request, &folder("no-fonts")).ended(3);
    let warnings = run.manifest["warnings"].as_array().unwrap();
    assert!(warnings.iter().all(|warning| warning["code"] == "text_missing_glyphs"), "{warnings:?}");
    let messages: Vec<&str> = warnings.iter().map(|warning| warning["message"].as_str().unwrap()).collect();
    for (script, text) in
        [("Arabic", "“درجة الحرارة”"), ("Devanagari", "“समुद्र का तापमान”"), ("Han", "“© 気象庁”"), ("Thai", "อุณหภูมิ")]
    {
        let start = format!("no font has the {script} characters ");
        let named = messages.iter().any(|message| message.starts_with(&start) && message.contains(text));
        assert!(named, "{script}: {messages:#?}");
    }
    assert!(messages.iter().all(|message| message.contains("MAPREEL_FONTS") && message.contains("fonts-noto-core")));
    // Missing glyphs show as boxes in the title, in the layer's line, above the legend and in the credits.
    let page = run.picture();
    let box_of = |value: &serde_json::Value| -> [u32; 4] { serde_json::from_value(value.clone()).unwrap() };
    let layout = &run.manifest["layout"];
    let [x, y, width, height] = box_of(&layout["header"]);
    assert!(ink(&page.crop([x, y, width, height / 4])) > 200, "no box in the title");
    let [left, top, width, _] = box_of(&layout["legends"][0]["box"]);
    let over_legend = [left, run.map_box()[1], width, top - run.map_box()[1]];
    assert!(ink(&page.crop(over_legend)) > 40, "no box over the legend");
    assert!(ink(&page.crop(box_of(&layout["attribution"]))) > 40, "no box among the credits");
}

#[test]
fn arabic_and_hebrew_titles_stand_over_their_legends() {
    let font = Path::new("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf");
    if !font.exists() {
        assert!(std::env::var_os("MAPREEL_TEST_SERVERS").is_none(), "fonts-dejavu-core is not installed");
        return eprintln!("SKIPPED: fonts-dejavu-core is not installed");
    }
    let url = server();
    for title in ["درجة الحرارة", "טמפרטורה"] {
        let layer = format!(
            r#"{{ "type": "wms", "url": "{url}", "layers": "data", "title": "{title}", "legend": "{url}/legend" }}"#
        );
        let request = format!(r#"{{ {MAP}, "times": "2020-01-01", "layers": [{layer}] }}"#);
        let run = render_with_fonts("right-to-left.png", &request, font).ended(0);
        let [left, top, width, _]: [u32; 4] =
            serde_json::from_value(run.manifest["layout"]["legends"][0]["box"].clone()).unwrap();
        let over_legend = [left, run.map_box()[1], width, top - run.map_box()[1]];
        assert!(ink(&run.picture().crop(over_legend)) > 40, "{title} is not over its legend");
    }
}

#[test]
fn a_legends_colours_are_those_of_the_map_under_any_opacity() {
    let url = server();
    let layer = |layer: &str, further: &str| {
        format!(r#"{{ "type": "wms", "url": "{url}/{layer}", "layers": "{layer}" {further} }}"#)
    };
    for opacity in ["1", "0.85", "0.4"] {
        let below = layer("dark", r#", "time": "none""#);
        let data = layer("data", &format!(r#", "opacity": {opacity}, "title": "Data", "legend": "{url}/legend""#));
        for (format, times) in [("png", r#""2020-01-01""#), ("gif", r#"["2020-01-01", "2020-01-04"]"#)] {
            let request = format!(r#"{{ {MAP}, "times": {times}, "layers": [{below}, {data}] }}"#);
            let run = render(&format!("legend-opacity.{format}"), &request).ended(0);
            let page = match format {
                "png" => run.picture(),
                _ => run.film().frames.swap_remove(0),
            };
            let centre = |[x, y, width, height]: [u32; 4]| page.at(x + width / 2, y + height / 2);
            let legend = centre(serde_json::from_value(run.manifest["layout"]["legends"][0]["box"].clone()).unwrap());
            let map = centre(run.map_box());
            let apart = map.iter().zip(legend).map(|(a, b)| a.abs_diff(b)).max().unwrap();
            assert!(apart <= 1, "opacity {opacity}, {format}: {map:?} on the map, {legend:?} in the legend");
        }
    }
}

/// The map of a picture whose layer's server sends this answer, and the reason in the manifest.
fn notice(name: &str, answer: impl Fn() -> Answer + Send + Sync + 'static) -> (Picture, String) {
    let url = serve_all(move |path| match path.contains("GetCapabilities") {
        true => ("200 OK", "", capabilities("a", "2020-01-01").into_bytes()),
        false => answer(),
    });
    let layer = format!(r#"{{ "type": "wms", "url": "{url}", "layers": "a", "title": "Radar" }}"#);
    let run = render(name, &format!(r#"{{ {MAP}, "times": "2020-01-01", "layers": [{layer}] }}"#)).ended(3);
    let reason = run.manifest["frames"][0]["layers"][0]["reason"].as_str().unwrap().to_owned();
    (run.map(), reason)
}

#[test]
fn readers_of_the_picture_are_not_told_what_servers_say() {
    const XML: &[u8] =
        b"<ServiceExceptionReport><ServiceException>os error 111</ServiceException></ServiceExceptionReport>";
    let (plain, reason) = notice("notice-404.png", || ("404 Not Found", "", b"gone".to_vec()));
    assert!(reason.contains("status 404: gone"), "{reason}");
    let (json, reason) = notice("notice-json.png", || ("200 OK", "", br#"{ "detail": "db.internal:5432" }"#.to_vec()));
    assert!(reason.contains("db.internal"), "{reason}");
    let (xml, reason) = notice("notice-xml.png", || ("200 OK", "", XML.to_vec()));
    assert!(reason.contains("os error 111"), "{reason}");
    assert!(plain == json && plain == xml, "what the server says stands on the picture");
}

#[test]
fn a_single_image_shows_the_time_of_its_data_as_a_film_does() {
    let url = server();
    let layer =
        |further: &str| format!(r#"{{ "type": "wms", "url": "{url}", "layers": "data", "title": "Data" {further} }}"#);
    let draw = |name: &str, times: &str, layers: &str| {
        let header = r#""header": { "title": "Title" }"#;
        render(name, &format!(r#"{{ {MAP}, {times} {header}, "layers": [{layers}] }}"#)).ended(0)
    };
    let latest = draw("latest-time.png", "", &layer(""));
    assert_eq!(latest.manifest["frames"][0]["map_time"], "2020-01-04T00:00:00Z");
    let asked = draw("asked-time.png", r#""times": "2020-01-04","#, &layer(""));
    assert!(latest.picture() == asked.picture(), "the header of the latest time differs");
    // Two layers with different times: the header shows no map time, and each layer's line shows its own.
    let other = layer(r#", "params": { "TIME": "2020-01-01" }"#);
    let two = draw("two-times.png", "", &format!("{}, {other}", layer("")));
    assert_eq!(two.manifest["frames"][0]["map_time"], serde_json::Value::Null);
}
