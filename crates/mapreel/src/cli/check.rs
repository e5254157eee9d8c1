//! `mapreel check REQUEST.json`

use super::ending::Ending;
use crate::config::fonts::FontSource;
use crate::explain::estimate::Estimate;
use crate::explain::explanation::Explanation;
use crate::explain::inquiry::Inquiry;
use crate::operations::budget::MemoryBudget;
use crate::pipeline::draw_context::DrawContext;
use crate::pipeline::drawing_permit::DrawingPermit;
use crate::pipeline::plan::on_a_page;
use crate::pipeline::resolve::Unanswered;
use crate::pipeline::stored_plan::plan_sha256;
use anyhow::{Context, bail};
use mapreel_ogc::without_secrets;
use mapreel_sources::{Client, Config};
use mapreel_spec::{Limits, Plan, Problems, Request, View, parse_request};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Exit codes: 0 valid · 1 a server cannot be asked · 2 not valid · 3 valid with warnings.
#[derive(clap::Args)]
#[command(after_help = "Exit codes: 0 valid, 1 a server cannot be asked, 2 not valid, 3 valid with warnings.")]
pub(super) struct Arguments {
    /// The request: a JSON file, or `-` for standard input.
    request: PathBuf,
    /// Ask the servers which layers and times they have; fetch no pictures.
    #[arg(long)]
    online: bool,
    /// Print the plan as JSON instead: every picture of every frame, its place and its labels; secrets in addresses are left out.
    #[arg(long, requires = "online")]
    plan: bool,
    /// A TOML file of secrets for upstreams, which the request may name; also `MAPREEL_CREDENTIALS`.
    #[arg(long, value_name = "FILE", requires = "online")]
    credentials: Option<PathBuf>,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<Ending> {
    let memory = MemoryBudget::new(super::environment::memory_mib()?, Duration::MAX);
    let limits = Limits { frame_mib_max: memory.work_mib(), ..Limits::default() };
    let document = super::terminal::read(&arguments.request)?;
    let request = parse_request(&document, &limits)?;
    if arguments.online {
        return online(&request, &limits, memory, arguments.credentials, arguments.plan);
    }
    let explanation = Estimate::of(&request, View::of(&request), &limits)?.explanation();
    super::terminal::print(&explanation.text("The request is valid."))?;
    Ok(ending(&explanation))
}

fn ending(explanation: &Explanation) -> Ending {
    if explanation.warnings.is_empty() { Ending::Done } else { Ending::Warned }
}

fn online(
    request: &Request,
    limits: &Limits,
    memory: MemoryBudget,
    credentials: Option<PathBuf>,
    is_plan_wanted: bool,
) -> anyhow::Result<Ending> {
    let credentials = super::environment::credentials(credentials)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.context("cannot start")?;
    let context = DrawContext {
        memory,
        upstreams: Arc::new(Client::new(Config { credentials, ..Config::default() })?),
        fonts: FontSource::default(),
        runtime: runtime.handle().clone(),
        stop: CancellationToken::new(),
        permit: DrawingPermit::unlimited(),
        waited: Default::default(),
    };
    let inquiry = Inquiry::new(request, limits, &context)?;
    if let Some(resolved) = inquiry.resolved.as_ref().filter(|_| is_plan_wanted) {
        // The plan as it would be drawn, with the layout that depends on its legends.
        let (plan, _) = on_a_page(resolved, View::of(request), limits, &context)?;
        super::terminal::print(&shown(&plan)?)?;
    } else if let Some(explanation) = &inquiry.explanation {
        super::terminal::print(&explanation.text(verdict(&inquiry)))?;
    }
    ended(request, inquiry)
}

fn verdict(inquiry: &Inquiry) -> &'static str {
    match (&inquiry.problems[..], &inquiry.unanswered[..]) {
        ([], []) => "The request is valid, and its servers have been asked.",
        ([], _) => "The request is valid, but not all of its servers could be asked.",
        _ => "The request is not valid: its servers do not have all that it asks for.",
    }
}

fn ended(request: &Request, inquiry: Inquiry) -> anyhow::Result<Ending> {
    let Inquiry { explanation, unanswered, problems, .. } = inquiry;
    if !problems.is_empty() {
        let silent = unanswered.iter().map(|server| server.problem(request));
        return Err(Problems(problems.into_iter().chain(silent).collect()).into());
    }
    let why = |server: &Unanswered| format!("layer `{}`: {}", request.layers[server.layer].name, server.why);
    let why: Vec<String> = unanswered.iter().map(why).collect();
    match explanation {
        Some(explanation) if why.is_empty() => Ok(ending(&explanation)),
        _ => bail!("what the servers have is not known: {}", why.join("; ")),
    }
}

/// A plan as JSON, with the hash by which manifests refer to it.
fn shown(plan: &Plan) -> anyhow::Result<String> {
    let mut json = serde_json::json!({ "plan_sha256": plan_sha256(plan), "plan": plan });
    mask(&mut json);
    Ok(format!("{:#}\n", json))
}

/// Leaves secrets out of every URL.
fn mask(json: &mut Value) {
    match json {
        Value::String(text) if is_address(text) => *text = without_secrets(text),
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::Object(fields) => fields.values_mut().for_each(mask),
        _ => {}
    }
}

fn is_address(text: &str) -> bool {
    text.trim_start().get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"))
}
