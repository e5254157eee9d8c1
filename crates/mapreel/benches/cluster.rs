//! The speed-up of a cluster: `cargo bench --bench cluster`.
//!
//! One film of 96 frames, from an upstream that answers in 200 ms, drawn by 1, 2, 4 and 8 workers of one slot each, over RabbitMQ,
//! MongoDB and S3; and the memory of one worker that draws 1 000 frames of 1280 × 720. The benchmark prints figures; it asserts
//! only that every job is done.

#![allow(dead_code, clippy::unwrap_used, reason = "a benchmark uses a part of the tests' support")]

#[path = "../tests/support/mod.rs"]
mod support;

use mapreel_testkit::pictures::Picture;
use std::time::{Duration, Instant};
use support::cluster::{Promises, servers, slow_wms, wait_for};
use support::service::{Process, film};

const LATENCY: Duration = Duration::from_millis(200);
const FRAMES: usize = 96;

fn main() {
    let Some(mut servers) = servers() else { return };
    let servers = servers.as_mut().unwrap();
    println!("one film of {FRAMES} frames, the upstream answers after {} ms", LATENCY.as_millis());
    println!(
        "{:>8} {:>8} {:>8}   {:>9} {:>9} {:>9} {:>11}   (seconds of all workers)",
        "workers", "wall s", "speed-up", "waiting", "drawing", "storing", "assembling"
    );
    let (url, _) = slow_wms(LATENCY);
    let mut first = None;
    for workers in [1, 2, 4, 8] {
        let site = servers.site(&format!("bench-{workers}"));
        let api = site.serve(&["--workers", "0"], "");
        let start = |_| site.worker(&["--slots", "1", "--worker-listen", "127.0.0.1:0"], "");
        let processes: Vec<Process> = (0..workers).map(start).collect();
        for process in &processes {
            wait_for(process, "messages come from the broker");
        }
        let mut promises = Promises::default();
        // A first film warms up the workers: connections, fonts, pages of memory.
        promises.submit(&api.url, "animation", &film("warm", &url, 24, "mp4"), 24, None);
        api.ended(&promises.jobs[0].0, Duration::from_secs(60));
        let before = Spent::of(&processes);
        let mut walls = Vec::new();
        for round in 0..3 {
            let began = Instant::now();
            let id = api.submit("animation", &film(&round.to_string(), &url, FRAMES, "mp4"));
            while api.get(&format!("/api/job-status/{id}?wait=20")).json()["status"] != "SUCCESS" {}
            walls.push(began.elapsed().as_secs_f64());
        }
        let spent = Spent::of(&processes);
        let each = |after: f64, before: f64| (after - before) / walls.len() as f64;
        let wall = walls.iter().sum::<f64>() / walls.len() as f64;
        let speed_up = *first.get_or_insert(wall) / wall;
        println!(
            "{workers:>8} {wall:>8.2} {speed_up:>8.2}   {:>9.2} {:>9.2} {:>9.2} {:>11.2}",
            each(spent.waiting, before.waiting),
            each(spent.drawing, before.drawing),
            each(spent.storing, before.storing),
            each(spent.assembling, before.assembling),
        );
    }
    memory(servers);
}

/// Processor seconds of all workers.
struct Spent {
    waiting: f64,
    drawing: f64,
    storing: f64,
    assembling: f64,
}

impl Spent {
    fn of(workers: &[Process]) -> Self {
        let texts: Vec<String> = workers.iter().map(|worker| worker.get("/metrics").text()).collect();
        let sum = |name: &str| {
            let lines = texts.iter().flat_map(|text| text.lines()).filter_map(|line| line.strip_prefix(name));
            lines.filter_map(|value| value.trim().parse::<f64>().ok()).sum()
        };
        let doing = |what: &str| sum(&format!("mapreel_worker_time_seconds_total{{doing=\"{what}\"}}"));
        Self {
            waiting: doing("waiting"),
            drawing: doing("drawing"),
            storing: doing("storing"),
            assembling: sum("mapreel_part_duration_seconds_sum{kind=\"assemble\"}"),
        }
    }
}

fn memory(servers: &mut support::cluster::Servers) {
    const SIDES: [usize; 2] = [1280, 720];
    let [width, height] = SIDES;
    let gradient =
        (0..height).flat_map(|y| (0..width).flat_map(move |x| [(x / 5) as u8, (y / 3) as u8, ((x ^ y) / 8) as u8]));
    let png = Picture { width: width as u32, height: height as u32, rgb: gradient.collect() }.to_png();
    let url = mapreel_testkit::upstreams::serve(move |_| ("200 OK", "", png.clone()));
    let site = servers.site("bench-memory");
    let limits = ["--frames-max", "1000", "--cost-mpx-max", "100000"];
    let api = site.serve(&[&["--workers", "0"], &limits[..]].concat(), "");
    let worker = site.worker(&[&["--slots", "1"], &limits[..]].concat(), "");
    let hour = |i: usize| format!("\"2020-{:02}-{:02}T{:02}:00:00Z\"", i / 672 + 1, i / 24 % 28 + 1, i % 24);
    let times: Vec<String> = (0..1000).map(hour).collect();
    let request = format!(
        r#"{{ "map": {{ "bbox": [0, 0, 32, 18], "width": {width}, "height": {height} }}, "times": [{}],
             "layers": [{{ "type": "wms", "url": "{url}", "layers": "a", "title": "Data" }}],
             "header": {{ "title": "1 000 frames" }}, "output": {{ "format": "mp4" }} }}"#,
        times.join(",")
    );
    let began = Instant::now();
    let id = api.submit("animation", &request);
    let job = api.ended(&id, Duration::from_secs(600));
    assert_eq!(job["status"], "SUCCESS", "{job}");
    println!(
        "1 000 frames of {width} x {height} by one worker of one slot: {:.1} s; its memory at most {} MB, that of the API {} MB",
        began.elapsed().as_secs_f64(),
        worker.memory_peak_bytes() / 1_000_000,
        api.memory_peak_bytes() / 1_000_000
    );
}
