//! Prepare: what all frames share. Made once for an animation, so that every segment, by whomever it is drawn, lies on the
//! same basemap under the same legends with the same colours.

use crate::gather::{fetch_frame, fetch_legends, fetch_still, place_frame};
use crate::hands::Hands;
use crate::layers::some;
use crate::missing::{Ledger, Missing};
use crate::produce::Error;
use crate::recording::{Preparation, Recorder};
use anyhow::Context;
use jiff::Timestamp;
use mapreel_render::encode::{self, Colours, Palette};
use mapreel_render::{LegendPicture, Painter, Scene};
use mapreel_sources::{Wanted, wms, wmts};
use mapreel_spec::{Animation, DocumentKind, Format, Limits, Plan, Problem, Problems};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Frames drawn beforehand to find the colours of a GIF.
const PALETTE_FRAMES: usize = 48;

/// An animation that is ready to be drawn, frame by frame.
pub(crate) struct Prepared {
    pub scene: Scene,
    pub legends: Vec<LegendPicture>,
    pub encoding: encode::Animation,
    /// What is missing in every frame.
    pub missing: Vec<Missing>,
}

impl Prepared {
    /// Fetches what all frames share, and draws it.
    pub(crate) fn new(animation: &Animation, limits: &Limits, hands: &Hands, threads: usize) -> Result<Self, Error> {
        Self::make(animation, limits, hands, Timestamp::now(), |prepared| palette(prepared, hands, threads))
    }

    /// The same, and what it takes to make it again elsewhere.
    pub(crate) fn recorded(
        animation: &Animation,
        limits: &Limits,
        hands: &Hands,
        threads: usize,
    ) -> Result<(Self, Preparation), Error> {
        let recorder = Arc::new(Recorder::new(hands.upstreams.clone()));
        let recording = Hands { upstreams: recorder.clone(), ..hands.clone() };
        let now = Timestamp::now();
        let prepared = Self::make(animation, limits, &recording, now, |prepared| palette(prepared, hands, threads))?;
        let palette = prepared.encoding.palette.colours().to_vec();
        Ok((prepared, Preparation { now_ms: now.as_millisecond(), answers: recorder.answers(), palette }))
    }

    /// The same again, from what the first preparation has recorded.
    pub(crate) fn again(
        animation: &Animation,
        limits: &Limits,
        hands: &Hands,
        recorded: Preparation,
    ) -> Result<Self, Error> {
        let palette = Palette::from(recorded.palette.clone());
        let now = Timestamp::from_millisecond(recorded.now_ms).context("the preparation has no time")?;
        Self::make(animation, limits, &hands.replaying(recorded), now, |_| Ok(palette))
    }

    fn make(
        animation: &Animation,
        limits: &Limits,
        hands: &Hands,
        now: Timestamp,
        palette: impl FnOnce(&Self) -> Result<Palette, Error>,
    ) -> Result<Self, Error> {
        let plan = Arc::new(plan(animation, limits, hands, now)?);
        let ledger = Ledger::default();
        let fetched =
            async { tokio::join!(fetch_still(&*hands.upstreams, &plan), fetch_legends(&*hands.upstreams, &plan)) };
        let (answers, legends) = hands.wait(fetched)?;
        let stop = hands.drawing();
        let still = place_frame(&plan, 0, answers, &mut Vec::new(), &stop)?;
        let may_pass = still.may_pass.clone();
        let scene = Scene::new(plan.clone(), still.pictures, &legends, &hands.fonts.for_plan(&plan), &stop)?;
        for (layer, gap) in scene.gaps().iter().enumerate() {
            if let Some(gap) = gap {
                ledger.note(&plan, Missing { frame: None, layer, gap: gap.clone() }, may_pass[layer])?;
            }
        }
        let (width, height) = (scene.layout().width, scene.layout().height);
        fits(plan.output.format, width, height)?;
        let output = plan.output.clone();
        let encoding =
            encode::Animation { width, height, frames: plan.frames.len(), output, palette: Palette::default() };
        let mut prepared = Self { scene, legends, encoding, missing: ledger.into_sorted() };
        prepared.encoding.palette = palette(&prepared)?;
        Ok(prepared)
    }

    pub(crate) fn plan(&self) -> &Plan {
        self.scene.plan()
    }
}

/// Whether a format can hold a page. Header and legends are measured when they are here, so a map that was small enough may
/// make a page that is not: for ever, and not for want of another attempt.
fn fits(format: Format, width: u32, height: u32) -> Result<(), Problems> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels <= format.page_px_max() && width.max(height) <= format.page_side_px_max() {
        return Ok(());
    }
    let name = format.name();
    let detail = format!("with header and legends the page has {width} × {height} pixels, too many for {name}");
    let hint = Some("a smaller map, shorter texts, or another format".to_owned());
    Err(Problems(vec![Problem { pointer: "/map".into(), code: "too_large", detail, hint }]))
}

/// Fetches the documents that the plan needs, and plans. `now` is the latest for servers whose times have no end.
fn plan(animation: &Animation, limits: &Limits, hands: &Hands, now: Timestamp) -> Result<Plan, Error> {
    let mut resolved = animation.clone();
    let may_pass = resolve(&mut resolved, hands, now)?.may_pass;
    resolved.settle_frames(now).map_err(|why| Error::Frames { why, may_pass })?;
    Ok(Plan::new(&resolved, limits)?)
}

/// What the servers said when they were asked what they have.
#[derive(Default)]
pub(crate) struct Heard {
    /// Whether a document may be there later that is not now.
    pub may_pass: bool,
    /// Documents that were asked for.
    pub documents: usize,
    /// Those that could not be had, or not be read.
    pub unanswered: Vec<Unanswered>,
    /// What the request names and its servers do not.
    pub not_offered: Vec<NotOffered>,
}

/// A server that does not say what it has.
pub(crate) struct Unanswered {
    /// The index of the layer.
    pub layer: usize,
    /// What happened.
    pub why: String,
    /// It was not asked, since nobody may ask it.
    pub refused: bool,
}

/// A layer that a WMS does not have.
pub(crate) struct NotOffered {
    /// The index of the request's layer.
    pub layer: usize,
    /// The name that the server does not know.
    pub name: String,
    /// The first of those that it knows.
    pub offered: String,
}

impl Unanswered {
    /// The same as a problem of the request's layer.
    pub(crate) fn problem(&self, animation: &Animation) -> Problem {
        let pointer = animation.layers[self.layer].pointer.clone();
        Problem { pointer, code: "upstream", detail: self.why.clone(), hint: None }
    }
}

impl Heard {
    fn note(&mut self, layer: usize, why: String, refused: bool) {
        self.unanswered.push(Unanswered { layer, why, refused });
    }
}

/// Takes in every document, and those that they lead to.
pub(crate) fn resolve(animation: &mut Animation, hands: &Hands, now: Timestamp) -> Result<Heard, Error> {
    let mut heard = Heard::default();
    let mut asked = HashSet::new();
    loop {
        let documents = animation.documents();
        if documents.is_empty() {
            heard.documents = asked.len();
            heard.unanswered.sort_by_key(|unanswered| unanswered.layer);
            heard.not_offered.sort_by_key(|missing| missing.layer);
            return Ok(heard);
        }
        let fetches = documents.iter().map(|document| {
            let wanted = match document.kind {
                DocumentKind::GeoJson | DocumentKind::TileJson | DocumentKind::Details => Wanted::Json,
                DocumentKind::Wms | DocumentKind::Wmts => Wanted::Capabilities,
            };
            hands.upstreams.get(&document.url, wanted)
        });
        let answers = hands.wait(futures_util::future::join_all(fetches))?;
        // From the top: a layer may become several, and moves those above it.
        for (document, answer) in documents.into_iter().zip(answers).rev() {
            heard.may_pass |= answer.as_ref().is_err_and(mapreel_sources::Error::is_transient);
            let layer = document.layer;
            // Without details a legend is drawn by its server.
            if let Some(error) = answer.as_ref().err().filter(|_| document.kind != DocumentKind::Details) {
                heard.note(layer, error.to_string(), error.is_refusal());
            }
            asked.insert(document.url);
            let answer = answer.map_err(|error| error.to_string());
            match document.kind {
                DocumentKind::GeoJson | DocumentKind::TileJson | DocumentKind::Details => {
                    animation.resolve(layer, answer.as_deref().map_err(Clone::clone))
                }
                DocumentKind::Wms => {
                    let said = answer.and_then(|bytes| {
                        let read = wms::capabilities(&bytes, now).map_err(|broken| broken.to_string());
                        read.inspect_err(|why| heard.note(layer, why.clone(), false))
                    });
                    if let Ok(said) = &said {
                        let missing = animation.not_offered(layer, said);
                        if !missing.is_empty() {
                            let offered =
                                some(&said.layers.iter().map(|layer| layer.name.as_str()).collect::<Vec<_>>());
                            let missing = missing.into_iter();
                            let missing = missing.map(|name| NotOffered { layer, name, offered: offered.clone() });
                            heard.not_offered.extend(missing);
                        }
                    }
                    animation.learn(layer, said.as_ref().map_err(Clone::clone), now);
                }
                DocumentKind::Wmts => {
                    let said = answer.and_then(|bytes| {
                        let read = wmts::capabilities(&bytes, now).map_err(|broken| broken.to_string());
                        read.inspect_err(|why| heard.note(layer, why.clone(), false))
                    });
                    animation.learn_wmts(layer, said.as_ref().map_err(Clone::clone), now);
                }
            }
        }
    }
}

/// The palette of a GIF, from frames spread over the animation; other formats have none.
fn palette(prepared: &Prepared, hands: &Hands, threads: usize) -> Result<Palette, Error> {
    if prepared.plan().output.format != Format::Gif {
        return Ok(Palette::default());
    }
    let (scene, plan) = (&prepared.scene, prepared.plan());
    let frames = plan.frames.len();
    let count = PALETTE_FRAMES.min(frames);
    let next = AtomicUsize::new(0);
    let stop = hands.drawing();
    let thread = || {
        let (mut painter, mut colours) = (Painter::new(scene, stop.clone()), Colours::default());
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            if i >= count {
                return Ok(colours);
            }
            let index = if count > 1 { i * (frames - 1) / (count - 1) } else { 0 };
            let answers = hands.wait(fetch_frame(&*hands.upstreams, plan, index))?;
            let placed = place_frame(plan, index, answers, &mut Vec::new(), &stop)?;
            colours.add(painter.draw(index, &placed.pictures)?, &stop)?;
        }
    };
    let counted: Result<Vec<Colours>, Error> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.min(count)).map(|_| scope.spawn(thread)).collect();
        threads.into_iter().map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let mut all = Colours::default();
    counted?.into_iter().for_each(|colours| all.merge(colours));
    Ok(all.palette(prepared.scene.legends().iter().filter_map(|legend| legend.picture.as_ref().ok())))
}
