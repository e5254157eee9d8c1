//! The service under faults: processes that are killed, freeze and end, jobs that are cancelled or poisonous. After each fault, every
//! accepted job has ended exactly once, and nothing else is left behind.

use super::support::cluster::slow_wms;
use super::support::service::{Process, Site, film, try_request, world};
use mapreel_testkit::processes::wait_until;
use serde_json::Value;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

/// Checks that the job has succeeded, that its file matches its record, and that file, manifest and preview are its only objects in
/// `site`.
/// belong to it.
#[track_caller]
fn assert_whole(site: &Site, process: &Process, job: &Value, frames: u64) {
    assert_eq!(job["status"], "SUCCESS", "{job}\n{}", process.log());
    assert_eq!(job["artifact"]["frames"], frames);
    let id = job["id"].as_str().unwrap();
    let file = process.get(&format!("/api/download/{id}"));
    assert_eq!(file.status, 200);
    assert_eq!(job["artifact"]["sha256"], file.sha256());
    let own = || site.objects().into_iter().filter(|key| key.starts_with(id)).collect::<Vec<_>>();
    let has_three = wait_until(Duration::from_secs(10), || own().len() == 3);
    assert!(has_three, "a file, a manifest and a small picture, and not {:?}", own());
    assert_eq!(process.get(&format!("/api/job-status/{id}/preview")).status, 200);
}

/// The steps at which a process is killed, and whether an image has this step, too.
const STEPS: [(&str, bool); 15] = [
    ("inserted=kill", true),
    ("claimed=kill", true),
    ("claimed=kill@2", false),
    ("fetching=kill@20", false),
    ("drawing=kill@15", false),
    ("encoding=kill", true),
    ("encoding=kill@17", false),
    ("uploading=kill", true),
    ("uploading=kill@2", false),
    ("uploaded=kill", true),
    ("uploaded=kill@3", false),
    ("finished=kill", true),
    ("finished=kill@2", false),
    ("finished=kill@3", false),
    ("assembling=kill", false),
];

#[test]
fn a_job_survives_a_kill_at_every_step() {
    let (url, _) = slow_wms(Duration::ZERO);
    let film = film("x", &url, 30, "mp4");
    let mut resumed_ms = Vec::new();
    for (place, also_image) in STEPS {
        resumed_ms.push(killed_and_resumed(place, "animation", &film, 30));
        if also_image {
            resumed_ms.push(killed_and_resumed(place, "image", &world("x"), 1));
        }
    }
    resumed_ms.sort_unstable();
    eprintln!(
        "{} kills survived; from restart to the first finished part: median {} ms, longest {} ms",
        resumed_ms.len(),
        resumed_ms[resumed_ms.len() / 2],
        resumed_ms[resumed_ms.len() - 1]
    );
}

/// Kills a process at a step of a job; the next process ends the job. Returns the milliseconds from the start of the next process to
/// its first finished part.
fn killed_and_resumed(place: &str, service: &str, request: &str, frames: u64) -> u128 {
    let site = Site::new("kill");
    let mut first = site.serve(&["--workers", "2"], place);
    let (path, headers) = (format!("/api/service/{service}"), ["content-type: application/json"]);
    // The process may die before it answers; then it has promised nothing.
    let _ = try_request(&first.url, "POST", &path, &headers, request.as_bytes());
    assert!(wait_until(PATIENCE, || first.has_ended()), "it never came to {place}: {}", first.log());
    let restarted = Instant::now();
    let second = site.serve(&["--workers", "2"], "");
    let jobs = second.get("/api/jobs").json();
    let id = jobs["jobs"][0]["id"].as_str().unwrap_or_else(|| panic!("{place}: no job")).to_owned();
    let done_before = jobs["jobs"][0]["progress"]["done"].as_u64().unwrap();
    second.until(&id, PATIENCE, |job| job["status"] != "PENDING");
    let goes_on = || second.log().contains("done duration_ms") || second.job(&id)["status"] == "SUCCESS";
    assert!(wait_until(PATIENCE, goes_on), "{place}: {}", second.log());
    let resumed_ms = restarted.elapsed().as_millis();
    let job = second.ended(&id, PATIENCE);
    assert!(job["progress"]["done"].as_u64().unwrap() >= done_before);
    assert_whole(&site, &second, &job, frames);
    resumed_ms
}

#[test]
fn finished_segments_are_not_drawn_again() {
    let (url, hits) = slow_wms(Duration::ZERO);
    let site = Site::new("resume");
    // The third upload is that of the second segment: the preparation and one segment are finished.
    let mut first = site.serve(&["--workers", "1", "--image-workers", "0"], "uploading=kill@2");
    let id = first.submit("animation", &film("x", &url, 36, "mp4"));
    first.wait();
    let second = site.serve(&["--workers", "1"], "");
    let job = second.ended(&id, PATIENCE);
    assert_whole(&site, &second, &job, 36);
    let hits = hits.lock().unwrap();
    let twice = hits.values().filter(|count| **count > 1).count();
    assert_eq!(hits.len(), 36);
    assert!(
        (1..=12).contains(&twice),
        "{twice} of 36 frames were fetched twice: the one segment that was not finished"
    );
}

#[test]
fn cancelling_takes_effect_at_once_and_leaves_nothing() {
    let (url, _) = slow_wms(Duration::from_millis(300));
    let site = Site::new("cancel");
    let process = site.serve(&["--workers", "2"], "");
    for after_ms in [0, 300, 900, 1500] {
        let id = process.submit("animation", &film("x", &url, 240, "mp4"));
        std::thread::sleep(Duration::from_millis(after_ms));
        let cancelled = process.request("DELETE", &format!("/api/job-status/{id}"), &[], b"");
        assert_eq!((cancelled.status, cancelled.json()["status"].as_str()), (200, Some("CANCELLED")));
        let began = Instant::now();
        while !(process.get("/metrics").text().contains("mapreel_slots_busy{service=\"animation\"} 0")
            || after_ms == 0 && began.elapsed() > Duration::from_secs(1))
        {
            assert!(began.elapsed() < Duration::from_secs(3), "still at work: {}", process.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        let began = Instant::now();
        while site.objects().iter().any(|key| key.starts_with(&id)) {
            assert!(began.elapsed() < Duration::from_secs(3), "{:?}", site.objects());
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(process.get(&format!("/api/download/{id}")).status, 409);
        assert_eq!(process.job(&id)["status"], "CANCELLED");
    }
}

#[test]
fn a_panic_while_drawing_is_a_failure_of_that_job_alone() {
    let site = Site::new("panic");
    let process = site.serve(&["--workers", "1"], "drawing(bad)=panic");
    let bad = process.submit("image", &world("bad"));
    let good = process.submit("image", &world("good"));
    assert_eq!(process.ended(&good, PATIENCE)["status"], "SUCCESS");
    let job = process.ended(&bad, PATIENCE);
    assert_eq!((job["failure"]["code"].as_str(), job["attempt"].as_u64()), (Some("internal"), Some(3)));
}

#[test]
fn a_process_told_to_end_hands_back_what_it_cannot_finish() {
    let (url, _) = slow_wms(Duration::from_millis(400));
    let site = Site::new("drain");
    let mut first = site.serve(&["--workers", "1", "--drain-s", "5"], "");
    let id = first.submit("animation", &film("x", &url, 36, "mp4"));
    first.until(&id, PATIENCE, |job| job["progress"]["done"].as_u64().unwrap() > 0);
    let began = Instant::now();
    first.signal(libc::SIGTERM);
    assert_eq!(first.wait(), Some(0), "{}", first.log());
    assert!(began.elapsed() < Duration::from_secs(8));
    let second = site.serve(&["--workers", "4"], "");
    let job = second.job(&id);
    assert!(job["attempt"].as_u64().unwrap() <= 1, "{job}\n{}", first.log());
    let job = second.ended(&id, PATIENCE);
    assert_eq!(job["attempt"], 1, "no attempt was charged");
    assert_whole(&site, &second, &job, 36);
}

#[test]
fn images_do_not_wait_for_animations() {
    let (url, _) = slow_wms(Duration::from_millis(100));
    let site = Site::new("fairness");
    let process = site.serve(&["--workers", "2"], "");
    let films: Vec<String> = (0..4).map(|_| process.submit("animation", &film("long", &url, 120, "mp4"))).collect();
    let began = Instant::now();
    let images: Vec<String> = (0..20).map(|i| process.submit("image", &world(&i.to_string()))).collect();
    let mut seconds: Vec<f64> = Vec::new();
    let mut open = images;
    while !open.is_empty() {
        open.retain(|id| {
            let done = process.job(id)["status"] == "SUCCESS";
            if done {
                seconds.push(began.elapsed().as_secs_f64());
            }
            !done
        });
        assert!(began.elapsed() < PATIENCE, "{}", process.log());
    }
    let unfinished = films.iter().filter(|id| process.job(id)["status"] != "SUCCESS").count();
    assert!(unfinished > 0, "the films were too short to be in the way");
    let memory_mb = process.memory_peak_bytes() / 1_000_000;
    let (most, all) = (seconds[18], seconds[19]);
    eprintln!("20 images behind 4 animations: 19 done after {most:.2} s, all after {all:.2} s; memory {memory_mb} MB");
    films.iter().for_each(|id| drop(process.request("DELETE", &format!("/api/job-status/{id}"), &[], b"")));
}
