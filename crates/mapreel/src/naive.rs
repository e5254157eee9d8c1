//! The scorecard's control: the program without its guarantees (`mapreel_queue::IS_CONTROL` lists them). It loses jobs.

fn main() -> std::process::ExitCode {
    eprintln!("THIS BUILD LOSES JOBS: the scorecard's naive control");
    mapreel::memory::return_large_blocks();
    mapreel::cli::run()
}
