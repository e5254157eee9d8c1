//! The gaps of a run. Every gap in a picture is noted here, and from here gets to the frame, the manifest and the warnings — or it ends the
//! run.

use super::error::Error;
use mapreel_spec::{Gap, OnError, Plan};
use serde::{Deserialize, Serialize};
use std::sync::Mutex;

/// A layer that is not as it was asked for, in one frame or in all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct LayerGap {
    /// The frame, from 0; `None`: all frames.
    pub frame: Option<usize>,
    /// The layer's index in the plan.
    pub layer: usize,
    /// What is shown instead, and why.
    pub gap: Gap,
}

/// Collects gaps from any number of threads.
#[derive(Default)]
pub(crate) struct GapLog(Mutex<Vec<LayerGap>>);

impl GapLog {
    /// Notes a gap. The gap of a layer that must not be missing is an error, which ends the run. `may_pass`: the cause may be gone later.
    pub(crate) fn note(&self, plan: &Plan, missing: LayerGap, may_pass: bool) -> Result<(), Error> {
        let planned = &plan.layers[missing.layer];
        if planned.on_error == OnError::Fail && missing.gap.is_lack() {
            let place = missing.frame.map(|i| format!(", frame {} of {}", i + 1, plan.frames.len()));
            let (layer, place) = (planned.caption.name.clone(), place.unwrap_or_default());
            return Err(Error::Layer { layer, place, why: missing.gap.why, may_pass });
        }
        self.0.lock().expect("no panic while held").push(missing);
        Ok(())
    }

    pub(crate) fn into_sorted(self) -> Vec<LayerGap> {
        let mut all = self.0.into_inner().expect("no panic while held");
        all.sort();
        all
    }
}
