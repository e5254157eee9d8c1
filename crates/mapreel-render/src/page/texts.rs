//! The texts of a page: from its content, which is known before the plan, or from a plan.

use crate::text::bidi::Direction;
use mapreel_spec::{Caption, Frame, PageContent, PageTexts, Plan};

/// Title, times and captions, which the furniture draws beside the map.
pub(crate) struct Page<'a> {
    pub texts: &'a PageTexts,
    pub frames: &'a [Frame],
    /// Of each layer, bottom first.
    pub captions: Vec<&'a Caption>,
}

impl<'a> From<&'a PageContent> for Page<'a> {
    fn from(content: &'a PageContent) -> Self {
        Self { texts: &content.texts, frames: &content.frames, captions: content.captions.iter().collect() }
    }
}

impl<'a> From<&'a Plan> for Page<'a> {
    fn from(plan: &'a Plan) -> Self {
        let captions = plan.layers.iter().map(|layer| &layer.caption).collect();
        Self { texts: &plan.texts, frames: &plan.frames, captions }
    }
}

impl Page<'_> {
    /// The direction in which the page is read: that of its title. Without a title, that of the topmost layer's title.
    pub(crate) fn direction(&self) -> Direction {
        let of_layers = || self.captions.iter().rev().find_map(|caption| caption.title.as_deref());
        self.texts.title.as_deref().or_else(of_layers).map_or(Direction::LeftToRight, Direction::of)
    }
}
