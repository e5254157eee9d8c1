//! Meridians and parallels, as a layer.

use super::layer::{Asking, LayerKind};
use super::reader::Reader;
use super::resolved_layer::{Refusal, ResolvedKind, Wanted};
use super::step::Step;
use crate::plan::planned_layer::LayerSource;
use crate::request::colour::Colour;
use crate::request::read::Fields;
use crate::schema::fields::fields;
use crate::schema::numbers::Hundredths;
use crate::schema::texts::{ColourCode, Flag};
use crate::vector::graticule::Graticule;
use std::sync::Arc;

fields! {
    /// Meridians and parallels.
    pub(super) struct GraticuleFields {
        /// Degrees between lines.
        step: Hundredths<1, 9_000>, default "chosen from the map's size";
        /// Colour of the lines.
        stroke: ColourCode, default "#46505f5a";
        /// Whether degrees stand at the edges of the map.
        degrees: Flag, default "true";
    }
}

pub(super) fn read(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    let GraticuleFields { step, stroke, degrees } = GraticuleFields::read(fields, reader.limits);
    let stroke = stroke.or(Colour { r: 70, g: 80, b: 95, a: 90 })?;
    Some(Arc::new(Graticule { step_deg: step.optional().ok()?, stroke, labels: degrees.or(true)? }))
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
