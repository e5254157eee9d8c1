//! The credits at the foot, each once, bottom layer first.

use crate::Canvas;
use crate::layout::Layout;
use crate::scale::Scale;
use crate::text::{Span, Typesetter};
use mapreel_spec::Plan;

fn text(plan: &Plan) -> Option<[Span; 1]> {
    let mut credits: Vec<&str> = Vec::new();
    for credit in plan.layers.iter().filter_map(|layer| layer.attribution.as_deref()) {
        if !credits.contains(&credit) {
            credits.push(credit);
        }
    }
    (!credits.is_empty()).then(|| [Span::muted(credits.join(" · "))])
}

/// The height of the credits, if there are any.
pub(crate) fn measure(plan: &Plan, scale: Scale, width: u32, typesetter: &mut Typesetter) -> Option<u32> {
    Some(typesetter.measure(&text(plan)?, scale.small_px(), width as f32).1)
}

pub(crate) fn draw(page: &mut Canvas, plan: &Plan, layout: &Layout, typesetter: &mut Typesetter) {
    if let (Some(text), Some([x, y, width, _])) = (text(plan), layout.attribution) {
        typesetter.draw(page, &text, layout.scale.small_px(), width as f32, x as f32, y as f32);
    }
}
