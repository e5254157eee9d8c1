//! Large requests are parsed a few at a time, on threads of their own; further ones are refused at once.

use super::support::service::{Process, Site, try_request, world};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(120);

/// An image with a megabyte of points.
fn heavy(title: &str) -> String {
    let points: Vec<String> = (0..7_000)
        .map(|i| {
            let (x, y) = (f64::from(i % 3600) / 10.0 - 180.0, f64::from(i / 3600) / 10.0);
            format!(
                r#"{{"type":"Feature","properties":{{"i":{i}}},"geometry":{{"type":"Point","coordinates":[{x},{y}]}}}}"#
            )
        })
        .collect();
    let features = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, points.join(","));
    format!(
        r#"{{ "map": {{ "bbox": [-180, -60, 180, 80], "width": 64 }}, "header": {{ "title": "{title}" }},
             "layers": [{{ "type": "geojson", "data": {features} }}] }}"#
    )
}

/// The longest answer time of `/healthz` while `work` runs.
fn wait(process: &Process, work: impl FnOnce()) -> Duration {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let mut waits = Vec::new();
            while !done.load(Ordering::Relaxed) {
                let began = Instant::now();
                assert_eq!(process.get("/healthz").status, 200);
                waits.push(began.elapsed());
                std::thread::sleep(Duration::from_millis(5));
            }
            waits.into_iter().max().unwrap_or_default()
        });
        let worked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        done.store(true, Ordering::Relaxed);
        let wait = asking.join().unwrap();
        worked.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        wait
    })
}

#[test]
fn the_reading_of_large_requests_delays_no_other_request() {
    let site = Site::new("readers");
    let process = site.serve(&["--workers", "2", "--image-workers", "2"], "");
    let (request, accepted) = (heavy("x"), AtomicUsize::new(0));
    let wait = wait(&process, || {
        std::thread::scope(|scope| {
            for i in 0..20 {
                let (process, request, accepted) = (&process, &request, &accepted);
                scope.spawn(move || {
                    let path = if i % 2 == 0 { "/api/service/image" } else { "/api/check" };
                    let answer = process.post(path, request);
                    assert!([200, 202].contains(&answer.status), "{}", answer.text());
                    accepted.fetch_add(usize::from(answer.status == 202), Ordering::Relaxed);
                });
            }
        });
        // The workers parse the requests, too.
        let began = Instant::now();
        while process.get("/metrics").text().lines().any(|line| {
            let open = ["PENDING", "RUNNING"].iter().any(|state| line.contains(state));
            line.starts_with("mapreel_jobs{") && open && !line.ends_with(" 0")
        }) {
            assert!(began.elapsed() < PATIENCE, "{}", process.log());
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    eprintln!(
        "10 submissions, 10 checks and 10 jobs of {} kB: /healthz took {} ms",
        request.len() >> 10,
        wait.as_millis()
    );
    assert_eq!(accepted.into_inner(), 10);
    assert!(wait < Duration::from_millis(2000), "/healthz waited {} ms", wait.as_millis());
}

#[test]
fn requests_that_cannot_be_read_soon_are_refused_at_once() {
    let site = Site::new("readers-full");
    let process = site.serve(&["--workers", "0"], "reading=sleep1");
    let refused = AtomicUsize::new(0);
    let wait = wait(&process, || {
        std::thread::scope(|scope| {
            for _ in 0..200 {
                scope.spawn(|| {
                    let json = ["content-type: application/json"];
                    let answer = try_request(&process.url, "POST", "/api/check", &json, world("x").as_bytes()).unwrap();
                    if answer.status == 503 {
                        assert_eq!(answer.json()["code"], "busy");
                        assert!(!answer.header("retry-after").is_empty());
                        refused.fetch_add(1, Ordering::Relaxed);
                    } else {
                        assert_eq!(answer.status, 200, "{}", answer.text());
                    }
                });
            }
        });
    });
    let refused = refused.into_inner();
    eprintln!("{refused} of 200 checks refused; /healthz took {} ms", wait.as_millis());
    assert!((100..200).contains(&refused), "{refused}");
    assert!(wait < Duration::from_millis(2000));
}

#[test]
fn a_worker_answers_while_it_reads_requests() {
    let site = Site::new("readers-worker");
    let api = site.serve(&["--workers", "0"], "");
    let jobs: Vec<String> = (0..4).map(|i| api.submit("image", &world(&i.to_string()))).collect();
    let worker = site.worker(&["--slots", "4", "--worker-listen", "127.0.0.1:0"], "reading=sleep5");
    let wait = wait(&worker, || {
        for id in &jobs {
            assert_eq!(api.ended(id, PATIENCE)["status"], "SUCCESS");
        }
    });
    eprintln!("4 requests that take 5 s to be read: /healthz took {} ms", wait.as_millis());
    assert!(wait < Duration::from_millis(2000), "/healthz waited {} ms", wait.as_millis());
}
