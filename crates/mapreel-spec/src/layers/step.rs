//! How a layer comes to what its servers say, step by step: it asks for a document, whose answer leads to the next step, until
//! nothing is left to ask. Each step is made from the one before, so a question cannot be asked twice, nor be forgotten.

use super::resolved_layer::ResolvedLayer;
use mapreel_ogc::wms::capabilities::Capabilities;
use mapreel_ogc::wmts::capabilities as wmts;
use std::fmt;

/// What a layer needs.
#[derive(Debug)]
pub enum Step {
    /// The answer to a question, and what follows from it.
    Ask(Question, Next),
    /// Nothing more. One layer of a request may have become several, bottom first.
    Done(Vec<ResolvedLayer>),
}

/// A document that a server is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Where it is.
    pub url: String,
    /// What it is.
    pub kind: DocumentKind,
}

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// Features.
    GeoJson,
    /// What a WMS says of itself.
    Wms,
    /// What a server says beyond what it must, in JSON: without it the layer is drawn all the same.
    Details,
    /// The styles of a layer, as SLD: without them the layer is drawn all the same.
    Styles,
    /// What a WMTS says of itself.
    Wmts,
    /// A document in JSON that the layer reads itself.
    Json,
}

/// A document, read as far as its kind is.
#[derive(Debug, Clone, Copy)]
pub enum Document<'a> {
    /// What a WMS says of itself.
    Wms(&'a Capabilities),
    /// What a WMTS says of itself.
    Wmts(&'a wmts::Capabilities),
    /// Any other, which the layer reads itself.
    Bytes(&'a [u8]),
}

/// What a question is answered with.
pub type Reply<'a> = Result<Document<'a>, NoAnswer>;

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAnswer {
    /// Nobody has asked for it: it is only estimated what will be drawn.
    NotAsked,
    /// It could not be had, or not be read, and why.
    Failed(String),
}

impl NoAnswer {
    /// Why there is no document, in words for a person.
    pub(crate) fn why(self) -> String {
        match self {
            Self::NotAsked => "its server has not been asked yet".to_owned(),
            Self::Failed(why) => why,
        }
    }
}

/// What follows from the answer to a question.
pub struct Next(Box<dyn FnOnce(Reply<'_>) -> Step + Send>);

impl fmt::Debug for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Next")
    }
}

impl Next {
    /// The step after this answer.
    pub fn after(self, reply: Reply<'_>) -> Step {
        (self.0)(reply)
    }
}

impl Step {
    pub(crate) fn ask(url: String, kind: DocumentKind, next: impl FnOnce(Reply<'_>) -> Self + Send + 'static) -> Self {
        Self::Ask(Question { url, kind }, Next(Box::new(next)))
    }

    pub(crate) fn done(layer: ResolvedLayer) -> Self {
        Self::Done(vec![layer])
    }

    /// The steps of several layers, bottom first, as those of one: they ask one after another.
    pub(crate) fn all(steps: Vec<Self>) -> Self {
        let mut resolved = Vec::new();
        let mut steps = steps.into_iter();
        while let Some(step) = steps.next() {
            match step {
                Self::Done(layers) => resolved.extend(layers),
                Self::Ask(question, next) => {
                    let rest: Vec<Self> = steps.collect();
                    let next = move |reply: Reply<'_>| {
                        let first = [Self::Done(resolved), next.after(reply)];
                        Self::all(first.into_iter().chain(rest).collect())
                    };
                    return Self::Ask(question, Next(Box::new(next)));
                }
            }
        }
        Self::Done(resolved)
    }

    /// What is asked; `None`: nothing more.
    pub fn question(&self) -> Option<&Question> {
        match self {
            Self::Ask(question, _) => Some(question),
            Self::Done(_) => None,
        }
    }

    /// The layers, as far as they are known without asking.
    pub(crate) fn unasked(self) -> Vec<ResolvedLayer> {
        let is_unasked = matches!(self, Self::Ask(..));
        let mut step = self;
        loop {
            match step {
                Self::Ask(_, next) => step = next.after(Err(NoAnswer::NotAsked)),
                Self::Done(layers) => {
                    return layers.into_iter().map(|layer| ResolvedLayer { is_unasked, ..layer }).collect();
                }
            }
        }
    }
}
