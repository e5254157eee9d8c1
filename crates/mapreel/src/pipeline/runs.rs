//! Checks, after all frames are drawn, that the servers still offer the forecast runs: a server that has dropped a run in the
//! meantime may have answered with another one.

use super::draw_context::DrawContext;
use super::error::Error;
use crate::operations::budget::DOCUMENTS_MIB;
use jiff::Timestamp;
use mapreel_ogc::wms::capabilities::Capabilities;
use mapreel_ogc::wms::reader as wms;
use mapreel_sources::Wanted;
use mapreel_spec::Plan;
use mapreel_spec::manifest::Warning;

/// A warning for each layer whose run is not offered any more. A still picture is drawn at once and needs no such check.
pub(crate) fn gone(plan: &Plan, context: &DrawContext) -> Result<Vec<Warning>, Error> {
    let mut warnings = Vec::new();
    let runs: Vec<_> = plan.layers.iter().filter_map(|layer| Some((layer, layer.run.as_ref()?))).collect();
    if plan.frames.len() == 1 || runs.is_empty() {
        return Ok(warnings);
    }
    let _reading = context.take_memory(DOCUMENTS_MIB)?;
    // The last document is kept: consecutive layers of one server share it.
    let mut last: Option<(&str, anyhow::Result<Capabilities>)> = None;
    for (layer, run) in runs {
        let said = match last.take() {
            Some((document, said)) if document == run.document => said,
            _ => {
                let answer = context.wait(context.upstreams.get(&run.document, Wanted::CapabilitiesNow))?;
                answer.map_err(Into::into).and_then(|bytes| Ok(wms::capabilities(&bytes, Timestamp::now())?))
            }
        };
        let why = match &said {
            Ok(capabilities) => run.gone(capabilities),
            Err(why) => {
                Some(format!("whether the server still offers the run {} is not known: {why}", run.time.text()))
            }
        };
        last = Some((&run.document, said));
        warnings.extend(why.map(|message| Warning::of_layer("run_gone", &layer.caption.name, message)));
    }
    Ok(warnings)
}
