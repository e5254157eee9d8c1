//! Processes of two versions that share a store: a fail point makes one of them behave as a newer version, whose plans the older one cannot
//! read.

use super::service::{Process, Site, film};
use mapreel_testkit::processes::wait_until;
use mapreel_testkit::upstreams;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(90);
const FRAMES: usize = 36;
const WORKER: [&str; 8] =
    ["--workers", "1", "--image-workers", "0", "--lease-s", "3", "--log", "mapreel=debug,mapreel_queue=debug"];

/// A slow server of pictures.
fn slow_upstream() -> String {
    let png = mapreel_testkit::pictures::Picture::grey(240, 180, 120).to_png();
    upstreams::serve(move |_| {
        std::thread::sleep(Duration::from_millis(40));
        ("200 OK", "", png.clone())
    })
}

fn worker(site: &Site, is_newer: bool) -> Process {
    site.worker(&WORKER, if is_newer { "newer_version=trip" } else { "" })
}

fn begun(worker: &Process) -> usize {
    worker.log().matches("begun").count()
}

#[track_caller]
fn wait(what: &str, is: impl FnMut() -> bool) {
    assert!(wait_until(PATIENCE, is), "{what}");
}

/// A job that a newer version has planned is continued only by the newer version; the older one claims the parts whose plans it can read.
pub fn a_plan_goes_to_who_can_read_it(site: &Site) {
    let url = slow_upstream();
    let api = site.serve(&["--workers", "0", "--lease-s", "3"], "");
    let newer = worker(site, true);
    let job = api.submit("animation", &film("planned by a newer version", &url, FRAMES, "mp4"));
    wait("it is prepared", || begun(&newer) > 1);
    let older = worker(site, false);
    wait("it looks for work", || older.log().contains("started"));
    assert_eq!(api.job(&job)["status"], "RUNNING", "the older one is there while there is something to do");
    let end = api.ended(&job, PATIENCE);
    assert_eq!(end["status"], "SUCCESS", "{end:#}");
    assert_eq!((begun(&older), &end["attempt"]), (0, &1.into()), "{}", older.log());
    drop(newer);
    let job = api.submit("animation", &film("planned by the older one", &url, FRAMES, "mp4"));
    wait("it is prepared", || begun(&older) > 1);
    let newer = worker(site, true);
    let end = api.ended(&job, PATIENCE);
    assert_eq!(end["status"], "SUCCESS", "{end:#}");
    assert!(begun(&newer) > 0, "it reads what is older: {}", newer.log());
}

/// A rollback while a job is half drawn: the older version prepares the job again, and no attempt is charged.
pub fn an_upgrade_is_taken_back(site: &Site) {
    let url = slow_upstream();
    let api = site.serve(&["--workers", "0", "--lease-s", "3"], "");
    let newer = worker(site, true);
    let job = api.submit("animation", &film("left behind", &url, FRAMES, "mp4"));
    wait("a segment is drawn", || api.job(&job)["progress"]["done"].as_u64() > Some(12));
    let done = api.job(&job)["progress"]["done"].as_u64();
    drop(newer);
    let older = worker(site, false);
    let end = api.until(&job, PATIENCE, |view| {
        assert!(view["progress"]["done"].as_u64() >= done, "progress never falls: {view:#}");
        view["status"] != "PENDING" && view["status"] != "RUNNING"
    });
    assert_eq!((&end["status"], &end["attempt"]), (&"SUCCESS".into(), &1.into()), "{end:#}\n{}", older.log());
    let counted = |process: &Process| process.log().contains("jobs are prepared again");
    assert!(counted(&api) || counted(&older), "{}", older.log());
    assert_eq!(begun(&older), 1 + 3 + 1, "each part once: {}", older.log());
}
