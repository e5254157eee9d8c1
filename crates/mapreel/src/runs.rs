//! Forecast runs, looked for again when everything is drawn: a server that has dropped one in the meantime may have
//! answered with another.

use crate::hands::Hands;
use crate::produce::Error;
use jiff::Timestamp;
use mapreel_sources::{Wanted, wms};
use mapreel_spec::Plan;
use mapreel_spec::manifest::Warning;

/// A warning for each layer whose run is not offered any more. A still picture is drawn at once and needs no second look.
pub(crate) fn gone(plan: &Plan, hands: &Hands) -> Result<Vec<Warning>, Error> {
    let mut warnings = Vec::new();
    if plan.frames.len() == 1 {
        return Ok(warnings);
    }
    for layer in &plan.layers {
        let Some(run) = &layer.run else { continue };
        let answer = hands.wait(hands.upstreams.get(&run.document, Wanted::CapabilitiesNow))?;
        let answer = answer.map_err(|error| error.to_string());
        let said = answer.and_then(|bytes| wms::capabilities(&bytes, Timestamp::now()).map_err(|e| e.to_string()));
        let why = match said {
            Ok(capabilities) => run.gone(&capabilities),
            Err(why) => {
                Some(format!("whether the server still offers the run {} is not known: {why}", run.time.text()))
            }
        };
        warnings.extend(why.map(|message| Warning::of_layer("run_gone", &layer.name, message)));
    }
    Ok(warnings)
}
