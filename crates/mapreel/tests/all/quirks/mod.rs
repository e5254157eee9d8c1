//! Behaviour of real servers that the standards do not describe: one test for each entry of the table in
//! `docs/UPSTREAMS.md`, by its number, against a real MapServer or recorded answers of other servers (`tests/recorded`).

mod dialects;
mod errors;
mod pictures;
mod places;
mod times;

use super::support::{Run, mapreel};
use mapreel_testkit::repository;

fn recorded(name: &str) -> Vec<u8> {
    std::fs::read(repository("crates/mapreel/tests/recorded").join(name)).unwrap()
}

/// The layers of a WMS or WMTS, from `mapreel layers --json`.
fn offer(source: &str) -> serde_json::Value {
    let output = mapreel(&["layers", source, "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

const SMALL: &str = r#""bbox": [-10, 40, 10, 55], "width": 300"#;

fn reason(run: &Run) -> String {
    run.manifest["frames"][0]["layers"][0]["reason"].as_str().unwrap_or("none").to_owned()
}
