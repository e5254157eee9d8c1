//! The dependencies between the crates are those of the drawing in ARCHITECTURE.md.

use super::support::service::repository;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Each crate with the crates of the workspace that it may depend on.
const EDGES: [(&str, &[&str]); 11] = [
    ("mapreel-geo", &[]),
    ("mapreel-ogc", &["mapreel-geo"]),
    ("mapreel-spec", &["mapreel-geo", "mapreel-ogc"]),
    ("mapreel-sources", &["mapreel-ogc", "mapreel-spec"]),
    ("mapreel-render", &["mapreel-geo", "mapreel-spec"]),
    ("mapreel-queue", &["mapreel-spec"]),
    ("mapreel-demo", &[]),
    ("mapreel-testkit", &[]),
    ("mapreel-powerloss", &[]),
    ("mapreel-fuzz", &["mapreel", "mapreel-geo", "mapreel-ogc", "mapreel-spec", "mapreel-sources", "mapreel-render"]),
    (
        "mapreel",
        &[
            "mapreel-geo",
            "mapreel-ogc",
            "mapreel-spec",
            "mapreel-sources",
            "mapreel-render",
            "mapreel-queue",
            "mapreel-demo",
        ],
    ),
];

/// Each crate with the libraries that it must not depend on.
const MUST_NOT_KNOW: [(&str, &[&str]); 5] = [
    (
        "mapreel-geo",
        &["tokio", "reqwest", "hyper", "png", "tiny-skia", "futures-util", "url", "serde_json", "quick-xml"],
    ),
    ("mapreel-ogc", &["tokio", "reqwest", "hyper", "png", "tiny-skia", "futures-util"]),
    ("mapreel-spec", &["tokio", "reqwest", "hyper", "png", "tiny-skia", "futures-util", "quick-xml"]),
    ("mapreel-render", &["tokio", "reqwest", "hyper", "jiff", "futures-util"]),
    ("mapreel-queue", &["axum", "hyper", "png", "tiny-skia"]),
];

#[test]
fn the_crates_know_only_what_the_drawing_lets_them() {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        ])
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let known: BTreeSet<&str> = packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
    assert_eq!(known, EDGES.iter().map(|(name, _)| *name).collect(), "a crate without its place in the drawing");
    for package in packages {
        let name = package["name"].as_str().unwrap();
        // Dependencies of tests and benchmarks do not count.
        let dependencies: BTreeSet<&str> = package["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|d| d["kind"].is_null())
            .map(|d| d["name"].as_str().unwrap())
            .collect();
        let ours: BTreeSet<&str> = dependencies.intersection(&known).copied().collect();
        let allowed: BTreeSet<&str> = EDGES.iter().find(|(n, _)| *n == name).unwrap().1.iter().copied().collect();
        assert_eq!(ours, allowed, "the edges of {name}");
        let forbidden = MUST_NOT_KNOW.iter().filter(|(n, _)| *n == name).flat_map(|(_, libraries)| *libraries);
        for library in forbidden {
            assert!(!dependencies.contains(library), "{name} must not know {library}");
        }
    }
}

/// The crates that only tests use.
const FOR_TESTS: [&str; 3] = ["mapreel-testkit", "mapreel-powerloss", "mapreel-fuzz"];

#[test]
fn the_picture_shows_every_room() {
    let picture = std::fs::read_to_string(repository("docs/house.svg")).unwrap();
    let texts = picture.split("<text class=\"").skip(1).map(|text| {
        let (class, rest) = text.split_once('"').unwrap();
        (class, rest.split_once('>').unwrap().1.split_once('<').unwrap().0)
    });
    let mut drawn = BTreeMap::<&str, BTreeSet<String>>::new();
    let mut last = "";
    for (class, text) in texts {
        match class {
            "crate" => {
                last = text;
                drawn.entry(text).or_default();
            }
            "room" => {
                drawn.get_mut(last).unwrap().insert(text.to_owned());
            }
            _ => {}
        }
    }
    let crates = EDGES.iter().map(|(name, _)| *name).filter(|name| !FOR_TESTS.contains(name));
    let there: BTreeMap<&str, BTreeSet<String>> = crates.map(|name| (name, rooms(name))).collect();
    assert_eq!(drawn, there);
}

/// The folders of a crate.
fn rooms(name: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(repository(&format!("crates/{name}/src"))).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.path().join("mod.rs").exists());
    folders.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// Files that the guides name exist: `crate/path/of/file.rs` and `crate/folder/`.
#[test]
fn the_guides_lead_to_files_that_are_there() {
    let mut lost = Vec::new();
    for guide in ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/DESIGN.md"] {
        let text = std::fs::read_to_string(repository(guide)).unwrap();
        let quoted = text.split('`').skip(1).step_by(2);
        for path in quoted.filter(|path| path.contains('/') && (path.ends_with(".rs") || path.ends_with('/'))) {
            // A path with `TARGET` is a pattern, not a file.
            if path.contains(char::is_uppercase) {
                continue;
            }
            let (first, rest) = path.split_once('/').unwrap();
            let source = match first {
                "geo" | "ogc" | "spec" | "sources" | "render" | "queue" | "demo" => {
                    format!("crates/mapreel-{first}/src/{rest}")
                }
                "mapreel" => format!("crates/mapreel/src/{rest}"),
                _ => path.to_owned(),
            };
            if !repository(&source).exists() {
                lost.push(format!("{guide}: {path}"));
            }
        }
    }
    assert_eq!(lost, [""; 0]);
}

#[test]
fn the_drawing_names_every_crate() {
    let drawing = std::fs::read_to_string(repository("ARCHITECTURE.md")).unwrap();
    for (name, _) in EDGES {
        assert!(drawing.contains(&format!("`{name}`")), "{name} is not in ARCHITECTURE.md");
    }
}
