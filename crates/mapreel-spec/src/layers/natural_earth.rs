//! The built-in geography, as a layer.

use super::layer::{Asking, LayerKind};
use super::reader::Reader;
use super::resolved_layer::{Refusal, ResolvedKind, Wanted};
use super::step::Step;
use crate::plan::planned_layer::LayerSource;
use crate::request::read::Fields;
use crate::vector::natural_earth::{Feature, NaturalEarth};
use std::sync::Arc;

/// The credit of the built-in geography.
const CREDIT: &str = "Made with Natural Earth";

pub(super) fn read(_: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    let mut show = match fields.optional("show") {
        Some(node) => {
            let words: Vec<_> = node.items(16)?.iter().map(|node| node.word(&Feature::NAMES)).collect();
            words.into_iter().map(|word| Some(Feature::ALL[word?])).collect::<Option<Vec<_>>>()?
        }
        None => Feature::ALL.to_vec(),
    };
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
