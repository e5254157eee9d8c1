//! Long-lived tasks that panic, in the processes of a cluster: a task is started again, or its process ends with an exit code.

use crate::support::cluster::{PATIENCE, Promises, servers};
use crate::support::service::{Process, try_request, world};
use std::time::{Duration, Instant};

/// The exit code of a process that has lost a task.
const TASK_LOST: i32 = 4;

/// The tasks that a process has in a cluster, and at which pass each one's failpoint is to act.
const TASKS: [(&str, usize); 5] = [("presence", 2), ("changes", 2), ("clock", 1), ("publisher", 1), ("consumer", 1)];

/// Submits an image and ignores the answer, so that a message is published and consumed.
fn submit_an_image(process: &Process) {
    let json = ["content-type: application/json"];
    let _ = try_request(&process.url, "POST", "/api/service/image", &json, world("prod").as_bytes());
}

#[test]
fn a_task_that_panics_is_started_again_and_jobs_succeed() {
    let Some(mut servers) = servers() else { return };
    let servers = servers.as_mut().unwrap();
    for (task, time) in TASKS {
        let site = servers.site("tasks");
        let mut process = site.serve(&["--workers", "1"], &format!("{task}=panic@{time}"));
        let counted = format!("mapreel_task_restarts_total{{task=\"{task}\"}} 1");
        let began = Instant::now();
        loop {
            submit_an_image(&process);
            let metrics = try_request(&process.url, "GET", "/metrics", &[], b"");
            if metrics.is_ok_and(|metrics| metrics.text().contains(&counted)) {
                break;
            }
            assert!(began.elapsed() < PATIENCE, "{task} was not started again: {}", process.log());
            std::thread::sleep(Duration::from_millis(100));
        }
        let id = process.submit("image", &world("after"));
        assert_eq!(process.ended(&id, PATIENCE)["status"], "SUCCESS", "after {task}: {}", process.log());
        let began = Instant::now();
        while process.get("/readyz").status != 200 {
            assert!(began.elapsed() < PATIENCE, "{task}: {}", process.get("/readyz").text());
            std::thread::sleep(Duration::from_millis(50));
        }
        process.signal(libc::SIGTERM);
        assert_eq!(process.wait(), Some(0), "after {task}: {}", process.log());
    }
}

#[test]
fn a_task_that_panics_again_and_again_ends_the_process_and_others_go_on() {
    let Some(mut servers) = servers() else { return };
    let servers = servers.as_mut().unwrap();
    let mut slowest = Duration::ZERO;
    for (task, _) in TASKS {
        let site = servers.site("tasks-end");
        let other = site.serve(&["--workers", "1"], "");
        let mut process = site.serve(&["--workers", "1"], &format!("{task}=panic"));
        let mut promises = Promises::default();
        let (began, mut lost) = (Instant::now(), None);
        while !process.has_ended() {
            assert!(began.elapsed() < PATIENCE, "{task} is dead and the process lives: {}", process.log());
            if lost.is_none() && process.log().contains("cannot be kept alive") {
                lost = Some(Instant::now());
            }
            if promises.jobs.len() < 40 {
                promises.submit(&process.url, "image", &world("x"), 1, None);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        slowest = slowest.max(lost.map_or(Duration::ZERO, |lost| lost.elapsed()));
        assert_eq!(process.wait(), Some(TASK_LOST), "{task}: {}", process.log());
        promises.kept(&site, &other);
    }
    crate::support::cluster::print(&format!(
        "from the loss of a task of a cluster to the end of its process: {} ms at most",
        slowest.as_millis()
    ));
    assert!(slowest < Duration::from_secs(5));
}
