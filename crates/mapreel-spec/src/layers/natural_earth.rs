//! The built-in geography.

use super::{Asking, LayerKind, Pictures, Refusal, ResolvedKind, Step, Wanted};
use crate::dialect::layer::Reader;
use crate::plan::Drawing;
use crate::read::Fields;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What of Natural Earth is drawn, in drawing order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NaturalEarth {
    /// Never empty.
    pub show: Vec<Feature>,
}

/// A theme of Natural Earth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Feature {
    /// The sea: the whole map, before anything else of this layer.
    Ocean,
    /// Land areas.
    Land,
    /// Borders between countries, on land.
    Borders,
    /// Coastlines.
    Coastline,
}

impl Feature {
    /// The names in a request, in the order of the variants.
    pub(crate) const NAMES: [&'static str; 4] = ["ocean", "land", "borders", "coastline"];
    /// In the order of [`Feature::NAMES`].
    pub(crate) const ALL: [Feature; 4] = [Self::Ocean, Self::Land, Self::Borders, Self::Coastline];
}

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
        Step::done(asking.resolved(Self::clone(&self)))
    }

    fn credit(&self) -> Option<&'static str> {
        Some(CREDIT)
    }
}

impl ResolvedKind for NaturalEarth {
    fn pictures(&self, _: &Wanted<'_>) -> Result<Pictures, Refusal> {
        Ok(Pictures::still(Drawing::NaturalEarth(self.clone())))
    }
}
