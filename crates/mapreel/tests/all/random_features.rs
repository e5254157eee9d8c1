//! Random rings and lines of any width in many CRSs, with shapely and PROJ as witnesses: a pixel is drawn if, and only if, its
//! centre lies in the ring or near the line.
//!
//! `tools/second_opinion/rings.py` makes the features and judges the pictures. Coordinates are taken literally (RFC 7946,
//! 3.1.9): rings may be as wide as the world or wider, lines may go from -100 to 100.

use super::support::{folder, render};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SEED: u32 = 20_261_125;
const FEATURES: u32 = 1000;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn witness(arguments: &[&str]) -> Output {
    let (python, script) =
        (repository().join("tools/venv/bin/python"), repository().join("tools/second_opinion/rings.py"));
    Command::new(python).arg(script).args(arguments).output().expect("./test makes tools/venv")
}

#[test]
fn a_thousand_rings_and_lines_of_any_width_are_where_shapely_has_them() {
    let folder = folder("random-features");
    let path = folder.to_str().unwrap();
    for old in std::fs::read_dir(&folder).unwrap().flatten() {
        std::fs::remove_file(old.path()).unwrap();
    }
    let made = witness(&["make", path, &SEED.to_string(), &FEATURES.to_string()]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let requests: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().flatten().map(|file| file.path()).collect();
    assert!(requests.len() >= 6, "{requests:?}");
    for request in requests {
        let film = render("random-features.gif", &std::fs::read_to_string(&request).unwrap()).ended(0);
        std::fs::copy(&film.file, request.with_extension("gif")).unwrap();
        std::fs::write(request.with_extension("manifest.json"), film.manifest.to_string()).unwrap();
    }
    let judged = witness(&["judge", path]);
    let said = String::from_utf8_lossy(&judged.stdout);
    println!("{said}");
    assert!(judged.status.success(), "{said}{}", String::from_utf8_lossy(&judged.stderr));
}
