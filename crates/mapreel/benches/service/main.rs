//! The overhead of the service: `cargo bench --bench service`.
//!
//! Small images one after another beside `mapreel render`, many at once, 2 000 requests within 20 seconds, and the waiting
//! times of a client beside clients that submit much. The benchmark prints figures; it asserts only that every accepted job is
//! done.

#![allow(dead_code, clippy::unwrap_used, reason = "a benchmark uses a part of the tests' support")]

mod fairness;
#[path = "../../tests/support/mod.rs"]
mod support;

use mapreel_testkit::quantile;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::service::{Process, Site, try_request, world};

fn main() {
    overhead();
    throughput();
    flood();
    fairness::fairness();
}

/// From the POST to the end of the job, as a client sees it.
fn through_service(process: &Process, request: &str) -> f64 {
    let began = Instant::now();
    let id = process.submit("image", request);
    loop {
        let job = process.get(&format!("/api/job-status/{id}?wait=10")).json();
        if job["status"] == "SUCCESS" {
            return began.elapsed().as_secs_f64() * 1e3;
        }
    }
}

fn overhead() {
    let site = Site::new("bench-overhead");
    let process = site.serve(&["--log", "warn,mapreel=info"], "");
    let request = world("overhead");
    let (file, out) = (site.folder.join("request.json"), site.folder.join("out.png"));
    std::fs::write(&file, &request).unwrap();
    let arguments = ["render", file.to_str().unwrap(), "-o", out.to_str().unwrap()];
    let (mut service, mut render) = (Vec::new(), Vec::new());
    for _ in 0..40 {
        service.push(through_service(&process, &request));
        let began = Instant::now();
        assert!(support::mapreel(&arguments).status.success());
        render.push(began.elapsed().as_secs_f64() * 1e3);
    }
    let (service, render) = (quantile(&service, 0.5).unwrap(), quantile(&render, 0.5).unwrap());
    println!(
        "one image   by the service {service:.1} ms, by `mapreel render` {render:.1} ms: {:+.1} ms",
        service - render
    );
}

fn throughput() {
    let site = Site::new("bench-throughput");
    let process = site.serve(&["--log", "warn,mapreel=info"], "");
    let began = Instant::now();
    let ids: Vec<String> = (0..300).map(|i| process.submit("image", &world(&i.to_string()))).collect();
    for id in &ids {
        process.ended(id, Duration::from_secs(120));
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("300 images  {seconds:.1} s, {:.0} jobs per second", 300.0 / seconds);
}

/// The answers that clients got.
#[derive(Default)]
struct Seen {
    statuses: HashMap<u16, usize>,
    ms: Vec<f64>,
    accepted: Vec<String>,
}

fn flood() {
    let site = Site::new("bench-flood");
    let process = site.serve(&["--log", "warn,mapreel=info"], "");
    let (url, began) = (process.url.clone(), Instant::now());
    let next = Arc::new(AtomicUsize::new(0));
    let seen: Arc<Mutex<Seen>> = Arc::default();
    let threads: Vec<_> = (0..16)
        .map(|_| {
            let (url, next, seen) = (url.clone(), next.clone(), seen.clone());
            std::thread::spawn(move || {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    if i >= 2000 {
                        return;
                    }
                    // A hundred requests a second.
                    std::thread::sleep((Duration::from_millis(10) * i as u32).saturating_sub(began.elapsed()));
                    let asked = Instant::now();
                    let headers = ["content-type: application/json"];
                    let body = world(&i.to_string());
                    let answer = try_request(&url, "POST", "/api/service/image", &headers, body.as_bytes()).unwrap();
                    let ms = asked.elapsed().as_secs_f64() * 1e3;
                    let mut seen = seen.lock().unwrap();
                    *seen.statuses.entry(answer.status).or_default() += 1;
                    seen.ms.push(ms);
                    if answer.status == 202 {
                        seen.accepted.push(answer.json()["id"].as_str().unwrap().to_owned());
                    }
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let posted = began.elapsed().as_secs_f64();
    let Seen { statuses, ms, accepted } = std::mem::take(&mut *seen.lock().unwrap());
    for id in &accepted {
        assert_eq!(process.ended(id, Duration::from_secs(300))["status"], "SUCCESS");
    }
    println!(
        "2000 POSTs  in {posted:.1} s: {statuses:?}; all accepted done after {:.1} s; answered in {:.1} ms (median), {:.1} ms (99 %); \
         memory at most {:.0} MB",
        began.elapsed().as_secs_f64(),
        quantile(&ms, 0.5).unwrap(),
        quantile(&ms, 0.99).unwrap(),
        process.memory_peak_bytes() as f64 / 1e6
    );
}
