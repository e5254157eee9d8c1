//! The edges between the crates are those of the drawing in ARCHITECTURE.md.

use std::collections::BTreeSet;
use std::process::Command;

/// Crate, and the crates of the workspace that it may know.
const EDGES: [(&str, &[&str]); 10] = [
    ("mapreel-geo", &[]),
    ("mapreel-ogc", &["mapreel-geo"]),
    ("mapreel-spec", &["mapreel-geo", "mapreel-ogc"]),
    ("mapreel-sources", &["mapreel-ogc", "mapreel-spec"]),
    ("mapreel-render", &["mapreel-geo", "mapreel-spec"]),
    ("mapreel-queue", &["mapreel-spec"]),
    ("mapreel-testkit", &[]),
    ("mapreel-powerloss", &[]),
    ("mapreel-fuzz", &["mapreel", "mapreel-geo", "mapreel-ogc", "mapreel-spec", "mapreel-sources", "mapreel-render"]),
    ("mapreel", &["mapreel-geo", "mapreel-ogc", "mapreel-spec", "mapreel-sources", "mapreel-render", "mapreel-queue"]),
];

/// Crate, and libraries that it must not know, by what they stand for.
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
        // What tests and benchmarks use is another matter.
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

#[test]
fn the_drawing_names_every_crate() {
    let drawing = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../ARCHITECTURE.md")).unwrap();
    for (name, _) in EDGES {
        assert!(drawing.contains(&format!("`{name}`")), "{name} is not in ARCHITECTURE.md");
    }
}
