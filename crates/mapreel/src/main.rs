//! `mapreel`: see `mapreel --help`.

fn main() -> std::process::ExitCode {
    mapreel::cli::run()
}
