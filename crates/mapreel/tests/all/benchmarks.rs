//! The benchmarks that need no servers run here: each stage once, at a small size, without measuring times.

#[allow(dead_code, reason = "shared with the benchmark")]
#[path = "../../benches/looks/work.rs"]
mod work;
#[allow(dead_code, reason = "shared with the benchmark")]
#[path = "../../benches/stages"]
mod stages {
    pub mod bench;
    pub mod film;
    pub mod jobs;
    pub mod recorded;
    pub mod time_and_place;
}

use super::support::looks;
use stages::bench::Bench;

/// Two frames, each stage once, nothing measured.
const ONCE: Bench = Bench { rounds: 0, frames: 2 };

#[test]
fn every_stage_of_a_film_runs() {
    stages::film::stages(ONCE);
}

#[test]
fn documents_are_read_and_pictures_laid_in_the_benchmark() {
    stages::time_and_place::time_and_place(ONCE);
}

#[test]
fn an_image_and_a_film_are_drawn_in_the_benchmark() {
    [1, ONCE.frames].into_iter().for_each(stages::jobs::job);
}

#[test]
fn all_work_of_the_looks_benchmark_runs() {
    work::looks(work::Work { side: 128, film_side: 64, places: 380 });
}
