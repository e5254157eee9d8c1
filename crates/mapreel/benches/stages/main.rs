//! `cargo bench --bench stages`: the processor time of a frame, stage by stage, and of whole jobs, with recorded answers of a
//! real WMS.
//!
//! Prints milliseconds of processor time (user and system) beside the times that were measured by hand with the same
//! libraries. Nothing here asserts a time: machines differ. `MAPREEL_RECORD=http://…/wms cargo bench` records the answers
//! anew.
//! `tests/all/benchmarks.rs` runs every stage once.

mod bench;
mod film;
mod jobs;
mod recorded;
mod time_and_place;

use bench::Bench;

fn main() {
    mapreel::memory::return_large_blocks();
    let arguments: Vec<String> = std::env::args().collect();
    if let Ok(wms) = std::env::var("MAPREEL_RECORD") {
        return recorded::record(&wms);
    }
    match arguments.iter().position(|argument| argument == "--job") {
        Some(at) => jobs::job(arguments[at + 1].parse().expect("frames")),
        None => {
            film::stages(Bench::WHOLE);
            time_and_place::time_and_place(Bench::WHOLE);
            jobs::jobs();
        }
    }
}
