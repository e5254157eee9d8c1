//! The command line: exit codes, standard output and standard error.

use super::support::{folder, mapreel, program, render};
use mapreel_testkit::upstreams::{capabilities, serve_all};
use std::io::Write;
use std::process::{Command, Stdio};

#[track_caller]
fn check(arguments: &[&str], code: i32, stdout: &str, stderr: &str) {
    let output = mapreel(arguments);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{out}{err}");
    assert!(out.contains(stdout) && err.contains(stderr), "{out}\n{err}");
}

fn request(name: &str, text: &str) -> String {
    let path = folder("command-line").join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

const WORLD: &str =
    r#"{ "map": { "bbox": [-180, -60, 180, 80], "width": 300 }, "layers": [{ "type": "natural-earth" }] }"#;

#[test]
fn help_names_the_commands_and_the_exit_codes() {
    check(&["--help"], 0, "render", "");
    check(&["--help"], 0, "3 done with warnings", "");
    check(&["--version"], 0, concat!("mapreel ", env!("CARGO_PKG_VERSION")), "");
}

#[test]
fn a_wrong_command_line_is_exit_code_2() {
    check(&[], 2, "", "Usage");
    check(&["rendre"], 2, "", "render");
    check(&["render", "x.json"], 2, "", "--output");
}

#[test]
fn every_problem_of_a_request_is_said_at_once() {
    let path = request("bad.json", r#"{ "map": { "bbox": [0, 0, 1], "width": 9 }, "layers": [{ "type": "wcs" }] }"#);
    for arguments in [vec!["check", &path], vec!["render", &path, "-o", "never.png"]] {
        let output = mapreel(&arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2));
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines[0], "the request is not valid: 3 problems");
        assert_eq!(lines[1], "  /map/bbox: a bbox has four numbers, not 3 ([west, south, east, north])");
        assert_eq!(lines[2], "  /map/width: 9 is not between 16 and 8192");
        assert!(
            lines[3].starts_with("  /layers/0/type: `wcs` is not known here (one of `wms`, `wmts`, "),
            "{}",
            lines[3]
        );
    }
}

#[test]
fn files_that_cannot_be_read_or_written_are_exit_code_1() {
    check(&["render", "/nowhere/x.json", "-o", "x.png"], 1, "", "cannot read `/nowhere/x.json`");
    let path = request("world.json", WORLD);
    check(&["render", &path, "-o", "/nowhere/x.png"], 1, "", "cannot write to the folder `/nowhere`");
}

#[test]
fn check_explains_the_plan_and_fetches_nothing() {
    let path = request(
        "plan.json",
        r#"{ "map": { "bbox": [100, -60, 290, 60], "width": 1000 }, "times": "2018-01-01/2019-12-01/P1M",
             "layers": [{ "type": "natural-earth" }, { "type": "wms", "url": "http://127.0.0.1:9/", "layers": "sst", "title": "SST", "legend": "auto" }] }"#,
    );
    check(&["check", &path], 0, "map       1000 × 794 pixels, EPSG:3857", "");
    check(&["check", &path], 0, "frames    24 in 2 segments, 2018-01-01T00:00:00Z to 2019-12-01T00:00:00Z", "");
    check(
        &["check", &path],
        0,
        "SST: 48 pictures over all frames, times 2018-01-01T00:00:00Z to 2019-12-01T00:00:00Z",
        "",
    );
    check(&["check", &path], 0, "upstream  50 requests, 1 of them for legends", "");
    check(&["check", &path], 0, "output    mp4, 4 frames per second, 6.0 s", "");
}

#[test]
fn the_extension_chooses_the_format() {
    for (name, magic) in [
        ("a.png", &b"\x89PNG"[..]),
        ("a.jpg", b"\xff\xd8\xff"),
        ("a.webp", b"RIFF"),
        ("a.gif", b"GIF89a"),
        ("a.mp4", b"\0\0\0 ftyp"),
    ] {
        let run = render(name, WORLD).ended(0);
        assert!(std::fs::read(&run.file).unwrap().starts_with(magic), "{name}");
    }
    let path = request("film.json", include_str!("../../../../examples/katrina-2005.json"));
    check(&["render", &path, "-o", "never.png"], 2, "", "holds one frame and the request has 31");
}

const FILM: &str = r#"{ "map": { "bbox": [-180, -60, 180, 80], "width": 120 }, "times": ["2020-01-01", "2020-01-02"],
    "layers": [{ "type": "natural-earth" }], "output": { "format": "gif" } }"#;

#[test]
fn a_name_whose_extension_is_no_format_is_refused_with_the_formats_that_there_are() {
    let path = request("formats.json", FILM);
    for name in ["x.webm", "x.avi", "x.gif.bak"] {
        let out = folder("command-line").join(name);
        let _ = std::fs::remove_file(&out);
        let out = out.to_str().unwrap();
        check(&["render", &path, "-o", out], 2, "", ".png, .jpg, .jpeg or .webp for an image, .mp4 or .gif");
        check(&["demo", "-o", out], 2, "", "is no format");
        assert!(!std::path::Path::new(out).exists(), "{name}");
    }
    check(&["render", &path, "-o", "never.png"], 2, "", "use .mp4 or .gif");
    check(&["demo", "-o", "never.png"], 2, "", "holds one frame and the request has 31");
}

#[test]
fn the_name_wins_over_the_request_and_says_so() {
    let run = render("named.mp4", FILM).ended(0);
    assert!(std::fs::read(&run.file).unwrap()[4..].starts_with(b"ftyp"));
    assert!(run.said.contains("drawn as mp4, as the name says, and not as gif, as the request says"), "{}", run.said);
    let run = render("named.gif", FILM).ended(0);
    assert!(!run.said.contains("as the name says"), "{}", run.said);
    // The request names no format, so the file name contradicts nothing.
    let run = render("named.webp", WORLD).ended(0);
    assert!(!run.said.contains("as the name says"), "{}", run.said);
}

#[test]
fn a_dash_is_standard_output_and_nothing_else_is_said_there() {
    for (text, name) in [(FILM, "dash.gif"), (WORLD, "dash.png")] {
        let path = request("dash.json", text);
        let output = mapreel(&["render", &path, "-o", "-"]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.stdout, std::fs::read(render(name, text).ended(0).file).unwrap(), "{name}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("standard output: "));
    }
    assert!(!std::path::Path::new("-").exists());
    let path = request("dash.json", WORLD);
    check(&["render", &path, "-o", "x.png", "--manifest", "-"], 2, "", "the manifest goes to a file");
    check(&["render", &path, "-o", "-", "--manifest", "-"], 2, "", "the manifest goes to a file");
}

#[test]
fn submit_refuses_a_name_that_is_not_what_the_server_will_draw() {
    let path = request("submitted.json", FILM);
    let to_nobody = ["--server", "http://127.0.0.1:9/"];
    check(&[&["submit", &path, "-o", "x.mp4"][..], &to_nobody].concat(), 2, "", r#""output": { "format": "mp4" }"#);
    check(&[&["submit", &path, "-o", "x.webm"][..], &to_nobody].concat(), 2, "", ".mp4 or .gif");
    check(&[&["submit", &path, "-o", "x.gif"][..], &to_nobody].concat(), 1, "", "does not answer");
}

#[test]
fn a_request_may_come_on_standard_input() {
    let out = folder("command-line").join("stdin.png");
    let mut child = Command::new(program())
        .args(["render", "-", "-o", out.to_str().unwrap()])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(WORLD.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(out.exists());
}

#[test]
fn a_file_that_is_there_stays_whole_when_the_run_fails() {
    let out = folder("command-line").join("kept.png");
    std::fs::write(&out, "the old one").unwrap();
    let path = request(
        "fails.json",
        r#"{ "map": { "bbox": [0, 0, 9, 9], "width": 100 }, "layers": [{ "type": "wms", "url": "http://127.0.0.1:9/", "layers": "a", "on_error": "fail" }] }"#,
    );
    check(&["render", &path, "-o", out.to_str().unwrap()], 1, "", "`127.0.0.1:9` could not be reached");
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "the old one");
}

#[test]
fn the_demo_needs_no_network_and_prints_its_request() {
    let out = folder("command-line").join("demo.mp4");
    check(&["demo", "-o", out.to_str().unwrap()], 0, "", "31 frames, 9.8 s");
    check(&["demo", "--request"], 0, "Hurricane Katrina", "");
}

#[test]
fn the_manifest_says_what_the_file_is() {
    let run = render("facts.png", WORLD).ended(0);
    let bytes = std::fs::read(&run.file).unwrap();
    assert_eq!(run.manifest["artifact"]["size_bytes"], bytes.len());
    assert_eq!(run.manifest["artifact"]["format"], "png");
    assert_eq!(run.manifest["artifact"]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(run.manifest["generator"], concat!("mapreel ", env!("CARGO_PKG_VERSION")));
    assert_eq!(run.manifest["map"]["crs"], "EPSG:3857");
}

#[test]
fn every_example_is_a_valid_request() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
    let mut checked = 0;
    for file in
        std::fs::read_dir(folder).unwrap().flatten().filter(|f| f.path().extension().is_some_and(|e| e == "json"))
    {
        check(&["check", file.path().to_str().unwrap()], 0, "The request is valid.", "");
        checked += 1;
    }
    assert!(checked >= 4);
}

/// A server that requires a secret, and repeats every request in its answer.
#[test]
fn secrets_come_from_the_operators_file_and_go_nowhere_else() {
    let url = serve_all(|path| match path {
        path if !path.contains("key=hush-hush") => ("401 Unauthorized", "", format!("{path}?").into_bytes()),
        path if path.contains("GetCapabilities") => ("200 OK", "", capabilities("a", "2020-01-01").into_bytes()),
        path => ("403 Forbidden", "", format!("no: hush-hush is old: {path}").into_bytes()),
    });
    let file = folder("secrets").join("credentials.toml");
    std::fs::write(&file, format!("[mine]\nhosts = ['{url}']\nquery = 'key=hush-hush'\n")).unwrap();
    let file = file.to_str().unwrap();
    let named = url.replace("http://", "http://mine@");
    let layers = mapreel(&["layers", &named, "--credentials", file]);
    assert!(layers.status.success() && String::from_utf8_lossy(&layers.stdout).contains("\na\n"));
    assert!(!mapreel(&["layers", &url, "--credentials", file]).status.success());
    let none = mapreel(&["layers", &named]);
    assert!(String::from_utf8_lossy(&none.stderr).contains("the operator has named none such"));

    let (request, manifest) = (folder("secrets").join("request.json"), folder("secrets").join("manifest.json"));
    let layer = format!(r#"{{ "type": "wms", "url": "{url}", "layers": "a", "credential": "mine" }}"#);
    let map = r#""map": { "bbox": [0, 0, 10, 10], "width": 200 }"#;
    std::fs::write(&request, format!(r#"{{ {map}, "layers": [{layer}] }}"#)).unwrap();
    let picture = folder("secrets").join("picture.png");
    let [request, manifest, picture] = [&request, &manifest, &picture].map(|path| path.to_str().unwrap());
    let drawn = mapreel(&["render", request, "-o", picture, "--manifest", manifest, "--credentials", file]);
    let (said, written) = (String::from_utf8_lossy(&drawn.stderr), std::fs::read_to_string(manifest).unwrap());
    assert!(drawn.status.code() == Some(3) && said.contains("answered with status 403"), "{said}");
    assert!(!said.contains("hush") && !written.contains("hush") && !written.contains("mine@"), "{said}{written}");
}
