//! `mapreel`: see `mapreel --help`.

#[cfg(feature = "naive-control")]
compile_error!("the scorecard's control is `mapreel-naive`; nothing that loses jobs is called `mapreel`");

fn main() -> std::process::ExitCode {
    mapreel::memory::return_large_blocks();
    mapreel::cli::run()
}
