//! Random time axes: a second opinion (`tools/second_opinion/axes.py`) counts their frames, times and colours.

use super::support::{Run, render};
use jiff::Timestamp;
use mapreel_ogc::wms::reader as wms;
use mapreel_spec::{Document, LayerSource, Limits, Next, Plan, Resolved, View, parse_request};
use mapreel_testkit::pictures::rgba;
use mapreel_testkit::upstreams::{parameter, serve_all, size};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// The axes are always the same, except for those that end now; `MAPREEL_TEST_SEED` makes others.
const SEED: &str = "12";

/// Layers of a request; each has an axis of its own.
const LAYERS: usize = 10;

/// Width and height of the map; each layer has a column of it.
const MAP: [u32; 2] = [200, 240];

/// 500 axes, from a document to the plan.
#[test]
fn plans_of_random_axes_equal_a_second_opinion() {
    let Some(requests) = requests_with_results(500) else { return };
    let mut found = Found::default();
    for request in &requests.all {
        let document = document(request);
        let said = wms::capabilities(document.as_bytes(), requests.now).unwrap();
        let asked = parse_request(text(request, "http://h/").as_bytes(), &Limits::default()).unwrap();
        let answered = |_, _, next: Next| next.after(Ok(Document::Wms(&said)));
        let resolved = Resolved::answered(&asked, requests.now, answered).unwrap();
        let plan = Plan::of_map_alone(&resolved, View::of(&asked), &Limits::default()).unwrap();
        let frames: Vec<Option<String>> =
            plan.frames.iter().map(|frame| Some(frame.time.as_ref()?.rfc3339())).collect();
        found.frames(request, &frames);
        for (layer, planned) in plan.layers.iter().enumerate() {
            let LayerSource::Pictures(mosaics) = &planned.drawing else { panic!("no pictures") };
            for frame in 0..frames.len() {
                let used = planned.caption.times_used.at(frame);
                assert_eq!(used.is_none(), mosaics.at(frame).gap.is_some(), "{used:?}");
                found.used(request, layer, frame, used.as_deref());
            }
        }
        let warnings = plan.warnings.iter().map(|w| (w.layer.as_deref(), &*w.code, w.message.as_str()));
        found.warnings(request, warnings);
    }
    found.judged("plans", 500);
}

/// 150 axes, from a server to the pixels of the picture.
#[test]
fn pictures_of_random_axes_show_the_times_of_a_second_opinion() {
    let Some(requests) = requests_with_results(150) else { return };
    let documents: Vec<String> = requests.all.iter().map(document).collect();
    let url = serve_all(move |path| {
        let number: usize = path[1..].split(['/', '?']).next().and_then(|n| n.parse().ok()).unwrap();
        match path.contains("GetCapabilities") {
            true => ("200 OK", "", documents[number].clone().into_bytes()),
            false => ("200 OK", "", column(path)),
        }
    });
    let mut found = Found::default();
    for (number, request) in requests.all.iter().enumerate() {
        let film = !request["times"].is_null();
        let name = if film { "random-axes.gif" } else { "random-axes.png" };
        let run = render(name, &text(request, &format!("{url}/{number}")));
        assert!(matches!(run.code, 0 | 3), "{}", run.said);
        compare(request, &run, film, &mut found);
    }
    found.judged("pictures", 150);
}

fn compare(request: &Value, run: &Run, is_film: bool, found: &mut Found) {
    let frames = run.manifest["frames"].as_array().unwrap();
    let times: Vec<Option<String>> = frames.iter().map(|f| f["map_time"].as_str().map(str::to_owned)).collect();
    found.frames(request, &times);
    let pictures = if is_film { run.film().frames } else { vec![run.picture()] };
    assert_eq!(pictures.len(), frames.len());
    let [left, top, ..] = run.map_box();
    for (frame, (said, picture)) in frames.iter().zip(&pictures).enumerate() {
        for layer in (0..LAYERS).rev() {
            let used = said["layers"][layer]["time_used"].as_str();
            found.used(request, layer, frame, used);
            let width = MAP[0] / LAYERS as u32;
            let pixel = picture.at(left + layer as u32 * width + width / 2, top + 8);
            let expected = used.map_or([255; 3], colour);
            let off = pixel.iter().zip(expected).map(|(a, b)| a.abs_diff(b)).max().unwrap_or(0);
            assert!(off <= 16, "{used:?}: {pixel:?}, not {expected:?}, in {}", request["layers"][layer]);
            found.pixels += 1;
        }
    }
    let warnings = run.manifest["warnings"].as_array().unwrap().iter();
    found.warnings(
        request,
        warnings.map(|w| (w["layer"].as_str(), w["code"].as_str().unwrap(), w["message"].as_str().unwrap())),
    );
}

/// The results of the requests, beside the expected ones.
#[derive(Default)]
struct Found {
    frames: usize,
    pairs: Vec<(Value, Option<String>)>,
    contexts: Vec<String>,
    entries_ignored: u64,
    defaults_refused: usize,
    pixels: usize,
}

impl Found {
    fn frames(&mut self, request: &Value, found: &[Option<String>]) {
        let instant = |time: Option<&str>| time.map(|time| time.parse::<Timestamp>().unwrap());
        let expected: Vec<_> =
            request["frames"].as_array().unwrap().iter().map(|time| instant(time.as_str())).collect();
        let found: Vec<_> = found.iter().map(|time| instant(time.as_deref())).collect();
        assert_eq!(found, expected, "{request:#}");
        self.frames += found.len();
    }

    fn used(&mut self, request: &Value, layer: usize, frame: usize, used: Option<&str>) {
        let layer = &request["layers"][layer];
        self.pairs.push((layer["used"][frame].clone(), used.map(str::to_owned)));
        self.contexts.push(format!("frame {frame} at {} of {layer}", request["frames"][frame]));
    }

    /// Checks the warnings: each layer with unreadable entries has one with their number, each layer with an unusable
    /// default has one, and no other layer has any.
    fn warnings<'a>(&mut self, request: &Value, found: impl Iterator<Item = (Option<&'a str>, &'a str, &'a str)>) {
        let mut found: Vec<(String, String)> = found
            .filter(|(_, code, _)| matches!(*code, "axis_entry_ignored" | "default_not_offered"))
            .map(|(layer, code, message)| {
                let count = message.trim_start_matches("of the times that the server names, ");
                let count = if code == "axis_entry_ignored" { count.split(' ').next().unwrap() } else { "" };
                (layer.unwrap().to_owned(), format!("{code} {count}"))
            })
            .collect();
        let mut expected = Vec::new();
        for (i, layer) in request["layers"].as_array().unwrap().iter().enumerate() {
            let ignored = layer["ignored"].as_u64().unwrap();
            self.entries_ignored += ignored;
            if ignored > 0 {
                expected.push((format!("Axis {i}"), format!("axis_entry_ignored {ignored}")));
            }
            if layer["refused"] == true {
                self.defaults_refused += 1;
                expected.push((format!("Axis {i}"), "default_not_offered ".to_owned()));
            }
        }
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{request:#}");
    }

    fn judged(self, what: &str, axes: usize) {
        let input = serde_json::to_vec(&self.pairs).unwrap();
        let wrong: Vec<Value> = serde_json::from_slice(&oracle(&["judge"], &input).unwrap()).unwrap();
        let first = self.pairs.iter().position(|(expected, found)| {
            wrong.first().is_some_and(|pair| pair[0] == *expected && pair[1].as_str() == found.as_deref())
        });
        assert!(wrong.is_empty(), "{} wrong, such as {}: {}", wrong.len(), wrong[0], self.contexts[first.unwrap()]);
        let drawn = self.pairs.iter().filter(|(expected, _)| !expected.is_null()).count();
        println!(
            "{what} of {axes} random axes: {} frames, {} times ({drawn} on their axis), {} pixels, {} entries ignored, {} defaults \
             not offered: all equal the second opinion",
            self.frames,
            self.pairs.len(),
            self.pixels,
            self.entries_ignored,
            self.defaults_refused
        );
    }
}

struct Made {
    all: Vec<Value>,
    now: Timestamp,
}

/// Requests with their expected results; `None` where Python is not installed.
fn requests_with_results(axes: usize) -> Option<Made> {
    // Axes that end now have their steps at midnight, so that no step falls between the two opinions.
    let second = || Timestamp::now().as_second();
    if second() % 86_400 > 86_400 - 180 {
        std::thread::sleep(std::time::Duration::from_secs((86_400 - second() % 86_400).unsigned_abs() + 1));
    }
    let now = Timestamp::from_second(second()).unwrap();
    let seed = std::env::var("MAPREEL_TEST_SEED").unwrap_or_else(|_| SEED.into());
    let output = oracle(&["make", &seed, &axes.to_string(), &LAYERS.to_string(), &now.to_string()], b"")?;
    Some(Made { all: serde_json::from_slice(&output).unwrap(), now })
}

fn oracle(arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/second_opinion/axes.py");
    let child =
        Command::new("python3").arg(script).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => {
            mapreel_testkit::processes::skip("python3", &error.to_string());
            return None;
        }
    };
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(output.stdout)
}

/// The capabilities of a request's layers.
fn document(request: &Value) -> String {
    let layer = |(i, layer): (usize, &Value)| {
        let default = layer["default"].as_str().map(|text| format!(r#" default="{text}""#)).unwrap_or_default();
        let extent = layer["extent"].as_str().unwrap();
        format!(
            r#"<Layer><Name>a{i}</Name><Title>a{i}</Title><Dimension name="time" units="ISO8601"{default}>{extent}</Dimension></Layer>"#
        )
    };
    let layers: String = request["layers"].as_array().unwrap().iter().enumerate().map(layer).collect();
    format!(
        r#"<WMS_Capabilities version="1.3.0"><Service><Title>t</Title></Service><Capability><Layer><Title>t</Title>
        <CRS>EPSG:4326</CRS>{layers}</Layer></Capability></WMS_Capabilities>"#
    )
}

fn text(request: &Value, url: &str) -> String {
    let layer = |(i, layer): (usize, &Value)| {
        let mut layer = json!({
            "type": "wms", "url": url, "layers": format!("a{i}"), "title": format!("Axis {i}"), "time": layer["time"],
            "within": layer["within"],
        });
        if layer["within"].is_null() {
            layer.as_object_mut().unwrap().remove("within");
        }
        layer
    };
    let layers: Vec<Value> = request["layers"].as_array().unwrap().iter().enumerate().map(layer).collect();
    let map = json!({ "bbox": [0, 0, 10, 12], "crs": "EPSG:4326", "width": MAP[0], "height": MAP[1] });
    let mut text = json!({ "map": map, "times": request["times"], "layers": layers });
    if text["times"].is_null() {
        text.as_object_mut().unwrap().remove("times");
    }
    text.to_string()
}

/// The column of the layer, in the colour of the time in the URL.
fn column(path: &str) -> Vec<u8> {
    let [width, height] = size(path).unwrap();
    let layer: u32 = parameter(path, "LAYERS").unwrap()[1..].parse().unwrap();
    let [r, g, b] = colour(&decoded(parameter(path, "TIME").unwrap()));
    let mine = |x: u32| x * LAYERS as u32 / width == layer;
    rgba(width, height, |x, _| if mine(x) { [r, g, b, 255] } else { [0; 4] })
}

/// One of 215 colours, none of them white.
fn colour(text: &str) -> [u8; 3] {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    let number = (hash >> 20) % 215;
    [number / 36, number / 6 % 6, number % 6].map(|level| level as u8 * 51)
}

fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        out.push(u8::from_str_radix(&part[..2], 16).unwrap() as char);
        out.push_str(&part[2..]);
    }
    out
}
