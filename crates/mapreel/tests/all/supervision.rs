//! Long-lived tasks that panic: the supervisor starts them again, or the process ends with an exit code. It never lives
//! on without a task.

use super::support::service::{Process, Site, film, try_request, world};
use mapreel_testkit::pictures::Picture;
use mapreel_testkit::processes::wait_until;
use mapreel_testkit::upstreams::serve;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);
/// The exit code of a process that cannot keep a task alive.
const TASK_LOST: i32 = 4;

/// Every long-lived task of a process with SQLite.
const TASKS: [&str; 7] = ["slot", "maintenance", "store", "changes", "listener", "signals", "watch"];

/// Asks for an image and ignores the outcome: some tasks do something only when there is work.
fn prod(process: &Process) {
    let json = ["content-type: application/json"];
    let _ = try_request(&process.url, "POST", "/api/service/image", &json, world("prod").as_bytes());
}

#[test]
fn a_task_that_panics_is_started_again() {
    for task in TASKS {
        let time = if task == "signals" { 1 } else { 2 };
        let site = Site::new("supervision");
        let mut process = site.serve(&["--workers", "1"], &format!("{task}=panic@{time}"));
        let counted = format!("mapreel_task_restarts_total{{task=\"{task}\"}} 1");
        let is_counted = || {
            prod(&process);
            std::thread::sleep(Duration::from_millis(50));
            let metrics = try_request(&process.url, "GET", "/metrics", &[], b"");
            metrics.is_ok_and(|metrics| metrics.text().contains(&counted))
        };
        assert!(wait_until(PATIENCE, is_counted), "{task} was not started again: {}", process.log());
        assert!(process.log().contains(&format!("task=\"{task}\"")), "{}", process.log());
        let id = process.submit("image", &world("after"));
        assert_eq!(process.ended(&id, PATIENCE)["status"], "SUCCESS", "after {task}: {}", process.log());
        let is_ready = || process.get("/readyz").status == 200;
        assert!(wait_until(PATIENCE, is_ready), "{task}: {}", process.get("/readyz").text());
        process.signal(libc::SIGTERM);
        assert_eq!(process.wait(), Some(0), "after {task}: {}", process.log());
    }
}

#[test]
fn a_task_that_panics_again_and_again_ends_the_process() {
    let mut slowest = Duration::ZERO;
    for task in TASKS {
        let site = Site::new("supervision-end");
        let mut process = site.serve(&["--workers", "1"], &format!("{task}=panic"));
        let began = Instant::now();
        let mut lost = None;
        while !process.has_ended() {
            assert!(began.elapsed() < PATIENCE, "{task} is dead and the process lives: {}", process.log());
            if lost.is_none() && process.log().contains("cannot be kept alive") {
                lost = Some(Instant::now());
            }
            let url = process.url.clone();
            std::thread::spawn(move || try_request(&url, "GET", "/readyz", &[], b""));
            if task == "store" {
                let url = process.url.clone();
                let json = ["content-type: application/json"];
                let post = move || try_request(&url, "POST", "/api/service/image", &json, world("prod").as_bytes());
                std::thread::spawn(post);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        slowest = slowest.max(lost.map_or(Duration::ZERO, |lost| lost.elapsed()));
        assert_eq!(process.wait(), Some(TASK_LOST), "{task}: {}", process.log());
    }
    eprintln!("from the loss of a task to the end of its process: {} ms at most", slowest.as_millis());
    assert!(slowest < Duration::from_secs(5));
}

#[test]
fn while_a_task_is_down_the_process_is_not_ready_and_says_which() {
    let site = Site::new("supervision-ready");
    let process = site.serve(&["--workers", "1"], "maintenance=panic");
    let began = Instant::now();
    loop {
        let ready = try_request(&process.url, "GET", "/readyz", &[], b"").expect("it lives for some time");
        if ready.status == 503 {
            let problem = ready.json();
            assert_eq!(problem["code"], "not_ready");
            assert!(problem["detail"].as_str().unwrap().contains("`maintenance`"), "{problem}");
            break;
        }
        assert!(began.elapsed() < PATIENCE);
    }
}

#[test]
fn a_process_that_loses_a_task_hands_back_its_parts() {
    let png = Picture::grey(240, 180, 120).to_png();
    let url = serve(move |_| {
        std::thread::sleep(Duration::from_millis(400));
        ("200 OK", "", png.clone())
    });
    let site = Site::new("supervision-hand-back");
    let api = site.serve(&["--workers", "0"], "");
    let id = api.submit("animation", &film("x", &url, 36, "mp4"));
    let mut lost = site.worker(&["--workers", "1"], "changes=panic");
    assert_eq!(lost.wait(), Some(TASK_LOST), "{}", lost.log());
    assert!(lost.log().contains("handed back"), "it held nothing: {}", lost.log());
    let _other = site.worker(&["--workers", "4"], "");
    let job = api.ended(&id, PATIENCE);
    assert_eq!((job["status"].as_str(), job["attempt"].as_u64()), (Some("SUCCESS"), Some(1)), "{job}");
}

#[test]
fn a_slot_that_panics_gives_its_part_back_at_once() {
    let site = Site::new("supervision-claimed");
    // At once, and not after the lease's deadline: the process that holds the lease is alive.
    let arguments = ["--workers", "1", "--image-workers", "0", "--lease-s", "600"];
    let process = site.serve(&arguments, "claimed=panic@1");
    let id = process.submit("image", &world("x"));
    let job = process.ended(&id, PATIENCE);
    assert_eq!((job["status"].as_str(), job["attempt"].as_u64()), (Some("SUCCESS"), Some(2)), "{job}");
}

#[test]
fn a_new_store_beside_the_artifacts_of_another_is_refused_until_it_is_accepted() {
    let site = Site::new("another-store");
    let mut process = site.serve(&["--workers", "1"], "");
    let id = process.submit("image", &world("kept"));
    assert_eq!(process.ended(&id, PATIENCE)["status"], "SUCCESS", "{}", process.log());
    let store = site.folder.join("mapreel-data/jobs.db");
    std::fs::remove_file(&store).unwrap();
    let began = Instant::now();
    while process.get("/readyz").status == 200 {
        assert!(began.elapsed() < PATIENCE, "ready, without a store");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(process.get("/readyz").text().contains("deleted or replaced"), "{}", process.get("/readyz").text());
    assert_eq!(process.post("/api/service/image", &world("lost")).status, 503);
    process.signal(libc::SIGTERM);
    assert_eq!(process.wait(), Some(0), "{}", process.log());
    let mut refused = site.start(&["serve", "--listen", "127.0.0.1:0"], "");
    assert_eq!(refused.wait(), Some(1), "{}", refused.log());
    assert!(refused.log().contains("belong to another store"), "{}", refused.log());
    assert!(site.objects().iter().any(|key| key.starts_with(&id)), "what the old store knew is still there");
    std::fs::remove_file(site.artifacts.join(".store")).unwrap();
    let process = site.serve(&["--workers", "1"], "");
    let id = process.submit("image", &world("anew"));
    assert_eq!(process.ended(&id, PATIENCE)["status"], "SUCCESS", "{}", process.log());
}
