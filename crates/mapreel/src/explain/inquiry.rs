//! What the servers of a request say of it, for `check --online`: documents are fetched and read as for drawing, and no pictures.

use super::explain::Explanation;
use crate::pipeline::draw_context::DrawContext;
use crate::pipeline::error::Error;
use crate::pipeline::report::WarningView;
use crate::pipeline::resolve::{Unanswered, resolve};
use jiff::Timestamp;
use mapreel_spec::{
    AskedFrames, FramesUnknown, LayerSource, Limits, Mosaic, OnError, Plan, PlannedLayer, Problem, Request, Resolved,
    View,
};

/// What the servers say.
pub(crate) struct Inquiry {
    /// What is known, where that is enough to be drawn.
    pub resolved: Option<Resolved>,
    /// What would be drawn, for people.
    pub explanation: Option<Explanation>,
    /// Servers that did not answer, or not with what they were asked for.
    pub unanswered: Vec<Unanswered>,
    /// What the request asks for and the servers do not have.
    pub problems: Vec<Problem>,
}

impl Inquiry {
    /// Asks the servers.
    ///
    /// # Errors
    /// The plan exceeds the limits, or the word to stop has come.
    pub(crate) fn new(request: &Request, limits: &Limits, context: &DrawContext) -> Result<Self, Error> {
        let heard = resolve(request, limits, context, Timestamp::now())?;
        let problem = |pointer: &str, code: &'static str, detail: String, hint: Option<String>| Problem {
            pointer: pointer.to_owned(),
            code,
            detail,
            hint,
        };
        // Servers may make several layers of one; its place in the request stays.
        let pointer = |layer: usize| request.layers[layer].pointer.as_str();
        let mut problems: Vec<Problem> = heard
            .not_offered
            .iter()
            .map(|missing| {
                let detail = format!("the server has no layer `{}`", missing.name);
                problem(pointer(missing.layer), "not_offered", detail, Some(format!("it has {}", missing.offered)))
            })
            .collect();
        let known_already = |problems: &[Problem], place: &str| {
            heard.unanswered.iter().any(|unanswered| pointer(unanswered.layer) == place)
                || problems.iter().any(|problem| problem.pointer == place)
        };
        let resolved = match &heard.resolved {
            Ok(resolved) => resolved,
            Err(unknown) => {
                match (unknown.clone(), &request.frames) {
                    (FramesUnknown::Times { why, .. }, AskedFrames::TimesOf(of))
                        if !known_already(&problems, pointer(of.layer)) =>
                    {
                        let detail = format!("its {} times are asked for: {why}", of.side);
                        problems.push(problem(pointer(of.layer), "no_times", detail, None));
                    }
                    (FramesUnknown::Values { why, .. }, _) if heard.unanswered.is_empty() => {
                        problems.push(problem("/animate", "no_values", why, None));
                    }
                    // A server that does not answer, or lacks the layer, is named already.
                    _ => {}
                }
                return Ok(Self { resolved: None, explanation: None, unanswered: heard.unanswered, problems });
            }
        };
        let plan = Plan::of_map_alone(resolved, View::of(request), limits)?;
        let mut explanation = Explanation::online(resolved, &plan, heard.documents);
        // What follows from a problem is no warning beside it.
        let named = |name: &str| {
            let mut layers = resolved.layers.iter().filter(|layer| layer.name == name);
            layers.any(|layer| known_already(&problems, &layer.pointer))
        };
        explanation.warnings.retain(|warning| !warning.layer.as_deref().is_some_and(named));
        for (layer, planned) in plan.layers.iter().enumerate() {
            let gaps = gaps(planned, plan.frames.len());
            let whole = gaps.len() == plan.frames.len();
            // The plan's own warning says that a layer lies outside.
            if planned.outside.is_some() && planned.on_error != OnError::Fail {
                continue;
            }
            let place = resolved.layers[layer].pointer.as_str();
            let Some((_, first)) = gaps.first().filter(|_| !known_already(&problems, place)) else { continue };
            if whole || planned.on_error == OnError::Fail {
                problems.push(problem(place, "no_data", first.clone(), None));
            } else {
                explanation.warnings.extend(gaps.into_iter().map(|(frame, message)| WarningView {
                    code: "layer_unavailable".into(),
                    layer: Some(planned.caption.name.clone()),
                    frame: Some(frame + 1),
                    message,
                }));
            }
        }
        let unanswered = heard.unanswered;
        Ok(Self { resolved: heard.resolved.ok(), explanation: Some(explanation), unanswered, problems })
    }
}

/// The frames (from 0) of which it is known before drawing that a layer is missing from them, and why.
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
