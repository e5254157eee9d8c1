//! Asks the servers of a request, for `check --online`: documents are fetched and read as for drawing, but no pictures.

use super::explanation::Explanation;
use crate::pipeline::draw_context::DrawContext;
use crate::pipeline::error::Error;
use crate::pipeline::report::WarningView;
use crate::pipeline::resolve::{Heard, Unanswered, resolve};
use jiff::Timestamp;
use mapreel_spec::{
    AskedFrames, FramesUnknown, LayerSource, Limits, Mosaic, OnError, Plan, PlannedLayer, Problem, Request, Resolved,
    View,
};

/// The result of asking the servers of a request.
pub(crate) struct Inquiry {
    /// The resolved request, if its frames are known.
    pub resolved: Option<Resolved>,
    /// The explanation of what would be drawn.
    pub explanation: Option<Explanation>,
    /// Servers that did not answer, or not with the document that they were asked for.
    pub unanswered: Vec<Unanswered>,
    /// Names and times in the request that the servers do not have.
    pub problems: Vec<Problem>,
}

impl Inquiry {
    /// Asks the servers.
    ///
    /// # Errors
    /// The plan exceeds the limits, or the stop token was cancelled.
    pub(crate) fn new(request: &Request, limits: &Limits, context: &DrawContext) -> Result<Self, Error> {
        let heard = resolve(request, limits, context, Timestamp::now())?;
        let mut findings = Findings::new(request, &heard);
        let explanation = match &heard.resolved {
            Ok(resolved) => {
                let plan = Plan::of_map_alone(resolved, View::of(request), limits)?;
                let mut explanation = Explanation::online(resolved, &plan, heard.documents);
                explanation.warnings.retain(|warning| !findings.explain(resolved, warning));
                explanation.warnings.extend(findings.add_gaps(resolved, &plan));
                Some(explanation)
            }
            Err(unknown) => {
                findings.add_unknown_frames(request, unknown);
                None
            }
        };
        let problems = findings.problems;
        Ok(Self { resolved: heard.resolved.ok(), explanation, unanswered: heard.unanswered, problems })
    }
}

/// The problems found so far, one for each place in the request. A problem that follows from another one is not reported.
struct Findings {
    problems: Vec<Problem>,
    /// The places in the request of the layers whose servers did not answer.
    unanswered: Vec<String>,
}

impl Findings {
    /// The layers that their servers do not have.
    fn new(request: &Request, heard: &Heard) -> Self {
        // One layer of the request may become several layers of servers; all have its place in the request.
        let pointer = |layer: usize| request.layers[layer].pointer.as_str();
        let not_offered = heard.not_offered.iter().map(|missing| {
            let detail = format!("the server has no layer `{}`", missing.name);
            let hint = Some(format!("it has {}", missing.offered));
            Problem { hint, ..problem(pointer(missing.layer), "not_offered", detail) }
        });
        let unanswered = heard.unanswered.iter().map(|unanswered| pointer(unanswered.layer).to_owned());
        Self { problems: not_offered.collect(), unanswered: unanswered.collect() }
    }

    /// Whether a problem was found at this place already.
    fn has(&self, place: &str) -> bool {
        self.unanswered.iter().any(|unanswered| unanswered == place)
            || self.problems.iter().any(|problem| problem.pointer == place)
    }

    /// Whether a warning follows from a problem of its layer.
    fn explain(&self, resolved: &Resolved, warning: &WarningView) -> bool {
        let Some(name) = warning.layer.as_deref() else { return false };
        resolved.layers.iter().filter(|layer| layer.name == name).any(|layer| self.has(&layer.pointer))
    }

    /// Adds why the frames are not known, unless the cause is reported already: a server that does not answer, or does not have the layer.
    fn add_unknown_frames(&mut self, request: &Request, unknown: &FramesUnknown) {
        match (unknown, &request.frames) {
            (FramesUnknown::Times { why, .. }, AskedFrames::TimesOf(of)) => {
                let place = &request.layers[of.layer].pointer;
                if !self.has(place) {
                    let detail = format!("its {} times are asked for: {why}", of.side);
                    self.problems.push(problem(place, "no_times", detail));
                }
            }
            (FramesUnknown::Values { why, .. }, _) if self.unanswered.is_empty() => {
                self.problems.push(problem("/animate", "no_values", why.clone()));
            }
            _ => {}
        }
    }

    /// Adds problems of layers that are missing in all frames, or that must not be missing in any frame. Returns warnings of other layers that
    /// are missing in some frames.
    fn add_gaps(&mut self, resolved: &Resolved, plan: &Plan) -> Vec<WarningView> {
        let mut warnings = Vec::new();
        for (layer, planned) in plan.layers.iter().enumerate() {
            // The plan's own warning says that a layer lies outside.
            if planned.outside.is_some() && planned.on_error != OnError::Fail {
                continue;
            }
            let (gaps, place) = (gaps(planned, plan.frames.len()), resolved.layers[layer].pointer.as_str());
            let Some((_, first)) = gaps.first().filter(|_| !self.has(place)) else { continue };
            if gaps.len() == plan.frames.len() || planned.on_error == OnError::Fail {
                self.problems.push(problem(place, "no_data", first.clone()));
            } else {
                warnings.extend(gaps.into_iter().map(|(frame, message)| unavailable(planned, frame, message)));
            }
        }
        warnings
    }
}

fn problem(pointer: &str, code: &'static str, detail: String) -> Problem {
    Problem { pointer: pointer.to_owned(), code, detail, hint: None }
}

fn unavailable(layer: &PlannedLayer, frame: usize, message: String) -> WarningView {
    let layer = Some(layer.caption.name.clone());
    WarningView { code: "layer_unavailable".into(), layer, frame: Some(frame + 1), message }
}

/// The frames (from 0) in which, as is known before drawing, a layer will be missing, each with the reason.
fn gaps(planned: &PlannedLayer, frames: usize) -> Vec<(usize, String)> {
    let in_each = |at: &dyn Fn(usize) -> Option<String>| (0..frames).filter_map(|i| Some((i, at(i)?))).collect();
    match &planned.drawing {
        LayerSource::Missing(why) => in_each(&|_| Some(why.clone())),
        LayerSource::Pictures(series) => in_each(&|frame| {
            let Mosaic { pieces, gap, .. } = series.at(frame);
            gap.as_ref().filter(|_| pieces.is_empty()).map(|gap| gap.why.clone())
        }),
        _ => Vec::new(),
    }
}
