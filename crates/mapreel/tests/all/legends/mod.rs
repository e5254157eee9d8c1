//! Legends of every kind: classes by hand, boxes with labels that are cut apart, whole pictures, colour bars, and the legends of every
//! kind of server. No legend is cut or too small to be read, and every colour is the given one, in a PNG and in a GIF.
//!
//! For comparison by eye, each legend is saved beside its server's own picture in `target/tmp/legends-beside`.

mod dialects;

use super::scripts::{NOTO, SCRIPTS, has_noto};
use super::support::boxes::{Boxes, box_of};
use super::support::{folder, picture, render, render_with_fonts};
use mapreel_testkit::pictures::{Picture, rgba};
use mapreel_testkit::upstreams::{capabilities, parameter, serve_all, size};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// A legend under test, and the colours that it must show.
struct LegendCase {
    name: String,
    layer: Value,
    colours: Vec<[u8; 3]>,
    /// Whether the map has these colours, too.
    is_on_map: bool,
    /// The legend as its server draws it.
    own: Option<Vec<u8>>,
}

impl LegendCase {
    /// A legend on a map that does not have its colours.
    fn alone(name: String, legend: Value, colours: Vec<[u8; 3]>, own: Option<Vec<u8>>) -> Self {
        Self { name, layer: point(legend), colours, is_on_map: false, own }
    }
}

/// Distinct colours, one for each class.
fn colour(i: usize) -> [u8; 3] {
    [(i * 37 % 200) as u8 + 20, (i * 91 % 180) as u8 + 30, (i * 53 % 220) as u8 + 10]
}

fn code([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn point(legend: Value) -> Value {
    json!({ "type": "geojson", "title": "Layer", "data": { "type": "Point", "coordinates": [10, 50] }, "legend": legend })
}

/// The label of class `i`.
type LabelOf = fn(usize) -> String;

/// Classes by hand: from one to the most that are allowed, with labels of many lengths and in three scripts.
fn by_hand() -> Vec<LegendCase> {
    const LABELS: [(&str, LabelOf); 4] = [
        ("numbers", |i| format!("{} – {}", i * 5, i * 5 + 5)),
        ("words", |i| format!("Ausgeprägte Niederschlagsgebiete mit Gewittern, Klasse {i}")),
        ("greek", |i| format!("Θερμοκρασία {i} °C")),
        ("cyrillic", |i| format!("Скорость ветра ≥ {i} м/с")),
    ];
    let mut all = Vec::new();
    for count in [1, 2, 3, 5, 8, 12, 20, 40, 64] {
        for (kind, label) in LABELS {
            // Sixty-four long labels fit on no page.
            if kind == "words" && count > 20 {
                continue;
            }
            let classes: Vec<Value> =
                (0..count).map(|i| json!({ "colour": code(colour(i)), "label": label(i) })).collect();
            let legend = json!({ "title": "A legend", "unit": "°C", "classes": classes });
            let name = format!("{count} {kind}");
            all.push(LegendCase::alone(name, legend, (0..count).map(colour).collect(), None));
        }
    }
    all
}

/// A server of legend pictures, and of an ncWMS.
fn server() -> String {
    serve_all(|path| {
        let said = |text: &str| ("200 OK", "", text.as_bytes().to_vec());
        let number = |name: &str| parameter(path, name).and_then(|text| text.parse().ok()).unwrap_or(0u32);
        let picture = match () {
            () if path.starts_with("/boxes") => boxes(number("count"), number("alpha") as u8),
            () if path.starts_with("/picture") => picture_of(number("w"), number("h")),
            () if path.contains("GetCapabilities") => {
                let text = capabilities("sst", "2020-01-01");
                return said(&text.replace("<Layer><Name>", "<Layer><Style><Name>boxfill/x</Name></Style><Name>"));
            }
            () => {
                let [width, height] = size(path).unwrap_or([20, 256]);
                rgba(width, height, |_, y| [(y * 255 / height) as u8, 90, 160, 255])
            }
        };
        ("200 OK", "", picture)
    })
}

/// Boxes with labels as servers draw them, on white or on transparent ground.
fn boxes(count: u32, alpha: u8) -> Vec<u8> {
    rgba(120, count * 15 + 3, |x, y| {
        let (row, line) = (y.saturating_sub(3) / 15, y.saturating_sub(3) % 15);
        let [r, g, b] = colour(row as usize);
        match x {
            4..22 if y >= 3 && row < count && line < 11 => [r, g, b, 255],
            30..50 if y >= 3 && row < count && (2..9).contains(&line) && x % 5 < 3 => [0, 0, 0, 255],
            _ => [255, 255, 255, alpha],
        }
    })
}

/// A picture that is not a column of boxes: stripes in a frame.
fn picture_of(width: u32, height: u32) -> Vec<u8> {
    rgba(width, height, |x, y| {
        let edge = x == 0 || y == 0 || x + 1 == width || y + 1 == height;
        let [r, g, b] = if edge { [0; 3] } else { colour((y * 4 / height) as usize) };
        [r, g, b, 255]
    })
}

fn pictures(url: &str) -> Vec<LegendCase> {
    let of_boxes = [(3, 255), (6, 255), (17, 0), (40, 0)].map(|(count, alpha)| {
        let (name, legend) =
            (format!("{count} boxes, alpha {alpha}"), format!("{url}/boxes?count={count}&alpha={alpha}"));
        let colours = (0..count as usize).map(colour).collect();
        LegendCase::alone(name, legend.into(), colours, Some(boxes(count, alpha)))
    });
    let whole = [(40, 160), (300, 40), (24, 24), (90, 700)].map(|(w, h)| {
        let (name, legend) = (format!("a picture of {w} × {h}"), format!("{url}/picture?w={w}&h={h}"));
        // A scaled-down picture has blended colours.
        let colours = if h < 500 { (0..4).map(colour).collect() } else { Vec::new() };
        LegendCase::alone(name, legend.into(), colours, Some(picture_of(w, h)))
    });
    of_boxes.into_iter().chain(whole).collect()
}

/// Classes with labels in every script for which fonts are installed.
fn scripts() -> Vec<LegendCase> {
    let classes = |text: &str| -> Vec<Value> {
        (0..3).map(|i| json!({ "colour": code(colour(i)), "label": format!("{text} {i}") })).collect()
    };
    let tried = |(script, text): &(&str, &str)| {
        let legend = json!({ "title": text, "unit": "m/s", "classes": classes(text) });
        LegendCase::alone((*script).to_owned(), legend, (0..3).map(colour).collect(), None)
    };
    SCRIPTS.iter().map(tried).collect()
}

/// Saves the legend beside its server's own picture.
fn leave_beside(name: &str, own: Option<&[u8]>, ours: &Picture) {
    let folder = folder("legends-beside");
    let own = own.map(|own| {
        let file = folder.join("own.png");
        std::fs::write(&file, own).unwrap();
        picture::read(&file)
    });
    let width = own.as_ref().map_or(0, |own| own.width + 24);
    let height = own.as_ref().map_or(0, |own| own.height).max(ours.height);
    let at = |picture: &Picture, x: u32, y: u32| if y < picture.height { picture.at(x, y) } else { [255; 3] };
    let mut rgb = Vec::new();
    for y in 0..height {
        (0..width).for_each(|x| match &own {
            Some(own) if x < own.width => rgb.extend(at(own, x, y)),
            _ => rgb.extend([255; 3]),
        });
        (0..ours.width).for_each(|x| rgb.extend(at(ours, x, y)));
    }
    let sheet = Picture { width: width + ours.width, height, rgb };
    std::fs::write(folder.join(format!("{name}.png")), sheet.to_png()).unwrap();
}

/// The drawn legend with its title, and the map.
fn drawn(tried: &LegendCase, format: &str, output: &Value) -> [Picture; 2] {
    let request = json!({
        "map": { "bbox": [-20, 30, 40, 65] }, "layers": [{ "type": "natural-earth" }, tried.layer],
        "header": { "title": tried.name }, "output": output,
    });
    let (name, request) = (format!("tried-legend.{format}"), request.to_string());
    let run = if has_noto() { render_with_fonts(&name, &request, Path::new(NOTO)) } else { render(&name, &request) };
    assert_eq!(run.code, 0, "{} as {format}: {}", tried.name, run.said);
    let boxes = Boxes::of(&run);
    boxes.assert_apart(&tried.name);
    let legend = &run.manifest["layout"]["legends"][0];
    let text_px = legend["text_px"].as_f64().unwrap();
    assert!(text_px >= 9.0, "{}: text of {text_px} pixels", tried.name);
    let page = if format == "gif" { run.film().frames.remove(0) } else { run.picture() };
    let place = box_of(&legend["box"]).unwrap();
    if format == "png" {
        boxes.assert_inked_within(&page, &tried.name);
        let [x, y, width, height] = place;
        let [_, top, title_width, _] = box_of(&legend["title_box"]).unwrap();
        let whole = page.crop([x, top, width.max(title_width), y + height - top]);
        leave_beside(&tried.name, tried.own.as_deref(), &whole);
    }
    [page.crop(place), page.crop(boxes.map)]
}

#[test]
fn every_legend_is_whole_and_of_the_colours_of_the_map() {
    let url = server();
    let mut all: Vec<LegendCase> = by_hand().into_iter().chain(pictures(&url)).chain(dialects::all()).collect();
    assert!(all.len() >= 40, "{} legends", all.len());
    if has_noto() {
        all.extend(scripts());
    }
    let outputs =
        [[810, 810], [960, 540], [720, 1120]].map(|[width, height]| json!({ "width": width, "height": height }));
    for (i, tried) in all.iter().enumerate() {
        let output = &outputs[i % outputs.len()];
        for format in ["png", "gif"] {
            let [legend, map] = drawn(tried, format, output);
            for colour in &tried.colours {
                let seen = legend.count(|pixel| pixel == *colour);
                assert!(seen >= 20, "{} as {format}: {colour:?} is on {seen} pixels", tried.name);
                let on_map = map.count(|pixel| pixel == *colour);
                assert!(!tried.is_on_map || on_map > 100, "{} as {format}: {colour:?} is not on the map", tried.name);
            }
        }
    }
}

const GEOSERVER_LEGEND: &str = r##"{ "Legend": [{ "layerName": "sst", "title": "SST", "rules": [{ "symbolizers": [{ "Raster": {
    "colormap": { "type": "intervals", "entries": [
      { "label": "0 - 10", "quantity": 10, "color": "#3344AA" }, { "label": ">= 10", "quantity": "40", "color": "#CC5522" }
    ] } } }] }] }] }"##;

const GEOSERVER_RAMP: &str = r##"{ "Legend": [{ "rules": [{ "symbolizers": [{ "Raster": { "colormap": { "type": "ramp", "entries": [
    { "quantity": "0", "color": "#0000FF" }, { "quantity": "50", "color": "#FF0000" } ] } } }] }] }] }"##;

/// A server that offers legends as JSON, or claims to.
fn telling(legend: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = asked.clone();
    let url = serve_all(move |path| {
        let said = |text: &str| ("200 OK", "", text.as_bytes().to_vec());
        if path.contains("GetCapabilities") {
            let operation = "<Capability><Request><GetLegendGraphic><Format>image/png</Format><Format>application/json</Format>\
                             </GetLegendGraphic></Request>";
            return said(&capabilities("sst", "2020-01-01").replace("<Capability>", operation));
        }
        if path.contains("GetLegendGraphic") {
            log.lock().unwrap().push(parameter(path, "FORMAT").unwrap_or_default().to_owned());
            let is_json = parameter(path, "FORMAT").is_some_and(|format| format.contains("json"));
            return if is_json { said(legend) } else { ("200 OK", "", boxes(3, 255)) };
        }
        let [width, height] = size(path).unwrap();
        ("200 OK", "", Picture::of(width, height, [0x33, 0x44, 0xaa]).to_png())
    });
    (url, asked)
}

#[test]
fn classes_that_a_server_tells_are_set_in_our_own_type() {
    for (legend, formats, colours) in [
        (GEOSERVER_LEGEND, 1, vec![[0x33, 0x44, 0xaa], [0xcc, 0x55, 0x22]]),
        (GEOSERVER_RAMP, 1, vec![]),
        ("<ServiceExceptionReport/>", 2, (0..3).map(colour).collect()),
        (r#"{ "Legend": [] }"#, 2, (0..3).map(colour).collect()),
    ] {
        let (url, asked) = telling(legend);
        let request = json!({
            "map": { "bbox": [-20, 30, 40, 65] }, "times": "2020-01-01",
            "layers": [{ "type": "wms", "url": url, "layers": "sst", "title": "SST", "legend": "auto" }],
            "output": { "preset": "landscape" },
        });
        let run = render("told-legend.png", &request.to_string()).ended(0);
        assert_eq!(asked.lock().unwrap().len(), formats, "{legend}: {:?}", asked.lock().unwrap());
        let picture = run.picture().crop(box_of(&run.manifest["layout"]["legends"][0]["box"]).unwrap());
        if legend == GEOSERVER_RAMP {
            let passing = picture.count(|[r, g, b]| g == 0 && r > 20 && b > 20 && r.abs_diff(255 - b) < 8);
            assert!(passing > 200, "no colours pass into one another: {passing}");
        }
        for colour in colours {
            assert!(picture.count(|pixel| pixel == colour) >= 20, "{legend}: {colour:?} is not in the legend");
        }
    }
}

/// The numbers beside a bar do not touch each other, on vertical and horizontal bars, over any range.
#[test]
fn a_bar_of_colours_has_numbers_at_its_side_or_below() {
    let url = server();
    for (range, log) in
        [("5,30", false), ("-2,34", false), ("0,0.00001", false), ("0.01,100", true), ("1,1000000", true)]
    {
        for place in ["right", "bottom"] {
            let mut params = json!({ "COLORSCALERANGE": range });
            if log {
                params["LOGSCALE"] = "true".into();
            }
            let request = json!({
                "map": { "bbox": [-20, 30, 40, 65] }, "times": "2020-01-01",
                "layers": [{ "type": "wms", "url": format!("{url}/ncwms"), "layers": "sst", "title": "SST", "legend": "auto",
                             "params": params }],
                "design": { "legend": place }, "output": { "preset": "landscape" },
            });
            let run = render("tried-bar.png", &request.to_string()).ended(0);
            let (boxes, page) = (Boxes::of(&run), run.picture());
            boxes.assert_apart(range);
            boxes.assert_inked_within(&page, range);
            let [_, _, width, height] = box_of(&run.manifest["layout"]["legends"][0]["box"]).unwrap();
            assert_eq!(width > height, place == "bottom", "{range} {place}: {width} × {height}");
        }
    }
}
