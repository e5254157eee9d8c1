//! Whole jobs.

use super::bench::cpu_ms;
use super::recorded::{Recorded, document, planned, request};
use mapreel::fonts::FontSource;
use mapreel::produce::{Destination, Job, produce};
use mapreel::progress::NoProgress;
use mapreel_spec::Limits;
use mapreel_testkit::processes::memory_peak_bytes;
use mapreel_testkit::quantile;
use std::sync::Arc;
use std::time::Instant;

/// One whole job: prints wall ms, CPU ms and peak MB.
pub fn job(frames: usize) {
    let limits = Limits { cost_mpx_max: u64::MAX, ..Limits::default() };
    let recorded = Arc::new(Recorded::load(&planned(frames, &limits)));
    let (document, request) = (document(frames), request(frames));
    let out = std::env::temp_dir().join(format!("mapreel-bench-{}", std::process::id()));
    let (before, started) = (cpu_ms(), Instant::now());
    let fonts = FontSource::default();
    let job = Job { request, document: &document, upstreams: recorded, fonts, limits, threads: 2, memory_mib: 4096 };
    produce(job, &Destination::File(out.clone()), &NoProgress).expect("it is drawn");
    let (wall_ms, cpu_ms) = (started.elapsed().as_secs_f64() * 1e3, cpu_ms() - before);
    println!("{wall_ms:.1} {cpu_ms:.1} {:.1}", memory_peak_bytes(std::process::id()) as f64 / f64::from(1 << 20));
    let _ = std::fs::remove_file(out);
}

/// Runs each job in a process of its own.
pub fn jobs() {
    println!("\n{:44} {:>8} {:>8} {:>8}   aim", "whole job, median of 7, two threads", "wall ms", "CPU ms", "peak MB");
    for (name, frames, aim) in [
        ("one image, one overlay, stored PNG", 1, "40 ms CPU"),
        ("24 frames 936×763 to MP4", 24, "350 ms wall, 500 ms CPU, 80 MB"),
        ("240 frames 936×763 to MP4", 240, "80 MB, the same as for 24"),
    ] {
        let runs: Vec<[f64; 3]> = (0..7).map(|_| in_its_own_process(frames)).collect();
        let median = |column: usize| {
            let values: Vec<f64> = runs.iter().map(|run| run[column]).collect();
            quantile(&values, 0.5).expect("there are seven")
        };
        println!("{name:44} {:8.0} {:8.0} {:8.0}   {aim}", median(0), median(1), median(2));
    }
}

/// What [`job`] prints.
fn in_its_own_process(frames: usize) -> [f64; 3] {
    let this = std::env::current_exe().expect("it runs");
    let output = std::process::Command::new(this).args(["--job", &frames.to_string()]).output().expect("it runs");
    let numbers = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<f64> = numbers.split_whitespace().filter_map(|n| n.parse().ok()).collect();
    [numbers[0], numbers[1], numbers[2]]
}
