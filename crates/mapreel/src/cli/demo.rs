//! `mapreel demo`: the example of Hurricane Katrina, drawn with what is in the binary.

use super::ending::Ending;
use super::output::Output;
use crate::config::fonts::FontSource;
use mapreel_sources::Credentials;

/// NOAA's best track of AL122005 (public domain).
const REQUEST: &str = include_str!("../../../../examples/katrina-2005.json");

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The file to make, .mp4 or .gif, or `-` for standard output.
    #[arg(short, long, value_name = "FILE", default_value = "mapreel-demo.mp4", value_parser = Output::parse)]
    output: Output,
    /// Print the request instead of drawing it.
    #[arg(long)]
    request: bool,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<Ending> {
    if arguments.request {
        super::terminal::print(REQUEST)?;
        return Ok(Ending::Done);
    }
    super::render::render(
        REQUEST.as_bytes(),
        &arguments.output,
        None,
        None,
        Credentials::default(),
        FontSource::default(),
    )
}
