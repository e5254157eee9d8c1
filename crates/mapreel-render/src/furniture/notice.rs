//! What on the map is not as it was asked for, said in words on the map.

use crate::layout::Layout;
use crate::text::{Span, Typesetter};
use crate::{Canvas, theme};
use mapreel_spec::{Colour, Gap, GapKind};

/// A reason is cut here: the manifest has all of it.
const REASON_CHARS_MAX: usize = 110;

/// Draws a panel at the map's lower left corner that names each layer that is not what was asked for, and why.
pub(crate) fn draw(page: &mut Canvas, gaps: &[(&str, &Gap)], layout: &Layout, typesetter: &mut Typesetter) {
    if !gaps.is_empty() {
        page.within(layout.map, |page| panel(page, gaps, layout, typesetter));
    }
}

fn panel(page: &mut Canvas, gaps: &[(&str, &Gap)], layout: &Layout, typesetter: &mut Typesetter) {
    let (scale, [x, y, width, height]) = (layout.scale, layout.map);
    let size_px = scale.body_px;
    let padding = scale.unit;
    let room = width.saturating_sub(4 * padding).max(1) as f32;
    let paragraphs = |with_reasons: bool| -> Vec<[Span; 2]> {
        let reason = |text: &str| if with_reasons { format!("  {}", shortened(text)) } else { String::new() };
        gaps.iter()
            .map(|(name, gap)| {
                let title = format!("{}: {name}", word(gap.kind));
                [Span { bold: true, ..Span::alarm(title) }, Span::ink(reason(&gap.why))]
            })
            .collect()
    };
    let mut measure = |paragraphs: &[[Span; 2]]| -> Vec<(u32, u32)> {
        paragraphs.iter().map(|spans| typesetter.measure(spans, size_px, room)).collect()
    };
    let total = |sizes: &[(u32, u32)]| sizes.iter().map(|(_, h)| h).sum::<u32>() + 2 * padding;
    let mut text = paragraphs(true);
    let mut sizes = measure(&text);
    if total(&sizes) > height / 2 {
        text = paragraphs(false);
        sizes = measure(&text);
    }
    if total(&sizes) > height {
        let all_missing = gaps.iter().all(|(_, gap)| gap.is_lack());
        let all = format!("{} layers not {}", gaps.len(), if all_missing { "shown" } else { "as asked for" });
        text = vec![[Span { bold: true, ..Span::alarm(all) }, Span::ink("")]];
        sizes = measure(&text);
    }
    let panel_height = total(&sizes).min(height);
    let panel_width = (sizes.iter().map(|(w, _)| *w).max().unwrap_or(0) + 2 * padding).min(width);
    let (left, mut top) =
        (x + padding.min(width - panel_width), y + height - panel_height - padding.min(height - panel_height));
    page.fill([left, top, panel_width, panel_height], Colour { a: 235, ..theme::GROUND });
    page.fill([left, top, scale.hairline * 3, panel_height], theme::ALARM);
    top += padding;
    for (spans, (_, height)) in text.iter().zip(sizes) {
        typesetter.draw(page, spans, size_px, room, (left + padding) as f32, top as f32);
        top += height;
    }
}

fn word(kind: GapKind) -> &'static str {
    match kind {
        GapKind::Missing | GapKind::Outside => "Not shown",
        GapKind::Held { .. } => "Held",
        GapKind::Empty => "Empty",
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= REASON_CHARS_MAX {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(REASON_CHARS_MAX).collect::<String>())
}
