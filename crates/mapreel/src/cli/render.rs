//! `mapreel render REQUEST.json -o OUT`

use super::ending::{Ending, Refused};
use super::output::{self, Output};
use crate::config::fonts::FontSource;
use crate::pipeline::produce::{Job, produce};
use crate::pipeline::progress::ConsoleProgress;
use crate::pipeline::report;
use anyhow::Context;
use mapreel_sources::{Client, Config, Credentials};
use mapreel_spec::manifest::{Artifact, Manifest};
use mapreel_spec::{Limits, parse_request};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The request: a JSON file, or `-` for standard input.
    request: PathBuf,
    /// The file to make, or `-` for standard output. Its extension chooses the format, before the request's.
    #[arg(short, long, value_name = "FILE", value_parser = Output::parse)]
    output: Output,
    /// Also write what was drawn, frame by frame, as JSON.
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Threads that draw and encode; by default one for each core.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Fonts for scripts beyond Latin, Greek and Cyrillic: files and folders, separated by commas; without it, the system's.
    /// Also `MAPREEL_FONTS`.
    #[arg(long, value_name = "PATHS")]
    fonts: Option<String>,
    /// A TOML file of secrets for upstreams, which the request may name; also `MAPREEL_CREDENTIALS`.
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<Ending> {
    let document = super::terminal::read(&arguments.request)?;
    let credentials = super::environment::credentials(arguments.credentials)?;
    let fonts = super::environment::fonts(arguments.fonts)?;
    render(&document, &arguments.output, arguments.manifest.as_deref(), arguments.threads, credentials, fonts)
}

/// Draws a request document to a file.
pub(super) fn render(
    document: &[u8],
    output: &Output,
    manifest_file: Option<&Path>,
    threads: Option<u16>,
    credentials: Credentials,
    fonts: FontSource,
) -> anyhow::Result<Ending> {
    let limits = Limits::default();
    if manifest_file == Some(Path::new("-")) {
        return Err(Refused("the manifest goes to a file: `--manifest FILE`".into()).into());
    }
    let mut request = parse_request(document, &limits)?;
    let format = output.choose(&request)?;
    if let Some(asked) = output::asked_for(document).filter(|asked| *asked != format) {
        let (format, asked) = (format.name(), asked.name());
        eprintln!("note: drawn as {format}, as the name says, and not as {asked}, as the request says");
    }
    request.output.format = format;
    let threads = threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let upstreams = Arc::new(Client::new(Config { credentials, ..Config::default() })?);
    let progress = ConsoleProgress::new();
    let memory_mib = super::environment::memory_mib()?;
    let job = Job { request, document, upstreams, fonts, limits, threads, memory_mib };
    let manifest = produce(job, &output.to, &progress);
    progress.clear();
    let manifest = manifest?;
    if let Some(path) = manifest_file {
        let json = serde_json::to_vec_pretty(&manifest)?;
        std::fs::write(path, json).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(say(&manifest, output))
}

/// Prints what was drawn, and the warnings.
fn say(manifest: &Manifest, output: &Output) -> Ending {
    let Artifact { width, height, frames, duration_s, size_bytes, .. } = &manifest.artifact;
    let frames = if *frames > 1 { format!(", {frames} frames, {duration_s:.1} s") } else { String::new() };
    eprintln!("{}: {width} × {height} pixels{frames}, {}", output.to, crate::config::size::in_words(*size_bytes));
    let warnings = report::summary(manifest);
    warnings.iter().for_each(|warning| eprintln!("warning: {warning}"));
    if warnings.is_empty() { Ending::Done } else { Ending::Warned }
}
