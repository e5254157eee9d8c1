//! `mapreel submit REQUEST.json`: sends a request to a server, with the key of `MAPREEL_KEY` if it is set. With `--wait` it waits for the
//! job; with `-o` it also fetches the file.

use super::ending::{Ending, Refused};
use super::output::Output;
use crate::pipeline::artifact::Draft;
use crate::pipeline::progress::{ConsoleProgress, Progress};
use anyhow::{Context, bail};
use mapreel_spec::{Limits, Request, parse_request};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Client, Response, Url};
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often the state of the job is read.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long requests to a server that does not answer are retried: it may be restarting.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The request: a JSON file, or `-` for standard input.
    request: PathBuf,
    /// The server.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:5005")]
    server: String,
    /// Wait until the job has ended.
    #[arg(long)]
    wait: bool,
    /// Wait, and write the image or animation to this file, or to standard output with `-`.
    #[arg(short, long, value_name = "FILE", value_parser = Output::parse)]
    output: Option<Output>,
    /// Also write what was drawn, frame by frame, as JSON.
    #[arg(long, value_name = "FILE", requires = "output")]
    manifest: Option<PathBuf>,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<Ending> {
    let document = super::terminal::read(&arguments.request)?;
    // The request is parsed here to know whether it is an image or an animation, and to report its problems before it is sent.
    let request = parse_request(&document, &Limits::default())?;
    let service = if request.output.format.is_animation() { "animation" } else { "image" };
    let base: Url = arguments.server.parse().with_context(|| format!("`{}` is not a URL", arguments.server))?;
    if let Some(output) = &arguments.output {
        agree(output, &request)?;
        output.to.check()?;
    }
    if arguments.manifest.as_deref() == Some(Path::new("-")) {
        return Err(Refused("the manifest goes to a file: `--manifest FILE`".into()).into());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(submit(&arguments, base, service, document))
}

/// Checks that the file name has the extension of the request's format: the server draws in the format of the request.
fn agree(output: &Output, request: &Request) -> Result<(), Refused> {
    let (named, asked) = (output.choose(request)?, request.output.format);
    if named == asked {
        return Ok(());
    }
    let (to, named, asked) = (&output.to, named.name(), asked.name());
    let field = format!(r#""output": {{ "format": "{named}" }}"#);
    Err(Refused(format!(
        "`{to}` would be a file in {asked}, which the request asks for; use another name, or write {field} in the request"
    )))
}

async fn submit(arguments: &Arguments, base: Url, service: &str, document: Vec<u8>) -> anyhow::Result<Ending> {
    let http = Client::builder().timeout(Duration::from_secs(60)).default_headers(key()?).build()?;
    let url = base.join(&format!("/api/service/{service}"))?;
    let answer = http.post(url).header("content-type", "application/json").body(document).send().await;
    let job = json(answer.with_context(|| format!("`{base}` does not answer"))?).await?;
    let id = job["id"].as_str().context("the server's answer is not a job")?;
    if !arguments.wait && arguments.output.is_none() {
        super::terminal::print(&format!("{}\n", base.join(&format!("/api/job-status/{id}"))?))?;
        return Ok(Ending::Done);
    }
    let job = follow(&http, &base, id).await?;
    match job["status"].as_str() {
        Some("SUCCESS") => {}
        Some("FAILED") => bail!("the job has failed: {}", job["failure"]["message"].as_str().unwrap_or_default()),
        other => bail!("the job is {}", other.unwrap_or("in no known state")),
    }
    if let Some(output) = &arguments.output {
        download(&http, base.join(&format!("/api/download/{id}"))?, &job, output).await?;
    }
    if let Some(path) = &arguments.manifest {
        let answer = http.get(base.join(&format!("/api/download/{id}/manifest"))?).send().await?;
        let bytes = refused(answer).await?.bytes().await?;
        std::fs::write(path, bytes).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(say_warnings(&job))
}

/// Fetches the file of a job; it gets its name only when it is complete.
async fn download(http: &Client, url: Url, job: &Value, output: &Output) -> anyhow::Result<()> {
    let mut answer = refused(http.get(url).timeout(Duration::from_secs(3600)).send().await?).await?;
    let mut draft = Draft::new(&output.to)?;
    while let Some(chunk) = answer.chunk().await? {
        draft.write_all(&chunk)?;
    }
    let (size_bytes, sha256) = draft.publish()?;
    if job["artifact"]["sha256"] != sha256 {
        bail!("`{}` was changed on its way", output.to);
    }
    eprintln!("{}: {}", output.to, crate::config::size::in_words(size_bytes));
    Ok(())
}

fn say_warnings(job: &Value) -> Ending {
    let warnings = job["warnings"].as_array().map_or(&[][..], Vec::as_slice);
    for warning in warnings {
        let frame = warning["frame"].as_u64().map(|frame| format!(", frame {frame}")).unwrap_or_default();
        let text = |field: &str| warning[field].as_str().unwrap_or_default().to_owned();
        eprintln!("warning: layer `{}`{frame}: {}", text("layer"), text("message"));
    }
    if warnings.is_empty() { Ending::Done } else { Ending::Warned }
}

/// The header with the key of `MAPREEL_KEY`. There is no flag for the key, because every user of the machine can list the flags of its
/// processes.
fn key() -> anyhow::Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    if let Some(key) = std::env::var("MAPREEL_KEY").ok().filter(|key| !key.is_empty()) {
        let wrong = || Refused("`MAPREEL_KEY` is no key".into());
        let mut value = HeaderValue::try_from(format!("Bearer {key}")).map_err(|_| wrong())?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}

/// Reads the state of the job until the job has ended.
async fn follow(http: &Client, base: &Url, id: &str) -> anyhow::Result<Value> {
    let progress = ConsoleProgress::new();
    let url = base.join(&format!("/api/job-status/{id}"))?;
    let mut silent = Duration::ZERO;
    let mut wait_s = 0.0;
    let job = loop {
        let mut url = url.clone();
        url.query_pairs_mut().append_pair("wait", &format!("{wait_s}"));
        match http.get(url).send().await {
            Ok(answer) => {
                silent = Duration::ZERO;
                let job = json(answer).await?;
                show(&progress, &job);
                if !matches!(job["status"].as_str(), Some("PENDING" | "RUNNING")) {
                    break job;
                }
                // The server's answer waits for the end of a short job; the state of a long job is read repeatedly.
                wait_s = LOOK_EVERY.as_secs_f64();
            }
            Err(error) if silent >= PATIENCE => return Err(error).context("the server does not answer any more"),
            Err(_) => {
                silent += Duration::from_secs(1);
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    };
    progress.clear();
    Ok(job)
}

fn show(progress: &ConsoleProgress, job: &Value) {
    let stage = match job["progress"]["stage"].as_str() {
        Some("gather") => "gather",
        Some("draw") => "draw",
        Some("assemble") => "assemble",
        _ => "wait",
    };
    progress.stage(stage);
    let number = |field: &str| job["progress"][field].as_u64().unwrap_or(0) as usize;
    progress.frames(number("done"), number("total"));
}

async fn json(answer: Response) -> anyhow::Result<Value> {
    let bytes = refused(answer).await?.bytes().await?;
    serde_json::from_slice(&bytes).context("the server's answer is not JSON")
}

/// An error of the server, with every problem that it names.
async fn refused(answer: Response) -> anyhow::Result<Response> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let bytes = answer.bytes().await.unwrap_or_default();
    let problem: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    bail!("the server answered with {status}: {}", problem["detail"].as_str().unwrap_or("no details"))
}
