//! Animations, decoded by another program: every frame is present, with the right size, duration and order.

use super::support::{Run, folder, mapreel, render};
use mapreel_testkit::pictures::{Film, Picture};
use mapreel_testkit::upstreams::{parameter, serve, size};
use std::io::BufReader;

/// A colour for each hour, far from those of the neighbouring hours.
fn colour(hour: u32) -> [u8; 3] {
    [(hour * 37 % 200 + 30) as u8, (hour * 71 % 200 + 30) as u8, (hour * 113 % 200 + 30) as u8]
}

/// A WMS whose maps are filled with the hour's colour.
fn server() -> String {
    serve(|path| {
        let [width, height] = size(path).unwrap();
        let time = parameter(path, "TIME").unwrap();
        let number = |range: std::ops::Range<usize>| time[range].parse::<u32>().unwrap();
        let colour = colour((number(8..10) - 1) * 24 + number(11..13));
        ("200 OK", "", Picture::of(width, height, colour).to_png())
    })
}

fn film(name: &str, frames: u32, output: &str) -> Run {
    let request = format!(
        r#"{{ "map": {{ "bbox": [0, 0, 20, 15], "width": 201, "height": 151 }},
             "times": "2020-01-01T00:00:00Z/2020-01-{:02}T{:02}:00:00Z/PT1H",
             "layers": [{{ "type": "wms", "url": "{}", "layers": "a", "title": "Hours" }}],
             "output": {{ {output} }} }}"#,
        (frames - 1) / 24 + 1,
        (frames - 1) % 24,
        server()
    );
    render(name, &request).ended(0)
}

#[track_caller]
fn assert_frames(run: &Run, film: &Film, frames: u32, tolerance: u8) {
    assert_eq!(film.frames.len(), frames as usize);
    let [x, y, width, height] = run.map_box();
    for (hour, frame) in film.frames.iter().enumerate() {
        for (dx, dy) in [(2, 2), (width / 2, height / 2), (width - 3, height - 3)] {
            let (found, expected) = (frame.at(x + dx, y + dy), colour(hour as u32));
            let off = found.iter().zip(expected).map(|(a, b)| a.abs_diff(b)).max().unwrap();
            assert!(off <= tolerance, "frame {hour}: {found:?}, not {expected:?}");
        }
    }
}

#[test]
fn an_mp4_has_every_frame_in_its_place() {
    for frames in [1, 2, 7, 8, 13, 40] {
        let run = film("hours.mp4", frames, r#""format": "mp4", "fps": 7"#);
        assert_frames(&run, &run.film(), frames, 16);
    }
}

#[test]
fn an_mp4_plays_anywhere_and_is_as_long_as_it_says() {
    let run = film("plays.mp4", 30, r#""format": "mp4", "fps": 7, "hold_last_s": 1.5"#);
    let film = run.film();
    for (fact, expected) in [
        ("codec_name", "h264"),
        ("pix_fmt", "yuv420p"),
        ("color_range", "tv"),
        ("color_space", "bt709"),
        ("color_transfer", "bt709"),
        ("color_primaries", "bt709"),
        ("nb_frames", "30"),
        ("avg_frame_rate", "225/43"),
    ] {
        if fact != "avg_frame_rate" {
            assert_eq!(film.stream(fact), expected, "{fact}");
        }
    }
    let side = |fact: &str| film.stream(fact).parse::<u32>().unwrap();
    assert_eq!(
        (side("width"), side("height")),
        (
            run.manifest["artifact"]["width"].as_u64().unwrap() as u32,
            run.manifest["artifact"]["height"].as_u64().unwrap() as u32
        )
    );
    assert!(side("width") % 2 == 0 && side("height") % 2 == 0);
    let seconds: f64 = film.stream("duration").parse().unwrap();
    assert!((seconds - (30.0 / 7.0 + 1.5)).abs() < 0.001, "{seconds}");
    assert!((run.manifest["artifact"]["duration_s"].as_f64().unwrap() - seconds).abs() < 0.001);
    let keyframes: Vec<usize> = film.facts["frames"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .filter(|(_, f)| f["key_frame"] == 1)
        .map(|(i, _)| i)
        .collect();
    assert_eq!(keyframes, [0, 10, 20], "one keyframe opens each segment");
    let bytes = std::fs::read(&run.file).unwrap();
    let find = |kind: &[u8]| bytes.windows(4).position(|w| w == kind).unwrap();
    assert!(find(b"moov") < find(b"mdat"), "the index stands before the pictures");
}

#[test]
fn a_gif_has_every_frame_in_its_place() {
    for frames in [1, 2, 13, 40] {
        let run = film("hours.gif", frames, r#""format": "gif", "fps": 7"#);
        assert_frames(&run, &run.film(), frames, 8);
    }
}

#[test]
fn a_gif_has_one_palette_repeats_and_is_as_long_as_it_says() {
    let run = film("palette.gif", 24, r#""format": "gif", "fps": 6, "hold_last_s": 2"#);
    let mut decoder =
        gif::DecodeOptions::new().read_info(BufReader::new(std::fs::File::open(&run.file).unwrap())).unwrap();
    assert!(decoder.global_palette().is_some());
    assert_eq!(decoder.repeat(), gif::Repeat::Infinite);
    let mut delays = Vec::new();
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        assert!(frame.palette.is_none(), "a palette of its own");
        delays.push(u32::from(frame.delay));
    }
    assert_eq!((delays.len(), delays.iter().sum::<u32>(), delays[23]), (24, 600, 217));
    // The extension makes a GIF of a request for 60 frames per second. A GIF cannot play as fast; the manifest has the true
    // values.
    let quick = film("quick.gif", 24, r#""format": "mp4", "fps": 60"#);
    let seconds: f64 = quick.film().stream("duration").parse().unwrap();
    assert!((quick.manifest["artifact"]["duration_s"].as_f64().unwrap() - seconds).abs() < 1e-6, "{seconds}");
    let once = film("once.gif", 3, r#""format": "gif", "loop": false"#);
    let decoder =
        gif::DecodeOptions::new().read_info(BufReader::new(std::fs::File::open(&once.file).unwrap())).unwrap();
    assert_eq!(decoder.repeat(), gif::Repeat::Finite(0));
}

#[test]
fn equal_requests_give_equal_bytes_on_any_number_of_threads() {
    for format in ["mp4", "gif"] {
        let folder = folder("threads");
        let [one, many] = ["1", "5"].map(|threads| {
            let out = folder.join(format!("{threads}.{format}"));
            let request = folder.join("request.json");
            std::fs::write(&request, include_str!("../../../../examples/katrina-2005.json")).unwrap();
            let output =
                mapreel(&["render", request.to_str().unwrap(), "-o", out.to_str().unwrap(), "--threads", threads]);
            assert!(output.status.success());
            std::fs::read(out).unwrap()
        });
        assert!(one == many, "{format}");
    }
}

#[test]
fn a_track_grows_fix_by_fix_and_nothing_else_moves() {
    let run = render("track.mp4", include_str!("../../../../examples/katrina-2005.json")).ended(0);
    let film = run.film();
    assert_eq!(film.frames.len(), 31);
    let newest: Vec<&str> =
        (0..31).map(|i| run.manifest["frames"][i]["layers"][3]["time_used"].as_str().unwrap()).collect();
    let asked: Vec<&str> = (0..31).map(|i| run.manifest["frames"][i]["map_time"].as_str().unwrap()).collect();
    assert_eq!(newest, asked, "a fix for every frame");
    // Far from the track only the codec changes pixels.
    let [x, y, width, _] = run.map_box();
    let corner = [x + width - 150, y + 20, 140, 140];
    for frame in &film.frames {
        assert!(frame.crop(corner).psnr(&film.frames[0].crop(corner)) > 40.0);
    }
}
