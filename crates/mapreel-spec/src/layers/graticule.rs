//! Meridians and parallels, as a layer.

use super::layer::{Asking, LayerKind};
use super::reader::Reader;
use super::resolved_layer::{Refusal, ResolvedKind, Wanted};
use super::step::Step;
use crate::plan::planned_layer::LayerSource;
use crate::request::colour::Colour;
use crate::request::read::{Fields, Transposed};
use crate::vector::graticule::Graticule;
use std::sync::Arc;

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
        Step::done(asking.resolved(self))
    }
}

impl ResolvedKind for Graticule {
    fn is_drawn_here(&self) -> bool {
        true
    }

    fn pictures(&self, _: &Wanted<'_>) -> Result<LayerSource, Refusal> {
        Ok(LayerSource::Graticule(*self))
    }
}
