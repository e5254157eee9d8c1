//! The machine's clock is changed while jobs run: no job waits longer because of it, and none is lost.

use super::support::faketime;
use super::support::service::{Process, Site, film};
use mapreel_testkit::processes::skip;
use mapreel_testkit::upstreams::{picture, serve};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A film takes some two seconds; a longer time is caused by the clock.
const PATIENCE: Duration = Duration::from_secs(40);
/// Changes of the clock, in seconds, each with its name.
const SETTINGS: [(&str, i64); 6] = [
    ("30 s back", -30),
    ("30 s ahead", 30),
    ("2 h back", -2 * 3600),
    ("2 h ahead", 2 * 3600),
    ("30 d back", -30 * 86_400),
    ("30 d ahead", 30 * 86_400),
];

/// A site whose processes read the clock's offset from a file.
fn site(name: &str, library: &Path) -> (Site, PathBuf) {
    let mut site = Site::new(name);
    let clock = site.folder.join("clock");
    set(&clock, 0);
    faketime::apply(&mut site, library, ("FAKETIME_TIMESTAMP_FILE", clock.to_str().unwrap()));
    // `libfaketime` then reads the file again each time.
    site.environment.push(("FAKETIME_NO_CACHE".into(), "1".into()));
    (site, clock)
}

fn set(clock: &Path, by_s: i64) {
    let draft = clock.with_extension("new");
    std::fs::write(&draft, format!("{by_s:+}\n")).unwrap();
    std::fs::rename(draft, clock).unwrap();
}

/// A film that is being drawn.
fn begin(process: &Process, url: &str) -> String {
    let id = process.submit("animation", &film("clock", url, 48, "mp4"));
    process.until(&id, PATIENCE, |job| job["progress"]["done"].as_u64() > Some(0));
    id
}

#[test]
fn a_clock_that_is_set_under_load_delays_and_loses_nothing() {
    let Some(library) = faketime::library() else { return skip("libfaketime", "it is not installed") };
    let url = serve(|path| {
        std::thread::sleep(Duration::from_millis(60));
        ("200 OK", "", picture(path))
    });
    let (site, clock) = site("clock-set", &library);
    // With one attempt, a lost attempt would fail the job.
    let settings = ["--attempts-max", "1", "--lease-s", "10"];
    let mut process = site.serve(&settings, "");
    for (what, by_s) in SETTINGS {
        // The clock changes while a film is drawn.
        let id = begin(&process, &url);
        let began = Instant::now();
        set(&clock, by_s);
        let waiting = process.submit("animation", &film("waits", &url, 12, "mp4"));
        for id in [&id, &waiting] {
            let job = process.ended(id, PATIENCE);
            assert_eq!(job["status"], "SUCCESS", "{what}: {job:#}");
        }
        let told = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(by_s);
        let day = told.strftime("%Y-%m-%d").to_string();
        assert!(process.log().contains(&day), "{what}: it does not believe the clock: {}", process.log());
        assert!(began.elapsed() < PATIENCE, "{what}: {:.1} s", began.elapsed().as_secs_f64());
        // The clock changes while no process runs.
        let id = begin(&process, &url);
        drop(process);
        set(&clock, 0);
        process = site.serve(&settings, "");
        assert_eq!(process.ended(&id, PATIENCE)["status"], "SUCCESS", "{what}, and right again at a restart");
    }
}
