//! Meridians and parallels.

use super::{Asking, LayerKind, Pictures, Refusal, ResolvedKind, Step, Wanted};
use crate::Colour;
use crate::dialect::layer::Reader;
use crate::plan::Drawing;
use crate::read::{Fields, Transposed};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A net of meridians and parallels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Graticule {
    /// Degrees between lines; `None`: chosen from the extent.
    pub step_deg: Option<f64>,
    /// Colour of the lines.
    pub stroke: Colour,
    /// Whether degrees stand at the edges of the map.
    pub labels: bool,
}

pub(super) fn read(_: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    let step = fields.optional("step").map(|node| node.number(0.01, 90.0));
    let labels = fields.optional("degrees").map_or(Some(true), |node| node.boolean());
    let stroke = fields.optional("stroke").map(|node| {
        let colour = Colour::parse(node.string()?);
        if colour.is_none() {
            node.invalid("not a colour", "write it like #1e90ff");
        }
        colour
    });
    let stroke = stroke.transposed()?.unwrap_or(Colour { r: 70, g: 80, b: 95, a: 90 });
    Some(Arc::new(Graticule { step_deg: step.transposed()?, stroke, labels: labels? }))
}

impl LayerKind for Graticule {
    fn resolve(self: Arc<Self>, asking: Asking) -> Step {
        Step::done(asking.resolved(*self))
    }
}

impl ResolvedKind for Graticule {
    fn pictures(&self, _: &Wanted<'_>) -> Result<Pictures, Refusal> {
        Ok(Pictures::still(Drawing::Graticule(*self)))
    }
}
