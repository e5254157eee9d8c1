//! `mapreel check REQUEST.json`

use super::Ending;
use crate::explain::Explanation;
use mapreel_spec::{Limits, Plan, parse_request};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The request: a JSON file, or `-` for standard input.
    request: PathBuf,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<Ending> {
    let limits = Limits::default();
    let document = super::read(&arguments.request)?;
    let animation = parse_request(&document, &limits)?;
    let plan = Plan::new(&animation, &limits)?;
    super::print(&Explanation::new(&animation, &plan).text())?;
    Ok(Ending::Done)
}
