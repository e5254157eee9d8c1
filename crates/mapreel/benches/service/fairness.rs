//! The waiting times of a client beside clients that submit much: on one machine, and in a cluster of one API server and
//! one worker.

use crate::support::cluster::{servers, wait_for};
use crate::support::service::{Process, Site};
use jiff::{Span, civil::date};
use mapreel_testkit::pictures::Picture;
use mapreel_testkit::quantile;
use mapreel_testkit::upstreams::serve;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(120);
const PROXIES: [&str; 2] = ["--trusted-proxies", "127.0.0.1"];

pub fn fairness() {
    let site = Site::new("bench-fairness");
    let process = site.serve(&[&PROXIES[..], &["--log", "warn,mapreel=info"]].concat(), "");
    measure("SQLite", &process);
    drop(process);
    let Some(mut servers) = servers() else { return };
    let site = servers.as_mut().expect("they have been started").site("bench-fairness");
    let api = site.serve(&[&PROXIES[..], &["--workers", "0"]].concat(), "");
    let worker = site.worker(&["--worker-listen", "127.0.0.1:0"], "");
    wait_for(&worker, "messages come from the broker");
    measure("cluster", &api);
}

/// A film of `days` days.
fn film(title: &str, url: &str, days: usize) -> String {
    let last = date(2000, 1, 1) + Span::new().days(days as i64 - 1);
    format!(
        r#"{{ "map": {{ "bbox": [0, 0, 20, 15], "width": 240, "height": 180 }}, "times": "2000-01-01/{last}/P1D",
             "layers": [{{ "type": "wms", "url": "{url}", "layers": "a", "title": "Data" }}],
             "header": {{ "title": "{title}" }}, "output": {{ "format": "mp4" }} }}"#
    )
}

fn measure(store: &str, process: &Process) {
    let png = Picture::grey(240, 180, 120).to_png();
    let url = serve(move |_| ("200 OK", "", png.clone()));
    let submit =
        |owner: &str, title: &str, days: usize| process.submit_from(owner, "animation", &film(title, &url, days));
    let alone = times(process, &url, "198.51.100.9", 5);
    let large: Vec<String> = (0..6).map(|i| submit("198.51.100.1", &format!("large {i}"), 600)).collect();
    process.until(&large[0], PATIENCE, |job| job["progress"]["done"].as_u64() > Some(0));
    let beside = times(process, &url, "198.51.100.2", 20);
    let left = large.iter().filter(|id| process.job(id)["status"] != "SUCCESS").count();
    for id in &large {
        process.request("DELETE", &format!("/api/job-status/{id}"), &[], b"");
    }
    let at = |times: &[f64], share| quantile(times, share).unwrap();
    println!(
        "fair, {store:8} a film of 5 frames alone {:.2} s (median), beside six of 600 of another client {:.2} s (median), {:.2} s (p95), {left} of the \
         six were still open",
        at(&alone, 0.5),
        at(&beside, 0.5),
        at(&beside, 0.95),
    );
    // Two owners with equal rights: one has three jobs, the other has one.
    let owners = [("198.51.100.3", 3), ("198.51.100.4", 1)];
    let jobs: Vec<Vec<String>> = owners
        .iter()
        .map(|(owner, jobs)| (0..*jobs).map(|i| submit(owner, &format!("equal {i}"), 600)).collect())
        .collect();
    let done =
        |jobs: &[String]| jobs.iter().map(|id| process.job(id)["progress"]["done"].as_u64().unwrap_or(0)).sum::<u64>();
    let began = Instant::now();
    while done(&jobs[1]) < 400 && began.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(20));
    }
    let [three, one] = [done(&jobs[0]), done(&jobs[1])];
    for id in jobs.iter().flatten() {
        process.request("DELETE", &format!("/api/job-status/{id}"), &[], b"");
    }
    println!(
        "fair, {store:8} a client with three films has {three} frames when one with one has {one}: {:+.1} %",
        (three as f64 / one as f64 - 1.0) * 100.0
    );
}

/// The seconds that each of `count` films of five frames takes, one after another.
fn times(process: &Process, url: &str, owner: &str, count: usize) -> Vec<f64> {
    let one = |i| {
        let began = Instant::now();
        let id = process.submit_from(owner, "animation", &film(&format!("small {i}"), url, 5));
        while process.get(&format!("/api/job-status/{id}?wait=10")).json()["status"] != "SUCCESS" {
            assert!(began.elapsed() < PATIENCE, "{}", process.log());
        }
        began.elapsed().as_secs_f64()
    };
    (0..count).map(one).collect()
}
