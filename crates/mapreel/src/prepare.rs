//! Prepare: what all frames share. Made once for an animation, so that every segment, by whomever it is drawn, lies on the
//! same basemap under the same legends with the same colours.

use crate::ahead::{Ahead, Request};
use crate::budget::{DOCUMENTS_MIB, MemoryPermit};
use crate::gather::{Share, fetch, fetch_legends, place_share};
use crate::hands::Hands;
use crate::layers::some;
use crate::missing::{Ledger, Missing};
use crate::produce::Error;
use crate::progress::Progress;
use crate::recording::{Preparation, Recorder};
use crate::spare::Spare;
use anyhow::Context;
use jiff::Timestamp;
use mapreel_render::encode::{self, Colours, Palette};
use mapreel_render::{LegendPicture, Painter, Scene};
use mapreel_sources::{BrokenDocument, CAPABILITIES_BYTES_MAX, Wanted, wms, wmts};
use mapreel_spec::{
    Animation, Document, DocumentKind, Format, FrameCost, Limits, Plan, Problem, Problems, without_quotes,
};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Documents that are fetched ahead of the one that is read, in bytes.
const DOCUMENTS_AHEAD_BYTES: usize = 2 * CAPABILITIES_BYTES_MAX;
/// Frames drawn beforehand to find the colours of a GIF.
const PALETTE_FRAMES: usize = 48;

/// An animation that is ready to be drawn, frame by frame.
pub(crate) struct Prepared {
    pub scene: Scene,
    pub legends: Vec<LegendPicture>,
    pub encoding: encode::Animation,
    /// What is missing in every frame.
    pub missing: Vec<Missing>,
    /// What drawing one frame takes at most, until it is given back.
    memory: Mutex<Option<MemoryPermit>>,
}

impl Prepared {
    /// Fetches what all frames share, and draws it.
    pub(crate) fn new(
        animation: &Animation,
        limits: &Limits,
        hands: &Hands,
        threads: usize,
        progress: &dyn Progress,
    ) -> Result<Self, Error> {
        let palette = |prepared: &Self| palette(prepared, hands, threads, progress);
        Self::make(animation, limits, hands, Timestamp::now(), |_| 0, palette)
    }

    /// The same, and what it takes to make it again elsewhere.
    pub(crate) fn recorded(
        animation: &Animation,
        limits: &Limits,
        hands: &Hands,
        threads: usize,
        progress: &dyn Progress,
    ) -> Result<(Self, Preparation), Error> {
        let recorder = Arc::new(Recorder::new(hands.upstreams.clone()));
        let recording = Hands { upstreams: recorder.clone(), ..hands.clone() };
        let now = Timestamp::now();
        let palette = |prepared: &Self| palette(prepared, hands, threads, progress);
        let prepared =
            Self::make(animation, limits, &recording, now, |cost| cost.recorded_mib(recorder.bytes()), palette)?;
        let palette = prepared.encoding.palette.colours().to_vec();
        let answers = recorder.answers()?;
        Ok((prepared, Preparation { now_ms: now.as_millisecond(), answers, palette }))
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
        let mib = recorded.bytes().div_ceil(1 << 20) as u64;
        Self::make(animation, limits, &hands.replaying(recorded), now, |_| mib, |_| Ok(palette))
    }

    fn make(
        animation: &Animation,
        limits: &Limits,
        hands: &Hands,
        now: Timestamp,
        recorded_mib: impl FnOnce(&FrameCost) -> u64,
        palette: impl FnOnce(&Self) -> Result<Palette, Error>,
    ) -> Result<Self, Error> {
        let plan = Arc::new(plan(animation, limits, hands, now)?);
        let memory = Mutex::new(Some(hands.take_memory(plan.cost.mib() + recorded_mib(&plan.cost))?));
        let ledger = Ledger::default();
        let stop = hands.drawing();
        let mut answers = fetch(hands, &plan, std::iter::once(Share::Still));
        let legends = fetch_legends(hands, &plan)?;
        let mut spare = Spare::new(plan.cost.spare_bytes());
        let still = place_share(&plan, Share::Still, &mut answers, hands, &mut spare)?;
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
        let mut prepared = Self { scene, legends, encoding, missing: ledger.into_sorted(), memory };
        prepared.encoding.palette = palette(&prepared)?;
        Ok(prepared)
    }

    pub(crate) fn plan(&self) -> &Plan {
        self.scene.plan()
    }

    /// Gives back the memory for drawing, which others may take then: who draws again takes it again.
    pub(crate) fn rest(&self) {
        *self.memory.lock().expect("no panic while held") = None;
    }

    /// So many threads, or as many as there is memory for.
    pub(crate) fn threads(&self, wanted: usize, hands: &Hands) -> usize {
        wanted.min(self.plan().cost.threads_within(hands.memory.work_mib()) as usize)
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
    let may_pass = resolve(&mut resolved, limits, hands, now)?.may_pass;
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

/// Documents that have been read and that further layers need: each is read once, and kept no longer than for the last of them.
#[derive(Default)]
struct Readings {
    wms: HashMap<String, Reading<mapreel_spec::capabilities::Capabilities>>,
    wmts: HashMap<String, Reading<mapreel_spec::wmts::Capabilities>>,
}

/// What a document says, or why it cannot be read.
type Reading<T> = Result<Rc<T>, String>;

/// Reads the document of a URL, unless it has been read.
fn once<T>(
    readings: &mut HashMap<String, Reading<T>>,
    url: &str,
    read: impl FnOnce() -> Result<T, BrokenDocument>,
) -> Reading<T> {
    let read = || read().map(Rc::new).map_err(|broken| without_quotes(url, broken.to_string()));
    readings.entry(url.to_owned()).or_insert_with(read).clone()
}

/// Takes in every document, and those that they lead to.
pub(crate) fn resolve(
    animation: &mut Animation,
    limits: &Limits,
    hands: &Hands,
    now: Timestamp,
) -> Result<Heard, Error> {
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
        let fetching = || hands.take_memory(DOCUMENTS_AHEAD_BYTES.div_ceil(1 << 20) as u64);
        let mut ahead = Some(fetching()?);
        let request = |document: &Document| {
            let (wanted, bytes_max) = match document.kind {
                DocumentKind::GeoJson | DocumentKind::TileJson | DocumentKind::Details => {
                    (Wanted::Json, limits.answer_bytes_max)
                }
                DocumentKind::Wms | DocumentKind::Wmts => (Wanted::Capabilities, CAPABILITIES_BYTES_MAX),
            };
            Request { url: document.url.clone(), wanted, bytes_max }
        };
        // From the top: a layer may become several, and moves those above it.
        let requests: Vec<Request> = documents.iter().rev().map(request).collect();
        let mut answers = Ahead::fetch(hands, DOCUMENTS_AHEAD_BYTES, requests.into_iter());
        let mut readings = Readings::default();
        let urls: Vec<String> = documents.iter().map(|document| document.url.clone()).collect();
        for (index, document) in documents.into_iter().enumerate().rev() {
            let answer = answers.next(hands)?.bytes;
            // What reading takes is taken when there is something to read: a server may dawdle.
            drop(ahead.take());
            let reading = hands.take_memory(DOCUMENTS_MIB)?;
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
                        let said = once(&mut readings.wms, &urls[index], || wms::capabilities(&bytes, now));
                        said.inspect_err(|why| heard.note(layer, why.clone(), false))
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
                    animation.learn(layer, said.as_deref().map_err(Clone::clone), now);
                }
                DocumentKind::Wmts => {
                    let said = answer.and_then(|bytes| {
                        let said = once(&mut readings.wmts, &urls[index], || wmts::capabilities(&bytes, now));
                        said.inspect_err(|why| heard.note(layer, why.clone(), false))
                    });
                    animation.learn_wmts(layer, said.as_deref().map_err(Clone::clone), now);
                }
            }
            if !urls[..index].contains(&urls[index]) {
                readings.wms.remove(&urls[index]);
                readings.wmts.remove(&urls[index]);
            }
            drop(reading);
            if index > 0 {
                ahead = Some(fetching()?);
            }
        }
    }
}

/// The palette of a GIF, from frames spread over the animation; other formats have none. Its pictures are fetched ahead, as
/// those of a segment are.
fn palette(prepared: &Prepared, hands: &Hands, threads: usize, progress: &dyn Progress) -> Result<Palette, Error> {
    if prepared.plan().output.format != Format::Gif {
        return Ok(Palette::default());
    }
    let (scene, plan) = (&prepared.scene, prepared.scene.shared_plan());
    let frames = plan.frames.len();
    let count = PALETTE_FRAMES.min(frames);
    let threads = prepared.threads(threads, hands).min(count);
    progress.stage("colours");
    let done = AtomicUsize::new(0);
    let stop = hands.drawing();
    let thread = |first: usize| {
        let sample = move |i: usize| if count > 1 { i * (frames - 1) / (count - 1) } else { 0 };
        let mine = move || (first..count).step_by(threads).map(sample);
        let mut answers = fetch(hands, &plan, mine().map(Share::Frame));
        let (mut painter, mut colours) = (Painter::new(scene, stop.clone()), Colours::default());
        let mut spare = Spare::new(plan.cost.spare_bytes());
        for index in mine() {
            let placed = place_share(&plan, Share::Frame(index), &mut answers, hands, &mut spare)?;
            colours.add(painter.draw(index, &placed.pictures)?, &stop)?;
            let used = placed.pictures.into_iter().flatten().flat_map(|gathered| gathered.placed);
            used.for_each(|placed| spare.give(placed.raster.pixels));
            progress.frames(done.fetch_add(1, Ordering::Relaxed) + 1, count);
        }
        Ok(colours)
    };
    let counted: Result<Vec<Colours>, Error> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|first| scope.spawn(move || thread(first))).collect();
        threads.into_iter().map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let mut all = Colours::default();
    counted?.into_iter().for_each(|colours| all.merge(colours));
    Ok(all.palette(prepared.scene.legends().iter().filter_map(|legend| legend.picture.as_ref().ok())))
}
