//! Pictures of an exact size: with any content they have that size to the pixel, and nothing is cut or overlaps.

use super::support::boxes::{Box, Boxes};
use super::support::{Run, folder, mapreel, render};
use serde_json::{Value, json};

fn words(count: usize) -> String {
    const WORDS: [&str; 8] =
        ["Sea", "surface", "temperature", "anomaly", "of", "the", "Mittelmeerraum", "Windgeschwindigkeit"];
    let words = (0..count).map(|_| WORDS[fastrand::usize(..WORDS.len())]).collect::<Vec<_>>().join(" ");
    // The longest title that a request may have.
    words.chars().take(300).collect()
}

/// A layer of one point, with a legend by hand.
fn layer(classes: usize) -> Value {
    let class =
        |i: usize| json!({ "colour": format!("#{:02x}80{:02x}", i * 12, 255 - i * 12), "label": words(1 + i % 4) });
    let mut layer = json!({
        "type": "geojson", "title": words(1 + fastrand::usize(..6)),
        "data": { "type": "Point", "coordinates": [5, 47] }, "attribution": words(fastrand::usize(..6)),
    });
    if classes > 0 {
        layer["legend"] = json!({ "classes": (0..classes).map(class).collect::<Vec<_>>(), "unit": "m/s" });
    }
    layer
}

/// A side between 320 and 7 680 pixels, small ones as often as large ones.
fn side() -> u32 {
    (320.0 * 24f64.powf(fastrand::f64())).round() as u32
}

#[test]
fn sixty_pictures_of_any_size_and_content_are_exact_and_nothing_overlaps() {
    fastrand::seed(18);
    const FORMATS: [&str; 5] = ["png", "jpeg", "webp", "mp4", "gif"];
    const PLACES: [&str; 5] = ["auto", "right", "bottom", "inside-top-left", "inside-bottom-right"];
    for i in 0..60 {
        let (format, mut size) = (FORMATS[i % 5], [side(), side()]);
        // Only PNG is tried at the largest sizes: the other encoders are slow in a test build.
        let px_max = if format == "png" { 34e6 } else { 3e6 };
        let side_max = if format == "mp4" { 3840 } else { 7680 };
        while f64::from(size[0]) * f64::from(size[1]) > px_max || size[0].max(size[1]) > side_max {
            size = [side(), side()];
        }
        let legends = fastrand::usize(..=6);
        let layers: Vec<Value> =
            (0..legends.max(1)).map(|_| layer(if legends > 0 { fastrand::usize(1..=20) } else { 0 })).collect();
        let request = json!({
            "map": { "bbox": [-20, 30, 30, 60], "fit": if fastrand::bool() { "contain" } else { "cover" } },
            "layers": layers,
            "header": { "title": words(fastrand::usize(..40)), "subtitle": words(fastrand::usize(..12)) },
            "design": { "legend": PLACES[fastrand::usize(..5)] },
            "output": { "width": size[0], "height": size[1] },
        });
        let what = format!("{i}: {format} {} × {}", size[0], size[1]);
        let run = render(&format!("canvas-{i}.{format}"), &request.to_string());
        assert!(run.code == 0 || run.code == 3, "{what}: {}", run.said);
        let even = |side: u32| if format == "mp4" { side.next_multiple_of(2) } else { side };
        let (boxes, expected) = (Boxes::of(&run), size.map(even));
        assert_eq!(boxes.size, expected, "{what}");
        boxes.assert_apart(&what);
        // Mapreel reads no pictures this large, so another program reads them.
        let is_read = f64::from(expected[0]) * f64::from(expected[1]) < 25e6;
        if matches!(format, "png" | "webp") && is_read {
            let page = run.picture();
            assert_eq!([page.width, page.height], expected, "{what}");
            boxes.assert_inked_within(&page, &what);
        } else {
            assert_eq!(probed(&run), expected, "{what}");
        }
        let mine = ["legend_left_out", "canvas_rounded", "beyond_the_world"];
        let warnings = run.manifest["warnings"].as_array().unwrap().iter();
        let others: Vec<&Value> = warnings.filter(|w| !mine.contains(&w["code"].as_str().unwrap())).collect();
        assert!(others.is_empty(), "{what}: {others:?}");
    }
}

/// Width and height, as another program reads them.
fn probed(run: &Run) -> [u32; 2] {
    let arguments = ["-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height", "-of", "csv=p=0"];
    let output = std::process::Command::new("ffprobe").args(arguments).arg(&run.file).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let sides: Vec<u32> = said.trim().split(',').map(|side| side.parse().unwrap()).collect();
    [sides[0], sides[1]]
}

fn plain(map: &str, output: &str) -> String {
    format!(
        r#"{{ "map": {{ "bbox": [-80, -10, -10, 50], "crs": "EPSG:4326" {map} }}, "layers": [{{ "type": "natural-earth" }}],
             "header": {{ "title": "The Atlantic" }}, "output": {{ {output} }} }}"#
    )
}

#[test]
fn a_preset_is_a_size_and_a_story_keeps_its_margins_free() {
    for (preset, size) in [("square", [1080, 1080]), ("story", [1080, 1920]), ("thumbnail", [480, 270])] {
        let run = render(&format!("{preset}.png"), &plain("", &format!(r#""preset": "{preset}""#))).ended(0);
        let page = run.picture();
        assert_eq!([page.width, page.height], size);
        if preset == "story" {
            let is_free = |at: Box| page.crop(at).count(|pixel| pixel != [255; 3]) == 0;
            assert!(is_free([0, 0, 1080, 250]) && is_free([0, 1670, 1080, 250]), "something stands in the margins");
        }
    }
}

#[test]
fn a_box_is_contained_or_fills_the_map() {
    let shown = |fit: &str| -> Vec<f64> {
        let request = plain(&format!(r#", "fit": "{fit}""#), r#""width": 800, "height": 450"#);
        let run = render(&format!("fit-{fit}.png"), &request).ended(0);
        let [_, _, width, height] = run.map_box();
        let [min_x, min_y, max_x, max_y]: [f64; 4] =
            serde_json::from_value(run.manifest["map"]["bbox"].clone()).unwrap();
        let square = (max_x - min_x) / f64::from(width) / ((max_y - min_y) / f64::from(height));
        assert!((square - 1.0).abs() < 0.01, "pixels are not square: {square}");
        vec![min_x, min_y, max_x, max_y]
    };
    let [west, south, east, north] = shown("contain")[..] else { panic!() };
    assert!(west < -90.0 && east > 0.0 && (south, north) == (-10.0, 50.0), "{west} {south} {east} {north}");
    let [west, south, east, north] = shown("cover")[..] else { panic!() };
    assert!((west, east) == (-80.0, -10.0) && south > 0.0 && north < 40.0, "{west} {south} {east} {north}");
}

#[test]
fn an_odd_side_of_an_mp4_is_rounded_and_said() {
    let run = render("odd.mp4", &plain("", r#""format": "mp4", "width": 641, "height": 361"#)).ended(3);
    assert_eq!(probed(&run), [642, 362]);
    let warnings = run.manifest["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0]["code"], "canvas_rounded");
    assert_eq!(render("odd.png", &plain("", r#""width": 641, "height": 361"#)).ended(0).picture().width, 641);
}

/// The output of `mapreel check` for a request that it refuses.
fn refused(name: &str, request: &str) -> String {
    let file = folder(name).join("request.json");
    std::fs::write(&file, request).unwrap();
    let output = mapreel(&["check", file.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap() + &String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    said
}

#[test]
fn sizes_that_contradict_one_another_or_a_format_are_refused_by_name() {
    let check = |map: &str, output: &str, expected: &[&str]| {
        let said = refused("canvas-refused", &plain(map, output));
        expected.iter().for_each(|text| assert!(said.contains(text), "no `{text}`: {said}"));
    };
    check("", r#""format": "mp4", "width": 7680, "height": 4320"#, &["/output/width", "mp4 has at most 3840 × 2160"]);
    check(r#", "width": 300"#, r#""preset": "hd""#, &["/map/width", "leave it out"]);
    check("", r#""preset": "hd", "width": 300, "height": 300"#, &["/output/preset"]);
    check("", r#""width": 300"#, &["/output", "give both"]);
    check(r#", "width": 300"#, r#""scale": 2"#, &["/output/scale", "preset"]);
    check("", r#""preset": "billboard""#, &["/output/preset", "full-hd"]);
    check("", "", &["/map", "preset"]);
}

#[test]
fn a_picture_too_small_for_its_texts_is_refused() {
    for (width, height) in [(16, 16), (60, 40), (100, 60)] {
        let run = render("tiny.png", &plain("", &format!(r#""width": {width}, "height": {height}"#))).ended(2);
        assert!(run.said.contains("/output: ") && run.said.contains("too few for a map"), "{}", run.said);
    }
    let run = render("small.png", &plain("", r#""width": 120, "height": 90"#)).ended(0);
    Boxes::of(&run).assert_apart("120 × 90");
}

#[test]
fn a_legend_on_the_map_lies_over_every_frame() {
    let request = r##"{ "map": { "bbox": [0, 40, 20, 52], "fit": "cover" }, "times": "2020-01-01/2020-01-03/P1D",
        "layers": [{ "type": "geojson", "title": "Track", "style": { "stroke": "#000000", "stroke-width": 40 },
            "legend": { "classes": [{ "colour": "#123456", "label": "A" }, { "colour": "#abcdef", "label": "B" }] },
            "data": { "type": "Feature", "properties": { "times": ["2020-01-01", "2020-01-02", "2020-01-03"] },
                "geometry": { "type": "LineString", "coordinates": [[0, 40], [10, 46], [20, 52]] } } }],
        "design": { "legend": "inside-bottom-left" }, "output": { "width": 640, "height": 480, "format": "gif" } }"##;
    let run = render("plate.gif", request).ended(0);
    let boxes = Boxes::of(&run);
    boxes.assert_apart("plate");
    let plate = boxes.plate.expect("a plate");
    let film = run.film();
    assert_eq!(film.frames.len(), 3);
    let first = film.frames[0].crop(plate);
    assert!(film.frames.iter().all(|frame| frame.crop(plate).difference(&first) < 3), "the track lies on the legend");
    assert!(film.frames[0].difference(&film.frames[2]) > 100, "the track grows");
    for colour in [[0x12, 0x34, 0x56], [0xab, 0xcd, 0xef]] {
        assert!(first.count(|pixel| pixel == colour) > 50, "{colour:?} is not exact");
    }
}
