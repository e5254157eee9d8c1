//! This version reads what earlier versions have stored. `tests/stored/VERSION` is the folder of a service of that version that
//! was killed while it drew. Every released version adds a folder (`MAPREEL_BLESS=1 cargo test stored_formats`), and no folder
//! is ever changed.

use super::support::service::{Process, Site, repository, world};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

fn stored() -> PathBuf {
    repository("crates/mapreel/tests/stored")
}

fn film(format: &str) -> String {
    format!(
        r##"{{ "map": {{ "bbox": [-30, 30, 40, 70], "width": 120 }}, "times": "2020-01-01/2020-01-30/P1D",
             "layers": [{{ "type": "natural-earth" }}], "header": {{ "title": "stored" }},
             "output": {{ "format": "{format}" }} }}"##
    )
}

/// Fills a folder with what a service stores: a finished image, two half-drawn films, a cancelled image and a waiting one.
fn make(to: &Path) {
    let site = Site::new("stored-formats-made");
    let (done, films) = {
        let process = site.serve(&["--workers", "1"], "");
        let done = process.submit("image", &world("done"));
        process.ended(&done, PATIENCE);
        drop(process);
        let process = site.serve(&["--workers", "0"], "");
        let films = ["mp4", "gif"].map(|format| process.submit("animation", &film(format)));
        let cancelled = process.submit("image", &world("cancelled"));
        let answer = process.request("DELETE", &format!("/api/job-status/{cancelled}"), &[], b"");
        assert_eq!(answer.json()["status"], "CANCELLED");
        (done, films)
    };
    let mut killed = site.serve(&["--workers", "1", "--image-workers", "0"], "uploaded=kill@7");
    let began = Instant::now();
    while !killed.has_ended() {
        assert!(began.elapsed() < PATIENCE, "{}", killed.log());
        std::thread::sleep(Duration::from_millis(20));
    }
    let process = site.serve(&["--workers", "0"], "");
    process.submit("image", &world("waits"));
    let state = |id: &str| process.job(id)["status"].as_str().unwrap().to_owned();
    assert_eq!((state(&done).as_str(), films.map(|id| state(&id)).concat().as_str()), ("SUCCESS", "RUNNINGRUNNING"));
    drop(process);
    copy(&site.folder.join("mapreel-data"), to);
    // The next process that opens the database creates these files again.
    std::fs::remove_file(to.join("jobs.db-shm")).unwrap();
    std::fs::remove_dir_all(to.join("jobs.db.owners")).unwrap();
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &to) } else { assert!(std::fs::copy(entry.path(), to).is_ok()) }
    }
}

/// Checks that every job in the folder ends as it should, and that the finished file is there.
fn assert_read(process: &Process) {
    let jobs = process.get("/api/jobs?limit=200").json()["jobs"].as_array().unwrap().clone();
    assert!(jobs.len() >= 5, "{jobs:?}");
    let mut ends = Vec::new();
    for job in &jobs {
        let id = job["id"].as_str().unwrap();
        let end = process.ended(id, PATIENCE);
        let status = end["status"].as_str().unwrap().to_owned();
        if status == "SUCCESS" {
            let file = process.get(&format!("/api/download/{id}"));
            assert_eq!(
                (file.status, file.body.len() as u64),
                (200, end["artifact"]["size_bytes"].as_u64().unwrap()),
                "{end:#}"
            );
        }
        ends.push(status);
    }
    ends.sort();
    assert_eq!(ends, ["CANCELLED", "SUCCESS", "SUCCESS", "SUCCESS", "SUCCESS"]);
    let drawn = process.get("/metrics").text();
    let segments = |line: &&str| line.contains("segment") && line.contains("done") && line.starts_with("mapreel_part");
    assert!(drawn.lines().any(|line| segments(&line)), "{drawn}");
}

#[test]
fn what_every_version_has_stored_is_read() {
    let this = stored().join(env!("CARGO_PKG_VERSION"));
    if std::env::var_os("MAPREEL_BLESS").is_some() && !this.exists() {
        make(&this);
    }
    let versions: Vec<_> = std::fs::read_dir(stored()).unwrap().flatten().map(|entry| entry.path()).collect();
    assert!(versions.contains(&this), "run `MAPREEL_BLESS=1 cargo test stored_formats`");
    for version in versions {
        let site = Site::new("stored-formats");
        copy(&version, &site.folder.join("mapreel-data"));
        assert_read(&site.serve(&["--workers", "2"], ""));
    }
}
