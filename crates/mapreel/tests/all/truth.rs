//! A picture must not mislead: every gap is named, and every time is that of the data.

use super::mapserver::alarms;
use super::support::cluster::PATIENCE;
use super::support::service::Site;
use super::support::{folder, mapreel, render};
use mapreel_testkit::pictures::{Film, rgba};
use mapreel_testkit::upstreams::{Answer, Asked, capabilities, capabilities_of, parameter, serve, serve_all, size};
use serde_json::Value;

/// A picture that is blue all over, with this opacity.
fn blue(width: u32, height: u32, alpha: u8) -> Vec<u8> {
    rgba(width, height, |_, _| [90, 120, 200, alpha])
}

/// A picture in the size that the URL names.
fn whole(path: &str) -> Vec<u8> {
    let [width, height] = size(path).unwrap();
    blue(width, height, 255)
}

fn day(path: &str) -> usize {
    parameter(path, "TIME").unwrap()[8..10].parse().unwrap()
}

const EXCEPTION: &[u8] = b"<ServiceExceptionReport><ServiceException>no</ServiceException></ServiceExceptionReport>";

/// Each layer fails in every frame but the first, each time in another way; the first letter of the path is the layer.
fn failing(path: &str) -> Answer {
    let (layer, day) = (usize::from(path.as_bytes()[1] - b'a'), day(path));
    if day == 1 {
        return ("200 OK", "", whole(path));
    }
    let kinds: [fn(&str) -> Answer; 6] = [
        |path| {
            std::thread::sleep(std::time::Duration::from_secs(4));
            ("200 OK", "", whole(path))
        },
        |_| ("500 Internal Server Error", "", b"oh".to_vec()),
        |_| ("200 OK", "", EXCEPTION.to_vec()),
        |path| ("200 OK", "", cut(&whole(path))),
        |_| ("200 OK", "", blue(33, 21, 255)),
        |_| ("200 OK", "", blue(240, 180, 0)),
    ];
    kinds[(day + layer) % kinds.len()](path)
}

/// The first half of a picture's bytes.
fn cut(picture: &[u8]) -> Vec<u8> {
    picture[..picture.len() / 2].to_vec()
}

#[test]
fn every_gap_is_named() {
    let url = serve(failing);
    let layers = ["a", "b", "c"]
        .map(|l| format!(r#"{{ "type": "wms", "url": "{url}/{l}", "layers": "a", "title": "Layer {l}" }}"#))
        .join(", ");
    let request = format!(
        r#"{{ "map": {{ "bbox": [0, 0, 20, 15], "width": 240, "height": 180 }}, "times": "2020-01-01/2020-01-07/P1D",
             "layers": [{layers}], "output": {{ "format": "gif" }} }}"#
    );
    let site = Site::new("truth");
    let process = site.serve(&["--upstream-timeout-s", "1"], "");
    let id = process.submit("animation", &request);
    let job = process.ended(&id, PATIENCE);
    assert_eq!(job["status"], "SUCCESS");
    let manifest = process.get(&format!("/api/download/{id}/manifest")).json();
    assert_every_gap_is_named(&job, &manifest);
    let file = folder("truth").join("truth.gif");
    std::fs::write(&file, process.get(&format!("/api/download/{id}")).body).unwrap();
    let film = Film::decode(&file);
    let map: [u32; 4] = serde_json::from_value(manifest["layout"]["map"].clone()).unwrap();
    assert_eq!(film.frames.len(), 7);
    for (i, frame) in film.frames.iter().enumerate() {
        assert_eq!(alarms(&frame.crop(map)) > 50, i > 0, "frame {}", i + 1);
    }
}

/// Checks that each of the three layers has a warning for each frame but the first, and is drawn only in the first.
#[track_caller]
fn assert_every_gap_is_named(job: &Value, manifest: &Value) {
    let warnings = manifest["warnings"].as_array().unwrap();
    let mut named: Vec<(String, u64)> = warnings
        .iter()
        .map(|warning| (warning["layer"].as_str().unwrap().to_owned(), warning["frame"].as_u64().unwrap()))
        .collect();
    named.sort();
    let of = |l| (2..=7).map(move |frame| (format!("Layer {l}"), frame));
    let expected: Vec<_> = "abc".chars().flat_map(of).collect();
    assert_eq!(named, expected, "{warnings:?}");
    assert_eq!(job["warnings"].as_array().unwrap().len(), expected.len());
    for frame in 0..7 {
        for layer in 0..3 {
            let outcome = manifest["frames"][frame]["layers"][layer]["outcome"].as_str().unwrap();
            assert_eq!(outcome == "drawn", frame == 0, "frame {frame}, layer {layer}: {outcome}");
        }
    }
}

#[test]
fn a_layer_that_holds_shows_the_frame_before_and_says_so() {
    let url = serve(|path| match day(path) {
        1 | 4 | 5 => ("200 OK", "", EXCEPTION.to_vec()),
        _ => ("200 OK", "", whole(path)),
    });
    let request = format!(
        r#"{{ "map": {{ "bbox": [0, 0, 20, 15], "width": 240, "height": 180 }}, "times": "2020-01-01/2020-01-09/P1D",
             "layers": [{{ "type": "wms", "url": "{url}", "layers": "a", "title": "Data", "on_error": "hold" }}], "output": {{ "format": "gif" }} }}"#
    );
    let run = render("hold.gif", &request).ended(3);
    let of = |frame: usize, field: &str| run.manifest["frames"][frame]["layers"][0][field].clone();
    let outcomes: Vec<_> = (0..9).map(|frame| of(frame, "outcome").as_str().unwrap().to_owned()).collect();
    // Frame 5 is the first of the second segment; the picture that it holds was drawn in the first segment.
    assert_eq!(outcomes, ["marked", "drawn", "drawn", "held", "held", "drawn", "drawn", "drawn", "drawn"]);
    for frame in [3, 4] {
        assert_eq!(of(frame, "time_used"), "2020-01-03T00:00:00Z");
        assert_eq!(of(frame, "time_asked"), format!("2020-01-0{}T00:00:00Z", frame + 1));
    }
    let codes: Vec<_> = run.manifest["warnings"].as_array().unwrap().iter().map(|w| w["code"].clone()).collect();
    assert_eq!(codes, ["layer_unavailable", "layer_held", "layer_held"]);
    let film = run.film();
    assert!(alarms(&film.frames[3]) > 50 && alarms(&film.frames[5]) == 0);
}

/// However the film is cut into segments: of 30 frames each has ten, and the picture of the first is held in three of them.
#[test]
fn no_frame_holds_a_picture_of_more_than_twelve_frames_ago() {
    let url = serve(|path| match day(path) {
        1 => ("200 OK", "", whole(path)),
        _ => ("200 OK", "", EXCEPTION.to_vec()),
    });
    let request = format!(
        r#"{{ "map": {{ "bbox": [0, 0, 20, 15], "width": 64, "height": 48 }}, "times": "2020-01-01/2020-01-30/P1D",
             "layers": [{{ "type": "wms", "url": "{url}", "layers": "a", "title": "Data", "on_error": "hold" }}], "output": {{ "format": "gif" }} }}"#
    );
    let run = render("hold-long.gif", &request).ended(3);
    let outcomes = run.manifest["frames"].as_array().unwrap().iter().map(|frame| &frame["layers"][0]["outcome"]);
    let held: Vec<usize> = outcomes.enumerate().filter(|(_, outcome)| *outcome == "held").map(|(i, _)| i).collect();
    assert_eq!(held, (1..=12).collect::<Vec<_>>());
}

/// A server of layer `a` with these times, and the paths of the requests for its maps.
fn server(times: &'static str) -> (String, Asked) {
    let asked = Asked::default();
    let kept = asked.clone();
    let url = serve_all(move |path| {
        if path.contains("GetCapabilities") {
            return ("200 OK", "", capabilities("a", times).into_bytes());
        }
        kept.lock().unwrap().push(parameter(path, "TIME").unwrap_or_default().to_owned());
        ("200 OK", "", whole(path))
    });
    (url, asked)
}

fn request(url: &str, times: &str, further: &str) -> String {
    format!(
        r#"{{ "map": {{ "bbox": [0, 0, 20, 15], "width": 240, "height": 180 }}, {times}
             "layers": [{{ "type": "wms", "url": "{url}", "layers": "a", "title": "Data" {further} }}] }}"#
    )
}

#[test]
fn a_server_is_asked_in_its_own_words_for_times_that_it_has() {
    let (url, asked) = server("2020-01-01T00:00:00.000Z/2020-01-03T00:00:00.000Z/PT12H");
    let times = r#""times": ["2020-01-01T10:00Z", "2020-01-01T12:00Z", "2020-01-05"],"#;
    let run = render("words.gif", &request(&url, times, r#", "time": "nearest", "within": "PT6H""#)).ended(3);
    let mut asked = asked.lock().unwrap().clone();
    asked.dedup();
    assert_eq!(asked, ["2020-01-01T12:00:00.000Z"]);
    let of = |frame: usize, field: &str| run.manifest["frames"][frame]["layers"][0][field].clone();
    assert_eq!(of(0, "time_used"), "2020-01-01T12:00:00.000Z");
    assert_eq!(of(0, "time_asked"), "2020-01-01T10:00:00Z");
    assert_eq!((of(2, "outcome"), of(2, "time_used")), ("marked".into(), serde_json::Value::Null));
    let reason = of(2, "reason");
    assert!(reason.as_str().unwrap().starts_with("no data for 2020-01-05 00:00 UTC; the server offers "), "{reason}");
}

#[test]
fn the_last_times_are_those_of_the_server() {
    let (url, _) = server("2020-01-01,2020-01-04,2020-02-01");
    for (count, expected) in [(2, 2), (24, 3)] {
        let times = format!(r#""times": {{ "last": {count}, "of": "Data" }},"#);
        let run = render("last.mp4", &request(&url, &times, "")).ended(0);
        let frames = run.manifest["frames"].as_array().unwrap();
        assert_eq!(frames.len(), expected);
        assert_eq!(frames[expected - 1]["map_time"], "2020-02-01T00:00:00Z");
        assert_eq!(run.film().frames.len(), expected);
    }
    let (none, _) = server("2020-01-01/2020-02-01");
    let run = render("last.mp4", &request(&none, r#""times": { "last": 3 },"#, "")).ended(1);
    assert!(run.said.contains("layer `Data`: it has data at every moment and not at steps"), "{}", run.said);
}

#[test]
fn without_times_a_layer_shows_its_latest() {
    let (url, asked) = server("2020-01-01,2020-01-04");
    let run = render("latest.png", &request(&url, "", "")).ended(0);
    assert_eq!(run.manifest["frames"][0]["layers"][0]["time_used"], "2020-01-04");
    assert_eq!(*asked.lock().unwrap(), ["2020-01-04"]);
}

#[test]
fn the_last_and_the_latest_are_not_of_the_future() {
    let (url, _) = server("2020-01-01,2020-01-04,2990-01-01,2990-01-02");
    let used = |times: &str| {
        let run = render("future.png", &request(&url, times, "")).ended(0);
        run.manifest["frames"][0]["layers"][0]["time_used"].as_str().unwrap().to_owned()
    };
    assert_eq!(used(""), "2020-01-04");
    assert_eq!(used(r#""times": { "last": 1 },"#), "2020-01-04");
    assert_eq!(used(r#""times": { "next": 1 },"#), "2990-01-01");
    let (none, _) = server("2990-01-01");
    let run = render("future.png", &request(&none, r#""times": { "last": 1 },"#, "")).ended(1);
    assert!(run.said.contains("all its times are later than now; it begins at 2990-01-01T00:00:00Z"), "{}", run.said);
}

#[test]
fn a_default_that_is_not_on_its_axis_is_said() {
    let url = serve_all(|path| match path.contains("GetCapabilities") {
        true => {
            let what =
                r#"<Dimension name="time" units="ISO8601" default="2031-01-01">2020-01-01,2020-01-04</Dimension>"#;
            ("200 OK", "", capabilities_of("a", what).into_bytes())
        }
        false => ("200 OK", "", whole(path)),
    });
    let run = render("default.png", &request(&url, "", "")).ended(3);
    assert_eq!(run.manifest["frames"][0]["layers"][0]["time_used"], "2020-01-04");
    let warning = &run.manifest["warnings"][0];
    assert_eq!((&warning["code"], &warning["layer"]), (&"default_not_offered".into(), &"Data".into()));
    assert_eq!(
        warning["message"],
        "the server's default, `2031-01-01`, is not among the times that it offers; shown is 2020-01-04, its latest that is \
         not later than now"
    );
    // Where the request has times, the default does not matter.
    render("default.png", &request(&url, r#""times": "2020-01-01","#, "")).ended(0);
}

#[test]
fn an_entry_of_an_axis_that_cannot_be_read_is_named_and_costs_no_other() {
    const TIMES: &str = "default,20200101,-0044-03-15,2020-01-04/P2M/P1M15D";
    let (url, asked) = server(TIMES);
    let times = r#""times": ["2020-01-01", "2020-02-19"],"#;
    let run = render("ignored.gif", &request(&url, times, "")).ended(3);
    // Frames are fetched in parallel, so the order of requests varies.
    let mut asked = asked.lock().unwrap().clone();
    asked.sort();
    assert_eq!(asked, ["2020-02-19", "20200101"]);
    let words = "2 of 4 entries are ignored: `default` is not a time, `-0044-03-15` is not a time";
    let warnings = run.manifest["warnings"].as_array().unwrap();
    assert_eq!((warnings.len(), &warnings[0]["code"]), (1, &"axis_entry_ignored".into()), "{warnings:?}");
    assert_eq!(warnings[0]["message"], format!("of the times that the server names, {words}"));
    assert!(run.said.contains(words), "{}", run.said);
    // A layer without times has no warning about them.
    render("ignored.png", &request(&url, "", r#", "time": "none""#)).ended(0);

    let file = folder("ignored").join("capabilities.xml");
    std::fs::write(&file, capabilities("a", TIMES)).unwrap();
    let offer = |further: &[&str]| {
        let output = mapreel(&[&["layers", file.to_str().unwrap()], further].concat());
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(
        offer(&[]).contains(&format!("2020-01-01T00:00:00Z to 2020-02-19T00:00:00Z, 3 times; {words}")),
        "{}",
        offer(&[])
    );
    let offer: serde_json::Value = serde_json::from_str(&offer(&["--json"])).unwrap();
    assert_eq!(offer["layers"][0]["dimensions"][0]["axis"]["ignored"], words);
}

#[test]
fn a_time_that_no_server_confirms_is_marked() {
    let url = serve_all(|path| match path.contains("GetCapabilities") {
        true => ("404 Not Found", "", b"none".to_vec()),
        false => ("200 OK", "", whole(path)),
    });
    let run = render("unconfirmed.png", &request(&url, r#""times": "2020-01-01","#, "")).ended(3);
    assert_eq!(run.manifest["warnings"][0]["code"], "time_unconfirmed");
    assert_eq!(run.manifest["frames"][0]["layers"][0]["outcome"], "drawn");
    // The notice is on the picture, too, also for a layer without a title: its header has words that another picture does
    // not have.
    let header = |further: &str, code: i32| {
        let untitled =
            request(&url, r#""times": "2020-01-01","#, further).replace(r#""title": "Data""#, r#""opacity": 1"#);
        let height = |run: &super::support::Run| run.manifest["layout"]["header"][3].as_u64().unwrap();
        height(&render("untitled.png", &untitled).ended(code))
    };
    assert!(header("", 3) > header(r#", "time": "unchecked""#, 0));
    render("unchecked.png", &request(&url, r#""times": "2020-01-01","#, r#", "time": "unchecked""#)).ended(0);
    render("nearest.png", &request(&url, r#""times": "2020-01-01","#, r#", "time": "nearest", "on_error": "fail""#))
        .ended(1);
}

/// A forecast server begins a new run, drops the previous one, and sends the newest run whatever a request names.
#[test]
fn a_forecasts_run_is_one_for_the_whole_animation_and_its_end_is_said() {
    let asked = Asked::default();
    let kept = asked.clone();
    let url = serve_all(move |path| {
        let mut asked = kept.lock().unwrap();
        if path.contains("GetCapabilities") {
            let runs = match asked.len() {
                0..6 => "2020-01-01T00:00:00Z,2020-01-01T12:00:00Z",
                _ => "2020-01-02T00:00:00Z",
            };
            let what = format!(
                r#"<Dimension name="time" units="ISO8601">2020-01-01/2020-01-12/P1D</Dimension>
                   <Dimension name="reference_time" units="ISO8601" default="2020-01-01T12:00:00Z">{runs}</Dimension>"#
            );
            return ("200 OK", "", capabilities_of("a", &what).into_bytes());
        }
        asked.push(parameter(path, "DIM_REFERENCE_TIME").unwrap_or_default().to_owned());
        ("200 OK", "", whole(path))
    });
    let draw = |days: u32, further: &str, code: i32| {
        let times = format!(r#""times": "2020-01-01/2020-01-{days:02}/P1D","#);
        render("run.gif", &request(&url, &times, further)).ended(code)
    };
    let run = draw(4, "", 0);
    assert_eq!(*asked.lock().unwrap(), ["2020-01-01T12:00:00Z"; 4]);
    assert_eq!(run.manifest["frames"][3]["layers"][0]["run"], "2020-01-01T12:00:00Z");

    let site = Site::new("runs");
    let process = site.serve(&[], "");
    let id = process.submit("animation", &request(&url, r#""times": "2020-01-01/2020-01-12/P1D","#, ""));
    let job = process.ended(&id, PATIENCE);
    assert!(asked.lock().unwrap()[4..].iter().all(|run| run == "2020-01-01T12:00:00Z"));
    let warnings = job["warnings"].as_array().unwrap();
    assert_eq!((warnings.len(), &warnings[0]["code"]), (1, &"run_gone".into()), "{warnings:?}");
    let message = warnings[0]["message"].as_str().unwrap();
    assert!(message.starts_with("the server stopped offering the run 2020-01-01T12:00:00Z"), "{message}");

    let given = r#", "params": { "DIM_REFERENCE_TIME": "2020-01-01T00:00:00Z" }"#;
    let run = draw(2, given, 3);
    let reason = run.manifest["frames"][1]["layers"][0]["reason"].clone();
    assert_eq!(
        reason,
        "the server does not offer the run 2020-01-01T00:00:00Z; it offers 2020-01-02T00:00:00Z to 2020-01-02T00:00:00Z"
    );
    assert_eq!(run.manifest["frames"][1]["layers"][0]["run"], serde_json::Value::Null);
}
