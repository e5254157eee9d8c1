//! The built-in geography, as a layer.

use super::layer::{Asking, LayerKind};
use super::reader::Reader;
use super::resolved_layer::{Refusal, ResolvedKind, Wanted};
use super::step::Step;
use crate::plan::planned_layer::LayerSource;
use crate::request::read::Fields;
use crate::schema::fields::fields;
use crate::schema::shape::List;
use crate::vector::natural_earth::{Feature, NaturalEarth};
use std::sync::Arc;

/// The credit of the built-in geography.
const CREDIT: &str = "Made with Natural Earth";

fields! {
    /// The built-in geography, which needs no server.
    pub(super) struct NaturalEarthFields {
        /// What of it is drawn.
        show: List<Feature, 16>, default "all";
    }
}

pub(super) fn read(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    let mut show = NaturalEarthFields::read(fields, reader.limits).show.or(Feature::ALL.to_vec())?;
    show.sort_unstable();
    show.dedup();
    Some(Arc::new(NaturalEarth { show }))
}

impl LayerKind for NaturalEarth {
    fn resolve(self: Arc<Self>, asking: Asking) -> Step {
        Step::done(asking.resolved(self))
    }

    fn credit(&self) -> Option<&'static str> {
        Some(CREDIT)
    }
}

impl ResolvedKind for NaturalEarth {
    fn is_drawn_here(&self) -> bool {
        true
    }

    fn pictures(&self, _: &Wanted<'_>) -> Result<LayerSource, Refusal> {
        Ok(LayerSource::NaturalEarth(self.clone()))
    }
}
