//! `mapreel`: see `mapreel --help`.

fn main() -> std::process::ExitCode {
    mapreel::memory::return_large_blocks();
    mapreel::cli::run()
}
