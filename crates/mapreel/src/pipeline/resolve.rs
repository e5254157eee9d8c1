//! Resolve: asks the servers of a request, in rounds of questions, until all layers are resolved.

use super::draw_context::DrawContext;
use super::error::Error;
use super::prefetch::{self, Prefetch};
use crate::explain::layers::some;
use crate::operations::budget::DOCUMENTS_MIB;
use bytes::Bytes;
use jiff::Timestamp;
use mapreel_ogc::BrokenDocument;
use mapreel_ogc::without_quotes;
use mapreel_ogc::wms::reader as wms;
use mapreel_ogc::wmts::reader as wmts;
use mapreel_sources::{CAPABILITIES_BYTES_MAX, Wanted};
use mapreel_spec::{
    Document, DocumentKind, FramesUnknown, Limits, Next, NoAnswer, Problem, Question, Request, Resolved, Step,
};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// The bound on documents that are fetched ahead of the one that is read, in bytes.
const DOCUMENTS_AHEAD_BYTES: usize = 2 * CAPABILITIES_BYTES_MAX;

/// The result of asking the servers.
pub(crate) struct Heard {
    /// The resolved request.
    pub resolved: Result<Resolved, FramesUnknown>,
    /// Whether a document that could not be fetched may be available later.
    pub may_pass: bool,
    /// The number of documents that were asked for.
    pub documents: usize,
    /// Documents that could not be fetched or read, ordered by layer.
    pub unanswered: Vec<Unanswered>,
    /// Names in the request that its servers do not offer, ordered by layer.
    pub not_offered: Vec<NotOffered>,
}

/// A document that a layer needs and that could not be fetched or read.
pub(crate) struct Unanswered {
    /// The index of the request's layer.
    pub layer: usize,
    /// What happened.
    pub why: String,
    /// The server was not asked, because the egress rules or the credentials forbid it.
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
    /// The failure as a problem of the request's layer.
    pub(crate) fn problem(&self, request: &Request) -> Problem {
        let pointer = request.layers[self.layer].pointer.clone();
        Problem { pointer, code: "upstream", detail: self.why.clone(), hint: None }
    }
}

/// Asks the servers of a request. `now` is the latest time of servers whose times have no end.
///
/// # Errors
/// The stop token was cancelled, or there is no memory for the documents.
pub(crate) fn resolve(
    request: &Request,
    limits: &Limits,
    context: &DrawContext,
    now: Timestamp,
) -> Result<Heard, Error> {
    let mut asking = Asking { request, limits, context, now, asked: HashSet::new(), notes: Notes::default() };
    let mut steps = request.steps(now);
    while steps.iter().any(|step| step.question().is_some()) {
        steps = asking.round(steps)?;
    }
    let Asking { asked, mut notes, .. } = asking;
    notes.unanswered.sort_by_key(|unanswered| unanswered.layer);
    notes.not_offered.sort_by_key(|missing| missing.layer);
    let layers = steps.into_iter().map(|step| match step {
        Step::Done(layers) => layers,
        Step::Ask(..) => unreachable!("the last round left no question"),
    });
    Ok(Heard {
        resolved: Resolved::new(request, layers.collect(), now),
        may_pass: notes.may_pass,
        documents: asked.len(),
        unanswered: notes.unanswered,
        not_offered: notes.not_offered,
    })
}

/// A request whose servers are being asked.
struct Asking<'a> {
    request: &'a Request,
    limits: &'a Limits,
    context: &'a DrawContext,
    now: Timestamp,
    /// The URL of every document that was asked for.
    asked: HashSet<String>,
    notes: Notes,
}

#[derive(Default)]
struct Notes {
    may_pass: bool,
    unanswered: Vec<Unanswered>,
    not_offered: Vec<NotOffered>,
}

/// Parsed documents that further layers need: each document is parsed once, and kept until the last layer that needs it.
#[derive(Default)]
struct Readings {
    wms: HashMap<String, Reading<mapreel_ogc::wms::capabilities::Capabilities>>,
    wmts: HashMap<String, Reading<mapreel_ogc::wmts::capabilities::Capabilities>>,
}

/// A parsed document, or why it cannot be read.
type Reading<T> = Result<Rc<T>, BrokenDocument>;

/// Parses the document of a URL, unless it was parsed before.
fn once<T>(
    readings: &mut HashMap<String, Reading<T>>,
    url: &str,
    read: impl FnOnce() -> Result<T, BrokenDocument>,
) -> Reading<T> {
    readings.entry(url.to_owned()).or_insert_with(|| read().map(Rc::new)).clone()
}

/// The names of server layers in a layer of the request that the server does not offer.
fn not_offered(
    request: &Request,
    layer: usize,
    said: &mapreel_ogc::wms::capabilities::Capabilities,
) -> Vec<NotOffered> {
    let missing = request.not_offered(layer, said);
    if missing.is_empty() {
        return Vec::new();
    }
    let names: Vec<&str> = said.layers.iter().map(|layer| layer.name.as_str()).collect();
    let offered = some(&names);
    missing.into_iter().map(|name| NotOffered { layer, name, offered: offered.clone() }).collect()
}

impl Asking<'_> {
    /// Answers the question of every layer that has one. The documents are prefetched, and read one after another.
    fn round(&mut self, steps: Vec<Step>) -> Result<Vec<Step>, Error> {
        let questions: Vec<Question> = steps.iter().filter_map(Step::question).cloned().collect();
        let fetching = || self.context.take_memory(DOCUMENTS_AHEAD_BYTES.div_ceil(1 << 20) as u64);
        let mut ahead = Some(fetching()?);
        let answer_bytes_max = self.limits.answer_bytes_max;
        let request = move |Question { url, kind }: Question| {
            let (wanted, bytes_max) = match kind {
                DocumentKind::Wms | DocumentKind::Wmts => (Wanted::Capabilities, CAPABILITIES_BYTES_MAX),
                DocumentKind::GeoJson | DocumentKind::Json | DocumentKind::Details => (Wanted::Json, answer_bytes_max),
                DocumentKind::Styles => (Wanted::Styles, answer_bytes_max),
            };
            prefetch::Request { url, wanted, bytes_max }
        };
        let requests: Vec<_> = questions.iter().cloned().map(request).collect();
        let mut answers = Prefetch::start(self.context, DOCUMENTS_AHEAD_BYTES, requests.into_iter());
        let mut readings = Readings::default();
        let mut left = questions.len();
        let mut next = Vec::new();
        for (layer, step) in steps.into_iter().enumerate() {
            let Step::Ask(question, then) = step else {
                next.push(step);
                continue;
            };
            let answer = answers.next(self.context)?.bytes;
            // The memory for reading is taken only when the document has arrived: a server may be slow.
            drop(ahead.take());
            let reading = self.context.take_memory(DOCUMENTS_MIB)?;
            left -= 1;
            next.push(self.answered(layer, &question, then, answer, &mut readings));
            let is_needed = |other: &Question| other.url == question.url;
            if !questions[questions.len() - left..].iter().any(is_needed) {
                readings.wms.remove(&question.url);
                readings.wmts.remove(&question.url);
            }
            drop(reading);
            if left > 0 {
                ahead = Some(fetching()?);
            }
        }
        Ok(next)
    }

    /// The step of a layer after the answer to its question.
    fn answered(
        &mut self,
        layer: usize,
        question: &Question,
        then: Next,
        answer: Result<Bytes, mapreel_sources::Error>,
        readings: &mut Readings,
    ) -> Step {
        let (notes, now) = (&mut self.notes, self.now);
        notes.may_pass |= answer.as_ref().is_err_and(mapreel_sources::Error::is_transient);
        // Details and styles are optional: without them, the server draws the legend.
        let is_needed = !matches!(question.kind, DocumentKind::Details | DocumentKind::Styles);
        if let Some(error) = answer.as_ref().err().filter(|_| is_needed) {
            notes.unanswered.push(Unanswered { layer, why: error.to_string(), refused: error.is_refusal() });
        }
        self.asked.insert(question.url.clone());
        let bytes = match answer {
            Ok(bytes) => bytes,
            Err(error) => return then.after(Err(NoAnswer::Failed(error.to_string()))),
        };
        let mut unreadable = |broken: BrokenDocument| {
            let why = without_quotes(&question.url, broken.to_string());
            notes.unanswered.push(Unanswered { layer, why: why.clone(), refused: false });
            Err(NoAnswer::Failed(why))
        };
        match question.kind {
            DocumentKind::GeoJson | DocumentKind::Json | DocumentKind::Details | DocumentKind::Styles => {
                then.after(Ok(Document::Bytes(&bytes)))
            }
            DocumentKind::Wms => match once(&mut readings.wms, &question.url, || wms::capabilities(&bytes, now)) {
                Ok(said) => {
                    notes.not_offered.extend(not_offered(self.request, layer, &said));
                    then.after(Ok(Document::Wms(&said)))
                }
                Err(broken) => then.after(unreadable(broken)),
            },
            DocumentKind::Wmts => match once(&mut readings.wmts, &question.url, || wmts::capabilities(&bytes, now)) {
                Ok(said) => then.after(Ok(Document::Wmts(&said))),
                Err(broken) => then.after(unreadable(broken)),
            },
        }
    }
}
