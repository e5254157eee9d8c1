//! The steps that resolve a layer. A step asks for a document, and the reply makes the next step, until nothing is left to
//! ask. The types ensure that each question is asked exactly once.

use super::resolved_layer::ResolvedLayer;
use mapreel_ogc::wms::capabilities::Capabilities;
use mapreel_ogc::wmts::capabilities as wmts;
use std::fmt;

/// A step of resolving a layer.
#[derive(Debug)]
pub enum Step {
    /// A question, and the function that makes the next step from the reply.
    Ask(Question, Next),
    /// The resolved layer. One layer of a request may have become several, bottom first.
    Done(Vec<ResolvedLayer>),
}

/// A document that a server is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The address of the document.
    pub url: String,
    /// The kind of document.
    pub kind: DocumentKind,
}

/// The kind of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// Features.
    GeoJson,
    /// The capabilities of a WMS.
    Wms,
    /// Optional details, in JSON. Without them the layer is drawn all the same.
    Details,
    /// The styles of a layer, as SLD. Without them the layer is drawn all the same.
    Styles,
    /// The capabilities of a WMTS.
    Wmts,
    /// A document in JSON that the layer reads itself.
    Json,
}

/// A document; capabilities are already parsed.
#[derive(Debug, Clone, Copy)]
pub enum Document<'a> {
    /// The capabilities of a WMS.
    Wms(&'a Capabilities),
    /// The capabilities of a WMTS.
    Wmts(&'a wmts::Capabilities),
    /// The bytes of any other document, which the layer parses.
    Bytes(&'a [u8]),
}

/// The reply to a question.
pub type Reply<'a> = Result<Document<'a>, NoAnswer>;

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAnswer {
    /// The server has not been asked, because this is only an estimate.
    NotAsked,
    /// The document could not be fetched or read; the text is the reason.
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

/// The function that makes the next step from a reply.
pub struct Next(Box<dyn FnOnce(Reply<'_>) -> Step + Send>);

impl fmt::Debug for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Next")
    }
}

impl Next {
    /// The step after this reply.
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

    /// One step for several layers, bottom first; their questions are asked one after another.
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

    /// The question of this step; `None` where nothing is left to ask.
    pub fn question(&self) -> Option<&Question> {
        match self {
            Self::Ask(question, _) => Some(question),
            Self::Done(_) => None,
        }
    }

    /// The layers as they are without any reply.
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
