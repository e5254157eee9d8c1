//! Produce: the whole way from a valid request to a file, step by step.

use crate::artifact::{Draft, sha256};
use crate::gather::{fetch_frame, fetch_legends, fetch_still, place_frame};
use crate::progress::Progress;
use crate::segments::Work;
use crate::{fonts, report};
use anyhow::{Context, bail};
use mapreel_render::encode::{self, Colours, Palette};
use mapreel_render::{Gathered, LegendPicture, Painter, Scene};
use mapreel_sources::{Upstreams, Wanted};
use mapreel_spec::manifest::Manifest;
use mapreel_spec::{Animation, Format, Limits, OnError, Plan};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::runtime::Runtime;

/// Frames drawn beforehand to find the colours of a GIF.
const PALETTE_FRAMES: usize = 48;

/// How to produce.
pub struct Job<'a> {
    /// The valid request.
    pub animation: Animation,
    /// The bytes of the request, for the manifest.
    pub document: &'a [u8],
    /// Where pictures come from.
    pub upstreams: Arc<dyn Upstreams>,
    /// Bounds on the plan.
    pub limits: Limits,
    /// Threads that draw and encode.
    pub threads: usize,
}

/// What could not be drawn: the frame (`None`: all), the layer, why.
#[derive(Default)]
pub(crate) struct Problems(Mutex<Vec<(Option<usize>, usize, String)>>);

impl Problems {
    /// Notes the problems of a frame; a layer that must not be missing ends the run.
    pub(crate) fn note(&self, plan: &Plan, frame: Option<usize>, gathered: &[Option<Gathered>]) -> anyhow::Result<()> {
        for (layer, problem) in
            gathered.iter().enumerate().filter_map(|(i, g)| Some((i, g.as_ref()?.problem.as_ref()?)))
        {
            self.add(plan, frame, layer, problem)?;
        }
        Ok(())
    }

    fn add(&self, plan: &Plan, frame: Option<usize>, layer: usize, problem: &str) -> anyhow::Result<()> {
        let planned = &plan.layers[layer];
        if planned.on_error == OnError::Fail {
            let place = frame.map(|i| format!(", frame {} of {}", i + 1, plan.frames.len())).unwrap_or_default();
            bail!("layer `{}`{place}: {problem}", planned.name);
        }
        self.0.lock().expect("no panic while held").push((frame, layer, problem.to_owned()));
        Ok(())
    }

    pub(crate) fn into_sorted(self) -> Vec<(Option<usize>, usize, String)> {
        let mut problems = self.0.into_inner().expect("no panic while held");
        problems.sort();
        problems
    }
}

/// Produces the file at `out` and says what was drawn.
///
/// # Errors
/// A layer that must not be missing is missing, the plan exceeds the limits, or the file cannot be written. Nothing is
/// left at `out` then that was not there before.
pub fn produce(job: Job, out: &Path, progress: &dyn Progress) -> anyhow::Result<Manifest> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let problems = Problems::default();

    Draft::check(out)?;
    progress.stage("gather");
    let plan = Arc::new(plan(&job, &runtime)?);
    let (scene, legends) = scene(&job, plan.clone(), &runtime, &problems)?;

    progress.stage("draw");
    // The draft is made when there is something to write, so that an interrupted run leaves nothing beside `out`.
    let draft = if plan.output.format.is_animation() {
        animation(&job, &scene, &legends, &runtime, &problems, progress, out)?
    } else {
        still(&job, &scene, &runtime, &problems, progress, out)?
    };
    let (size_bytes, sha256_of_file) = draft.publish(out)?;
    let artifact = report::artifact(&scene, size_bytes, sha256_of_file);
    Ok(report::manifest(&scene, &legends, problems.into_sorted(), artifact, sha256(job.document)))
}

/// Fetches the documents that the plan needs, and plans.
fn plan(job: &Job, runtime: &Runtime) -> anyhow::Result<Plan> {
    let mut animation = job.animation.clone();
    for (layer, url) in job.animation.documents() {
        let document = runtime.block_on(job.upstreams.get(&url, Wanted::Json)).map_err(|error| error.to_string());
        animation.resolve(layer, document.as_deref().map_err(Clone::clone));
    }
    Ok(Plan::new(&animation, &job.limits)?)
}

/// Gathers and draws what is the same in every frame.
fn scene(
    job: &Job,
    plan: Arc<Plan>,
    runtime: &Runtime,
    problems: &Problems,
) -> anyhow::Result<(Scene, Vec<LegendPicture>)> {
    let fetched = async { tokio::join!(fetch_still(&*job.upstreams, &plan), fetch_legends(&*job.upstreams, &plan)) };
    let (answers, legends) = runtime.block_on(fetched);
    let still = place_frame(&plan, 0, answers, &mut Vec::new());
    let scene = Scene::new(plan.clone(), still, &legends, &fonts::for_plan(&plan));
    for (layer, problem) in scene.missing().iter().enumerate() {
        if let Some(problem) = problem {
            problems.add(&plan, None, layer, problem)?;
        }
    }
    Ok((scene, legends))
}

fn gather(job: &Job, scene: &Scene, index: usize, runtime: &Runtime) -> Vec<Option<Gathered>> {
    let answers = runtime.block_on(fetch_frame(&*job.upstreams, scene.plan(), index));
    place_frame(scene.plan(), index, answers, &mut Vec::new())
}

fn still(
    job: &Job,
    scene: &Scene,
    runtime: &Runtime,
    problems: &Problems,
    progress: &dyn Progress,
    out: &Path,
) -> anyhow::Result<Draft> {
    let gathered = gather(job, scene, 0, runtime);
    problems.note(scene.plan(), Some(0), &gathered)?;
    let mut painter = Painter::new(scene);
    let bytes = encode::still(painter.draw(0, &gathered), scene.plan().output.format)?;
    let mut draft = Draft::new(out)?;
    draft.write_all(&bytes).context("cannot write the file")?;
    progress.frames(1, 1);
    Ok(draft)
}

fn animation(
    job: &Job,
    scene: &Scene,
    legends: &[LegendPicture],
    runtime: &Runtime,
    problems: &Problems,
    progress: &dyn Progress,
    out: &Path,
) -> anyhow::Result<Draft> {
    let plan = scene.plan();
    let palette = match plan.output.format {
        Format::Gif => palette(job, scene, legends, runtime),
        _ => Palette::default(),
    };
    let (width, height) = (scene.layout().width, scene.layout().height);
    let animation =
        encode::Animation { width, height, frames: plan.frames.len(), output: plan.output.clone(), palette };
    let work =
        Work { scene, animation: &animation, upstreams: &job.upstreams, runtime: runtime.handle(), problems, progress };
    let segments = work.run(job.threads)?;
    progress.stage("assemble");
    let mut draft = Draft::new(out)?;
    encode::assemble(&animation, segments, &mut draft)?;
    Ok(draft)
}

/// The palette of a GIF, from frames spread over the animation.
fn palette(job: &Job, scene: &Scene, legends: &[LegendPicture], runtime: &Runtime) -> Palette {
    let frames = scene.plan().frames.len();
    let count = PALETTE_FRAMES.min(frames);
    let next = AtomicUsize::new(0);
    let thread = || {
        let (mut painter, mut colours) = (Painter::new(scene), Colours::default());
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            if i >= count {
                return colours;
            }
            let index = if count > 1 { i * (frames - 1) / (count - 1) } else { 0 };
            colours.add(painter.draw(index, &gather(job, scene, index, runtime)));
        }
    };
    let colours = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..job.threads.min(count)).map(|_| scope.spawn(thread)).collect();
        let mut all = Colours::default();
        threads.into_iter().for_each(|t| all.merge(t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))));
        all
    });
    colours.palette(legends.iter().filter_map(|legend| legend.picture.as_ref().ok()))
}
