//! The layout of a plan, with the sizes and the direction of what stands in its boxes.

use super::scale::Scale;
use super::texts::Page;
use crate::text::bidi::Direction;
use mapreel_spec::{PageLayout, Plan};
use std::ops::Deref;

/// The layout of a plan, with the sizes and the direction of what stands in its boxes.
pub(crate) struct Layout {
    page: PageLayout,
    pub scale: Scale,
    /// From which side header and credits begin.
    pub direction: Direction,
}

impl Layout {
    pub(crate) fn of(plan: &Plan) -> Self {
        let direction = Page::from(plan).direction();
        Self { page: plan.layout.clone(), scale: Scale::of(plan.layout.text_px), direction }
    }
}

impl Deref for Layout {
    type Target = PageLayout;

    fn deref(&self) -> &PageLayout {
        &self.page
    }
}
